"""The desktop's side of bundles: what waits goes out onto a stick, and the hub's answer comes in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any

from app.domain.op import Origin
from app.link import wire
from app.link.bundle import ANSWER, UP, Envelope, Sealer, open_bundle, write_bundle
from app.ports.bundle import BundleProblem, BundleTrouble
from app.ports.link import LinkProblem, LinkTrouble, ScopeHead

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.link.bundle import OpenedBundle
    from app.ports.link import PullPage
    from app.ports.linked import LinkedStore, ScopeMark


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What a bundle holds: its name, ops by scope, and how many pages."""

    id: str
    ops: Mapping[str, int]
    pages: int


@dataclass(frozen=True, slots=True)
class CarriedIn:
    """What an answer brought: own ops the hub has now, rows taken, and scopes that it could not help."""

    acked: int
    rows: int
    forked: int
    troubles: tuple[tuple[str, str], ...]


def export_bundle(
    store: LinkedStore, link: Mapping[str, Any], out: IO[bytes], bundle: str, now: int
) -> CarriedOut:
    """Write all that waits, of every own origin and scope, and how far this store is; ``link`` is the store's
    setting. Nothing is acknowledged: the ops wait until an answer, or the line, says that the hub has them.
    A bundle without ops still asks the hub for what is new.
    """
    ops: dict[str, int] = {}

    def pages() -> Iterator[bytes]:
        for scope in store.waiting_scopes():
            after: tuple[Origin, int] | None = None
            while (page := store.outbox(scope, after=after)) is not None:
                ops[scope] = ops.get(scope, 0) + len(page.ops)
                after = page.origin, page.ops[-1].n
                yield wire.push_bytes(page)

    def told() -> Mapping[str, Any]:
        return {"marks": [[m.scope, m.epoch, m.cursor] for m in store.marks()]}

    sealer = Sealer(link["key"], link["hub_key"])
    manifest = write_bundle(out, sealer, UP, link["device"], (bundle, now, wire.VERSION), pages(), told)
    return CarriedOut(bundle, ops, len(manifest.pages))


def import_answer(store: LinkedStore, link: Mapping[str, Any], file: IO[bytes], now: int) -> CarriedIn:
    """Take the hub's answer. Harmless when repeated, and when the line has brought the same meanwhile.

    ``BundleProblem``: FOREIGN where it answers another device, and those of ``open_bundle``.
    """

    def hub(envelope: Envelope) -> Mapping[str, str]:
        if envelope.device != link["device"]:
            raise BundleProblem(BundleTrouble.FOREIGN, "for another device")
        key: Mapping[str, str] = link["hub_key"]
        return key

    opened = open_bundle(file, ANSWER, wire.VERSION, link["key"], hub)
    told, pages = _read(opened)
    troubles = {str(scope): str(code) for scope, code in told["troubles"]}
    store.follow(_heads(told, {m.scope: m for m in store.marks()}, troubles), now)
    acked, forked = _acknowledge(store, told, troubles)
    rows = sum(_take(store, page, troubles) for page in pages)
    return CarriedIn(acked, rows, forked, tuple(sorted(troubles.items())))


def _read(opened: OpenedBundle) -> tuple[Mapping[str, Any], Iterator[PullPage]]:
    """The manifest's words and the pages, each of which is read once before the first is taken."""
    try:
        for page in opened.pages():
            wire.pull_page(page)
        told = opened.manifest.told
        checked = {name: list(told[name]) for name in ("heads", "acks", "troubles")}
    except (ValueError, KeyError, TypeError) as error:
        raise BundleProblem(BundleTrouble.ALTERED, "answer") from error
    return checked, (wire.pull_page(page) for page in opened.pages())


def _heads(
    told: Mapping[str, Any], marks: Mapping[str, ScopeMark], troubles: dict[str, str]
) -> list[ScopeHead]:
    """The hub's scopes, none of them further back than is known here: the line may have been up meanwhile."""
    heads = []
    for scope, epoch, head, whole in told["heads"]:
        mark = marks.get(scope)
        if mark is not None and mark.epoch and mark.epoch != epoch:
            # Which of the two is the newer one cannot be told from a file; the line will tell.
            troubles[scope] = LinkTrouble.EPOCH.value
            heads.append(ScopeHead(scope, mark.epoch, mark.head, mark.whole))
        else:
            heads.append(ScopeHead(scope, epoch, max(head, mark.head if mark else 0), whole))
    known = {head.scope for head in heads}
    return heads + [
        ScopeHead(m.scope, m.epoch, m.head, m.whole) for m in marks.values() if m.scope not in known
    ]


def _acknowledge(store: LinkedStore, told: Mapping[str, Any], troubles: Mapping[str, str]) -> tuple[int, int]:
    acked, forked = 0, []
    for scope, device, incarnation, upto, apart in told["acks"]:
        if troubles.get(scope) == LinkTrouble.EPOCH.value:
            continue
        store.acknowledge(scope, upto, Origin(device, incarnation))
        acked += 1
        if apart and Origin(device, incarnation) == store.own_origin():
            forked += [n for n in apart if n not in forked]
    if forked:
        store.remake(sorted(forked))
    return acked, len(forked)


def _take(store: LinkedStore, page: PullPage, troubles: dict[str, str]) -> int:
    """Take what of the page lies after the cursor; how many rows that were."""
    mark = next((m for m in store.marks() if m.scope == page.scope), None)
    if mark is None or page.scope in troubles:
        return 0
    if mark.epoch != page.epoch:
        troubles[page.scope] = LinkTrouble.EPOCH.value
        return 0
    if page.after > mark.cursor:
        troubles[page.scope] = BundleTrouble.OUT_OF_DATE.value
        return 0
    new = page.ops[mark.cursor - page.after :]
    if not new:
        return 0
    try:
        store.apply_page(replace(page, after=mark.cursor, ops=new, count=len(new)))
    except LinkProblem as problem:
        troubles[page.scope] = problem.code.value
        return 0
    return len(new)
