"""What the page must be told, kept until it stands: the last word of each kind, and the points in order."""

from typing import Final

ORDER: Final = ("theme", "language", "layers", "shades", "places", "select", "focus")
"""The kinds, in the order a fresh page needs them."""


class Told:
    """Scripts for the page. The kinds are kept for good, so that a page that was lost can be told again."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._points: list[str] = []

    def keep(self, kind: str, script: str) -> None:
        if kind not in ORDER:
            raise ValueError(f"the page knows no kind {kind!r}")
        self._kinds[kind] = script

    def keep_set(self, script: str) -> None:
        """A full set of points: what was said of points before is void."""
        self._points = [script]

    def keep_batch(self, script: str) -> None:
        self._points.append(script)

    def take_all(self) -> str:
        """One script that tells a fresh page everything and then says that it stands; points are let go."""
        steps = [f"await {self._kinds[kind]}" for kind in ORDER if kind in self._kinds]
        steps += self._points
        self._points = []
        return "(async () => {" + ";".join([*steps, "grid.bridge.standing()"]) + "})()"
