"""The hub's side of bundles: the same pages, rights and order as over the line (DESIGN §5)."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from pydantic import ValidationError

from app.hub.devices import Principal
from app.link import wire
from app.link.bundle import ANSWER, UP, Envelope, Sealer, open_bundle, write_bundle
from app.ports.bundle import BundleProblem, BundleTrouble
from app.ports.link import PUSH_OPS, LinkProblem
from db.hub import held_bundles as held_rows
from db.hub.held_bundles import HeldBundle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.hub.devices import HubDevices
    from app.hub.permit import Permits
    from app.hub.refusals import Refusals
    from app.link.bundle import OpenedBundle
    from app.ports.accounts import Device
    from app.ports.clock import Clock
    from app.ports.link import PullPage, PushPage
    from db.hub.engine import HubStore

LARGEST_PAGE = 8 * 1024 * 1024
"""Octets of a page of an answer as JSON; a page of larger ops has fewer of them."""

_KEPT_IN_MEMORY = 8 * 1024 * 1024


@dataclass(slots=True)
class Taken:
    """What became of a bundle. ``held``: its device is revoked, and a person must accept it.

    ``acks`` by (scope, device, incarnation): up to which number the hub has it, and the forked numbers;
    ``troubles`` by scope: why the rest of a scope was not taken.
    """

    id: str
    device: Device
    made: int
    ops: int = 0
    held: bool = False
    again: bool = False
    acks: dict[tuple[str, str, str], tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    marks: tuple[tuple[str, str, int], ...] = ()


class HubBundles:
    """Bundles of one hub, whose own pair (a private JWK) opens them and signs the answers."""

    def __init__(
        self,
        store: HubStore,
        devices: HubDevices,
        permits: Permits,
        refusals: Refusals,
        pair: Mapping[str, str],
        clock: Clock,
    ) -> None:
        self._store = store
        self._devices = devices
        self._permits = permits
        self._refusals = refusals
        self._pair = pair
        self._clock = clock

    def take(self, file: IO[bytes], by: str = "") -> Taken:
        """Take a bundle in, or keep it for a person where its device is revoked. Harmless when repeated.

        ``file`` can be read twice. ``BundleProblem``, also written to the audit: nothing was changed.
        """
        try:
            opened, device = self._opened(file)
            taken = self._looked_over(opened, device)
        except BundleProblem as problem:
            self._refusals.note("bundle", problem.code.value, problem.detail, actor=by)
            raise
        if device.revoked_at is not None:
            self._hold(taken, file)
            self._refusals.note("bundle", "held", taken.id, device=device.id, actor=by)
            return taken
        return self._push(opened, taken, by)

    def answer(self, taken: Taken, out: IO[bytes]) -> None:
        """Write the answer for the device: what the hub has of it, and the rows after its cursors."""
        who = _principal(taken.device)
        follows = self._permits.follows(who, self._store.scopes())
        heads = self._store.heads(follows)
        told = {
            "answers": taken.id,
            "heads": [[h.scope, h.epoch, h.head, h.whole] for h in heads],
            "acks": [[*name, upto, list(apart)] for name, (upto, apart) in taken.acks.items()],
            "troubles": sorted(taken.troubles.items()),
        }
        cursors = {scope: (epoch, cursor) for scope, epoch, cursor in taken.marks}

        def pages() -> Iterator[bytes]:
            for head in heads:
                epoch, after = cursors.get(head.scope, (head.epoch, 0))
                if (epoch or head.epoch) == head.epoch:
                    yield from self._rows(head.scope, head.epoch, after, head.head, whole=head.whole)

        sealer = Sealer(self._pair, taken.device.key)
        name = (f"{taken.id}-answer", self._clock.now(), wire.VERSION)
        write_bundle(out, sealer, ANSWER, taken.device.id, name, pages(), lambda: told)

    def held(self) -> Sequence[HeldBundle]:
        """Bundles of revoked devices, accepted ones too."""
        with self._store.engine.connect() as db:
            return held_rows.every(db)

    def accept(self, bundle: str, by: str) -> Taken:
        """Take a held bundle in on a person's word, within the rights that its actors have now.

        ``BundleProblem(UNKNOWN_BUNDLE)``. Harmless when repeated.
        """
        with tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY) as file:
            with self._store.engine.connect() as db:
                if held_rows.find(db, bundle) is None:
                    raise BundleProblem(BundleTrouble.UNKNOWN_BUNDLE, bundle)
                for line in held_rows.lines(db, bundle):
                    file.write(line)
            opened, device = self._opened(file)
            taken = self._push(opened, self._looked_over(opened, device), by)
        with self._store.engine.begin() as db:
            held_rows.accept(db, bundle, by, self._clock.now())
        self._refusals.note("bundle", "accepted", bundle, device=device.id, actor=by)
        return taken

    def _opened(self, file: IO[bytes]) -> tuple[OpenedBundle, Device]:
        found: list[Device] = []

        def key(envelope: Envelope) -> Mapping[str, str]:
            device = self._devices.find(envelope.device)
            if device is None:
                raise BundleProblem(BundleTrouble.UNKNOWN_DEVICE, envelope.device)
            found.append(device)
            return device.key

        opened = open_bundle(file, UP, wire.VERSION, self._pair, key)
        return opened, found[0]

    def _looked_over(self, opened: OpenedBundle, device: Device) -> Taken:
        """Read every page before the first is taken."""
        told = opened.manifest.told
        taken = Taken(opened.manifest.id, device, opened.manifest.made, marks=_marks(told.get("marks", ())))
        for page in opened.pages():
            taken.ops += len(_page(page, device).ops)
        return taken

    def _push(self, opened: OpenedBundle, taken: Taken, by: str) -> Taken:
        who = _principal(taken.device)
        for raw in opened.pages():
            page = _page(raw, taken.device)
            if page.scope in taken.troubles:
                continue
            permit = self._permits.permit(who, (op.actor for op in page.ops))
            try:
                self._permits.writing(who, page.scope)
                pushed = self._store.push(page, permit)
            except LinkProblem as problem:
                taken.troubles[page.scope] = problem.code.value
                self._refusals.note(
                    "bundle", problem.code.value, page.scope, device=taken.device.id, actor=by
                )
                continue
            name = (page.scope, page.origin.device, page.origin.incarnation)
            _, apart = taken.acks.get(name, (0, ()))
            taken.acks[name] = pushed.acked, apart + pushed.forked
        self._refusals.note("bundle", "taken", f"{taken.id} {taken.ops}", device=taken.device.id, actor=by)
        return taken

    def _hold(self, taken: Taken, file: IO[bytes]) -> None:
        taken.held = True
        file.seek(0)
        bundle = HeldBundle(taken.id, taken.device.id, taken.made, self._clock.now(), taken.ops)
        with self._store.engine.begin() as db:
            taken.again = not held_rows.keep(db, bundle, file)

    def _rows(self, scope: str, epoch: str, after: int, head: int, *, whole: bool) -> Iterator[bytes]:
        """Pages up to the head as it was told, so that new rows do not make an answer without end."""
        limit = PUSH_OPS
        while after < head:
            page: PullPage = self._store.pull(
                scope, epoch, after, min(limit, head - after), whole=whole, persons=whole
            )
            raw = wire.pull_bytes(page)
            if len(raw) > LARGEST_PAGE and len(page.ops) > 1:
                limit = max(1, len(page.ops) // 2)
                continue
            if not page.ops:
                return
            yield raw
            after, limit = page.ops[-1].seq, min(PUSH_OPS, limit * 2)


def _principal(device: Device) -> Principal:
    return Principal(device.id, "", device.scopes, at=device)


def _page(raw: bytes, device: Device) -> PushPage:
    """The page; ``BundleProblem(ALTERED)`` where it is none, FOREIGN where it is another device's."""
    try:
        page = wire.push_page(wire.PushBody.model_validate_json(raw))
    except ValidationError as error:
        raise BundleProblem(BundleTrouble.ALTERED, "page") from error
    if page.origin.device != device.id:
        raise BundleProblem(BundleTrouble.FOREIGN, "another device's page")
    return page


def _marks(told: Any) -> tuple[tuple[str, str, int], ...]:
    try:
        return tuple((str(scope), str(epoch), int(cursor)) for scope, epoch, cursor in told)
    except (TypeError, ValueError) as error:
        raise BundleProblem(BundleTrouble.ALTERED, "marks") from error
