"""Why a bundle is not taken: its own troubles, beside those of the line (``LinkTrouble``)."""

from __future__ import annotations

from enum import StrEnum


class BundleTrouble(StrEnum):
    """Said in words by ``app.services.words`` (group ``bundle``)."""

    NOT_A_BUNDLE = "not_a_bundle"
    CUT = "cut"
    ALTERED = "altered"
    FOREIGN = "foreign"
    UNKNOWN_DEVICE = "unknown_device"
    WRONG_WAY = "wrong_way"
    NEWER = "newer"
    TOO_LARGE = "too_large"
    OUT_OF_DATE = "out_of_date"
    NOT_ENROLLED = "not_enrolled"
    UNKNOWN_BUNDLE = "unknown_bundle"


class BundleProblem(Exception):
    """The bundle is refused, and nothing was changed by it. ``detail`` is for the log."""

    def __init__(self, code: BundleTrouble, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail
