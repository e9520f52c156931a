"""The hub's store on PostgreSQL: any number of workers, each scope with one writer at a time (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from app.domain.op import GENESIS
from app.ports.link import PULL_OPS, LinkProblem, LinkTrouble
from db.hub import pull
from db.hub.backup import back_up, begin_anew, restore
from db.hub.copying import run
from db.hub.database import engine_of, transaction
from db.hub.faults import AGAIN, told_in_words
from db.hub.hand_in import HandIn
from db.hub.held_incidents import HeldIncidents
from db.hub.hub_tx import HubReader, HubTx
from db.hub.lookout import Lookout
from db.hub.ordering import Ordering, ScopeNotHeld
from db.hub.push import PagePush, PageWork, origin_row, write_notes
from db.hub.seats import own_origin
from db.hub.snapshot import HubSnapshot
from db.hub.upgrade import bring_up_to_date
from db.hub.verify import fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Engine

    from app.ports.clock import Clock, Ids
    from app.ports.link import OrderedOp, PullPage, Pushed, PushPage, ScopeHead
    from app.ports.rows import Fault, Person
    from db.hub.database import Raw
    from db.hub.push import Permit

    T = TypeVar("T")

ATTEMPTS = 12
"""So often work is begun anew that met another transaction, or found that it needs one more scope."""


def open_hub(url: str, ids: Ids, clock: Clock) -> HubStore:
    """Open the hub's database and bring its schema up to date. ``StoreProblem`` where the world does not
    let it, ``NewerStore`` where a later release has written it.
    """
    with told_in_words():
        store = HubStore(engine_of(url), ids, clock)
        try:
            bring_up_to_date(store.engine)
            store.prepare()
        except BaseException:
            store.close()
            raise
    return store


class HubStore:
    """What a worker of the hub does with the database. Every call is one transaction of its own.

    Raises ``StoreProblem`` for what the world does to the database, and ``LinkProblem`` where a device asks
    for what it cannot have.
    """

    def __init__(self, engine: Engine, ids: Ids, clock: Clock) -> None:
        self.engine = engine
        self._ids = ids
        self._clock = clock
        self._lookout = Lookout(self.transaction, self._attempted, clock)

    def prepare(self) -> None:
        """See that the hub has an identity, and look again at what was not looked at before it ended."""
        with self.transaction() as raw:
            raw.execute(
                "INSERT INTO meta (name, value) VALUES ('hub', %s) ON CONFLICT DO NOTHING",
                (self._ids.fresh(),),
            )
        self._lookout.begin()

    @contextmanager
    def transaction(self, *, frozen: bool = False) -> Iterator[Raw]:
        """A transaction of the driver's own (``db.hub.database.transaction``)."""
        with told_in_words(), transaction(self.engine, frozen=frozen) as raw:
            yield raw

    def ping(self) -> None:
        """Return if the database answers."""
        with self.transaction() as raw:
            raw.execute("SELECT 1")

    def ensure_scopes(self, scopes: Iterable[str]) -> None:
        """Make the scopes that are not there yet, each with an epoch and an origin of the hub's own."""
        with self.transaction() as raw:
            life = run(raw, "SELECT value FROM meta WHERE name = 'hub' FOR UPDATE").fetchone()[0]
            known = {scope for (scope,) in run(raw, "SELECT id FROM scope")}
            for scope in sorted(set(scopes) - known):
                new_scope(raw, scope, self._ids.fresh(), life)

    def scopes(self) -> tuple[str, ...]:
        """Every scope there is."""
        with self.transaction() as raw:
            return tuple(scope for (scope,) in run(raw, "SELECT id FROM scope ORDER BY id"))

    def heads(self, scopes: Mapping[str, bool] | Iterable[str]) -> tuple[ScopeHead, ...]:
        """Where the scopes stand, those that there are. A mapping tells of each whether it is seen whole."""
        whole = scopes if isinstance(scopes, Mapping) else dict.fromkeys(scopes, True)
        with self.transaction() as raw:
            return pull.heads(raw, whole)

    def push(self, page: PushPage, permit: Permit) -> Pushed:
        """Order a device's page; harmless when repeated. ``permit(actor, kind, scope)`` says why not.

        ``LinkProblem``: BAD_PAGE, FORBIDDEN, EPOCH, GAP.
        """
        work = PageWork.of(page)

        def attempt(raw: Raw, scopes: set[str]) -> tuple[Pushed, Ordering]:
            now = self._clock.now()
            origin = origin_row(raw, page.origin)
            ordering = Ordering(raw, scopes, now)
            self._tell_looked(ordering)
            taking = PagePush(raw, work, ordering, origin, now)
            pushed = taking.take(permit)
            ordering.flush()
            write_notes(raw, taking.notes, now)
            return pushed, ordering

        with _texts():
            pushed, ordering = self._attempted(work.scopes, attempt)
        self._after(ordering)
        return pushed

    def pull(
        self, scope: str, epoch: str, after: int, limit: int = PULL_OPS, *, whole: bool, persons: bool = True
    ) -> PullPage:
        """Rows of the scope's order after a place. Who does not see the scope whole gets its records alone:
        the other rows are withheld. ``LinkProblem``: FORBIDDEN, EPOCH, BAD_PAGE.
        """
        with self.transaction(frozen=True) as raw:
            return pull.page(raw, scope, epoch, after, limit, whole=whole, persons=persons)

    def chain_at(self, scope: str, seqs: Sequence[int]) -> dict[int, bytes]:
        """The chain after each of these rows; rows that are not there are left out."""
        with self.transaction() as raw:
            return pull.chain_at(raw, scope, seqs)

    def snapshot(self, scope: str, *, whole: bool) -> HubSnapshot:
        """The scope's state now (``app.ports.link.Snapshot``): close it, or use it in a ``with`` block.
        ``LinkProblem(FORBIDDEN)`` where there is no such scope.
        """
        return HubSnapshot(self.transaction(frozen=True), scope, whole=whole)

    def hand_in(
        self,
        scope: str,
        ops: Sequence[OrderedOp],
        persons: Sequence[Person],
        permit: Permit,
        device: str = "",
    ) -> int:
        """Take back rows of the order that a restore has lost; how many were not known.

        ``LinkProblem``: BAD_PAGE, FORBIDDEN.
        """
        handed = HandIn(scope, ops, persons, device)

        def attempt(raw: Raw, scopes: set[str]) -> tuple[int, Ordering]:
            now = self._clock.now()
            origins = handed.origins(raw)
            ordering = Ordering(raw, scopes, now)
            self._tell_looked(ordering)
            taken = handed.take(raw, ordering, origins, permit)
            ordering.flush()
            write_notes(raw, handed.notes, now)
            return taken, ordering

        with _texts():
            taken, ordering = self._attempted(handed.scopes, attempt)
        self._after(ordering)
        return taken

    @contextmanager
    def write(self, actor: str, *scopes: str) -> Iterator[HubTx]:
        """A transaction for ops of the hub's own, in the actor's name; it holds all the scopes it names.

        Commits on leaving, rolls back on an error. ``StoreProblem(LOCKED)`` where another transaction has
        opened an incident with the same source's number in the meantime: worth another try.
        """
        with self.transaction() as raw:
            ordering = Ordering(raw, scopes, self._clock.now())
            self._tell_looked(ordering)
            yield HubTx(raw, ordering, actor, scopes)
            ordering.flush()
        self._after(ordering)

    @contextmanager
    def reading(self) -> Iterator[HubReader]:
        """A consistent view of the last commit."""
        with self.transaction(frozen=True) as raw:
            yield HubReader(raw, HeldIncidents(raw))

    def verify(self, *, refold: bool = False) -> Fault | None:
        """Walk each scope's chain; with ``refold`` fold every op anew and compare. What is wrong first."""
        with self.transaction(frozen=True) as raw:
            return fault(raw, refold=refold)

    def backup(self, path: Path) -> dict[str, int]:
        """Everything of the last commit into one file; how many rows of each table. OSError where the
        world does not let it write.
        """
        with self.transaction(frozen=True) as raw:
            return back_up(raw, path)

    def restore(self, path: Path) -> dict[str, int]:
        """The file's rows in place of all there are, whole or not at all; every scope begins a new epoch.

        ``StoreProblem``: CORRUPTED, NOT_A_STORE; ``NewerStore``.
        """
        with self.transaction() as raw:
            return restore(raw, path, self._ids)

    def restored(self) -> None:
        """The database was put back by other means: begin a new life, and new epochs."""
        with self.transaction() as raw:
            begin_anew(raw, self._ids)

    def has_records(self) -> bool:
        """Whether the lists have come in."""
        with self.transaction() as raw:
            return run(raw, "SELECT 1 FROM record LIMIT 1").fetchone() is not None

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def _attempted(self, scopes: set[str], work: Callable[[Raw, set[str]], T]) -> T:
        """The work in a transaction, begun anew where it met another one or needs one more scope."""
        with told_in_words():
            for _ in range(ATTEMPTS):
                try:
                    with transaction(self.engine) as raw:
                        return work(raw, scopes)
                except ScopeNotHeld as need:
                    scopes |= {need.scope}
                except AGAIN:
                    continue
            with transaction(self.engine) as raw:
                return work(raw, scopes)

    def _tell_looked(self, ordering: Ordering) -> None:
        """Before the work of a transaction that orders ops."""
        self._lookout.tell(ordering)

    def _after(self, ordering: Ordering) -> None:
        """After its commit."""
        self._lookout.after(ordering)


@contextmanager
def _texts() -> Iterator[None]:
    """A text that is none in UTF-8 makes no page."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise LinkProblem(LinkTrouble.BAD_PAGE, "half of a surrogate pair") from error


def new_scope(raw: Raw, scope: str, epoch: str, life: str) -> None:
    """A scope with nothing in it. ``life`` is the hub's own incarnation."""
    own = own_origin(raw, scope, life)
    raw.execute(
        "INSERT INTO scope (id, epoch, head, chain, hub_origin, booked, record_changes) "
        "VALUES (%s, %s, 0, %s, %s, 0, 0)",
        (scope, epoch, GENESIS, own),
    )
