"""The panel's keys: each op has one, alive only while the state table lets it pass."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.domain.op import OpKind
from ui.dispatch.actions import KEYS, VERIFY_FAILED
from ui.dispatch.conflict_box import SETTLE_KEY
from ui.dispatch.facts import SHOW_KEY
from ui.shell.shortcuts import KeyEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from PySide6.QtWidgets import QWidget

    from app.services.words import Words
    from ui.shell.shortcuts import Shortcuts

MOST_CANDIDATES = 8


class PanelKeys:
    """Ops anywhere in the window; Enter, arrows and digits while the focus is in the panel."""

    def __init__(self, keys: Shortcuts, panel: QWidget, words: Words) -> None:
        self._keys, self._panel = keys, panel
        self._press: Callable[[str], None] = lambda _op: None
        self._next: Callable[[], None] = lambda: None
        self._step: Callable[[int], None] = lambda _by: None
        self._choose: Callable[[int], None] = lambda _n: None
        self._settle: Callable[[], None] = lambda: None
        self._caller: Callable[[], None] = lambda: None
        self._ids: list[str] = []
        self._words = words
        self._alive: Collection[str] | None = ()

    def register(
        self,
        press: Callable[[str], None],
        follow: Callable[[], None],
        step: Callable[[int], None],
        choose: Callable[[int], None],
        settle: Callable[[], None],
        caller: Callable[[], None],
    ) -> None:
        """``press`` gets the key's letter; ``follow`` does what is next; ``choose`` counts from 0.

        ``settle`` goes to the conflicts, ``caller`` shows or masks who called.
        """
        self._press, self._next, self._step, self._choose = press, follow, step, choose
        self._settle, self._caller = settle, caller
        self._add_all()

    def relanguage(self, words: Words) -> None:
        """The sheet of keys in another language."""
        self._words = words
        for identity in self._ids:
            self._keys.set_enabled(identity, enabled=False)  # it goes only when the event loop is back
            self._keys.remove(identity)
        self._ids.clear()
        self._add_all()
        self.enable(self._alive)

    def _add_all(self) -> None:
        words, group = self._words, self._words.say("dispatch", "group")
        for letter, ops in letters().items():
            said = " / ".join(_said(op, words) for op in ops)
            self._add(KeyEntry(f"dispatch.{letter}", letter, said, group), partial(self._press, letter))
        self._add(KeyEntry("dispatch.settle", SETTLE_KEY, words.say("settle", "settle"), group), self._settle)
        said = words.say("dispatch", "show_caller")
        self._add(KeyEntry("dispatch.caller", SHOW_KEY, said, group), self._caller)
        said = words.say("dispatch", "do_next")
        self._add(KeyEntry("dispatch.next", "Return", said, group), self._next, self._panel)
        for name, key, by in (("previous", "Up", -1), ("next", "Down", 1)):
            said = words.say("dispatch", f"{name}_candidate")
            self._add(KeyEntry(f"dispatch.{key}", key, said, group), partial(self._step, by), self._panel)
        for n in range(1, MOST_CANDIDATES + 1):
            said = words.say("dispatch", "choose_candidate", n=n)
            self._add(
                KeyEntry(f"dispatch.{n}", str(n), said, group), partial(self._choose, n - 1), self._panel
            )

    def _add(self, entry: KeyEntry, act: Callable[[], None], scope: QWidget | None = None) -> None:
        self._keys.add(entry, act, scope)
        self._ids.append(entry.id)

    def enable(self, alive: Collection[str] | None) -> None:
        """Only these letters are alive; with None all are (what can be done is not known yet)."""
        self._alive = alive
        for letter in letters():
            on = alive is None or letter in alive
            self._keys.set_enabled(f"dispatch.{letter}", enabled=on)


def letters() -> dict[str, tuple[str, ...]]:
    """Each letter with the ops that it may mean."""
    found: dict[str, tuple[str, ...]] = {}
    for op, letter in KEYS.items():
        found[letter] = (*found.get(letter, ()), op)
    return found


def _said(op: str, words: Words) -> str:
    own = {OpKind.VERIFY, VERIFY_FAILED, OpKind.ACKNOWLEDGE, OpKind.REPORT_IN}
    return words.say("act", op) if op in own else words.say("op", op)
