"""The ledger as services see it: append drafts in one transaction, and hear what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from app.domain.errors import Refusal
    from app.domain.incident import Incident
    from app.domain.op import Outcome
    from app.ports.reader import Reader
    from app.ports.rows import Changed, Fault, ImportMark, Person


@dataclass(frozen=True, slots=True)
class Draft:
    """An op before the ledger has numbered it. ``at`` in ms since 1970 UTC."""

    kind: str
    entity: str
    scope: str
    at: int
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one draft: its place in this store's ledger and its outcome.

    A draft that no ledger can hold (``app.domain.op.keepable``, ``canonical_body``) is refused and has no
    place: ``seq`` and ``n`` are 0.
    """

    seq: int
    n: int
    outcome: Outcome
    refusal: Refusal | None
    incident: Incident | None


class Tx(Protocol):
    """One write transaction. Ops folded in it are seen by its own later reads."""

    @property
    def read(self) -> Reader:
        """Questions to what the transaction has folded so far."""

    def append(self, draft: Draft) -> Receipt:
        """Number, fold, chain and keep the op. A refused op is kept too, with its reason."""

    def append_many(self, drafts: Iterable[Draft]) -> Sequence[Receipt]:
        """The same for many, faster."""

    def next_count(self, day: str) -> int:
        """The next count of this desktop's numbers for a day (``app.domain.ids.number_day``), from 1."""

    def keep_person(self, person: Person) -> None:
        """Keep a caller's particulars."""

    def set_import_mark(self, mark: ImportMark) -> None:
        """Remember how far an import has come."""

    def set_setting(self, name: str, value: Any) -> None:
        """Remember a setting (any JSON value) of this store."""

    def see_refused(self, up_to: int) -> None:
        """The officer has seen the hub's refusals up to this place of the ledger (``RefusedRow.seq``)."""

    def changed(self) -> Changed:
        """What this transaction has touched so far."""


class Store(Protocol):
    """The local store: any number of readers, one writer."""

    def write(self, actor: str) -> AbstractContextManager[Tx]:
        """A write transaction in the actor's name; commits on leaving, rolls back on an error."""

    def reading(self) -> AbstractContextManager[Reader]:
        """A consistent view of the last commit."""

    def bulk(self) -> AbstractContextManager[None]:
        """While it lasts, commits are durable at its end only; for imports that can be resumed."""

    def head(self) -> int:
        """The last place in the ledger; grows whenever any process has written. Cheap: for polling."""

    def verify(self, *, refold: bool = False) -> Fault | None:
        """Walk the chain of every origin; with ``refold`` also fold every op anew and compare."""

    def close(self) -> None:
        """Let go of the file."""
