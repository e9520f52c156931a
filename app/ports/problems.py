"""The world's errors with the store: a full disk is told in words, a bug stays a bug."""

from __future__ import annotations

from enum import StrEnum


class StoreTrouble(StrEnum):
    """What the world has done to the store; said in words by ``app.services.words``."""

    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    LOCKED = "locked"
    WRONG_KEY = "wrong_key"
    NOT_A_STORE = "not_a_store"
    CORRUPTED = "corrupted"
    NEWER_STORE = "newer_store"
    CANNOT_OPEN = "cannot_open"
    IO_ERROR = "io_error"
    KEY_MISSING = "key_missing"
    KEYRING = "keyring"


class StoreProblem(Exception):
    """The store cannot do it, and no program error is to blame. ``detail`` is for the log, not the screen."""

    def __init__(self, code: StoreTrouble, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail


class NewerStore(StoreProblem):
    """The store was written by a later release; it is left as it is."""

    def __init__(self, revision: str) -> None:
        super().__init__(StoreTrouble.NEWER_STORE, revision)
        self.revision = revision
