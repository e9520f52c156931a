"""``main.py agent``: a desktop without a window, told what to do in lines of JSON, answering in such.

For automation at a desk, and for tests of the whole program: the same store, services and link as with a
window. The first line says ``{"ready": true}``; each line ``{"do": NAME, …}`` is answered by one line.

``report`` title source place lon lat item severity detail caller phone ref · ``put`` kind id record scope ·
the acts of ``agent_acts.ACTS`` with ``incident`` · ``incident`` and ``list`` show · ``state`` · ``sync``
makes a round and says what it came to · ``quiet`` makes one and says whether nothing was left to do, and how
far each scope is followed · ``digest`` (``rows``) · ``own`` (``after``) · ``stop``.
An act's answer names the ops it made, ``ops``, as the ledger keeps them, and the first ``refusal``.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from app.domain.moving import as_body
from app.ports.link import LinkProblem
from app.ports.problems import StoreProblem
from app.ports.rows import Queue, QueueQuery
from app.tools import agent_acts

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from typing import TextIO

    from app.link.thread import Link
    from app.ports.ledger import Draft, Receipt, Tx
    from app.services.desk import Desk, Done
    from db.replica import Replica

ROUND_WITHIN, QUIET_WITHIN = 60.0, 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``agent``."""
    parser.add_argument(
        "--period", type=float, metavar="S", help="同步周期，秒 seconds between two rounds (15)"
    )
    parser.description = f"{parser.description}\n\n{__doc__}"


class Agent:
    """One desk with its link, if it has one."""

    def __init__(self, desk: Desk, link: Link | None, replica: Replica) -> None:
        self._heard = Hearing(desk.store)
        self._desk = replace(desk, store=self._heard)
        self._link = link
        self._replica = replica
        self._asks = {
            "state": self._state, "sync": self._sync, "quiet": self._quiet, "digest": self._digest,
            "own": self._own, "incident": self._incident, "list": self._list,
        }  # fmt: skip

    def serve(self, lines: TextIO, out: TextIO) -> bool:
        """Until the lines end or say ``stop``; whether they did, which is answered once all is put away."""
        _say(out, {"ready": True})
        for line in lines:
            if not line.strip():
                continue
            answer = self.answer(line)
            if answer.get("stopped"):
                return True
            _say(out, answer)
        return False

    def answer(self, line: str) -> dict[str, Any]:
        """The answer to one line; the world's troubles and what cannot be understood are told in it."""
        try:
            told = json.loads(line)
            do = told["do"]
            if do == "stop":
                return {"ok": True, "stopped": True}
            if do in self._asks:
                return {"ok": True, **self._asks[do](told)}
            return self._act(do, told)
        except StoreProblem as problem:
            return {"ok": False, "trouble": problem.code.value, "ops": [], "detail": problem.detail}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return {"ok": False, "malformed": f"{type(error).__name__}: {error}", "ops": []}

    def _act(self, do: str, told: Mapping[str, Any]) -> dict[str, Any]:
        self._heard.receipts.clear()
        try:
            done = self._done(do, told)
        except StoreProblem:
            self._heard.receipts.clear()
            raise
        kept = frozenset(receipt.seq for receipt in self._heard.receipts if receipt.seq)
        ops = list(self._replica.own_ops(min(kept) - 1, kept)) if kept else []
        if done is None:
            return {"ok": False, "refusal": "unknown_incident", "ops": ops}
        answer: dict[str, Any] = {"ok": done.refusal is None, "ops": ops}
        if done.refusal is not None:
            answer["refusal"] = done.refusal.value
        if done.incident is not None:
            answer |= {"incident": done.incident.id, "number": done.incident.number}
        return answer

    def _done(self, do: str, told: Mapping[str, Any]) -> Done | None:
        if do == "report":
            return agent_acts.report(self._desk, told)
        if do == "put":
            return agent_acts.put(self._desk, told)
        act = agent_acts.ACTS[do]
        key = self._key(str(told["incident"]))
        return None if key is None else act(self._desk, key, told)

    def _key(self, name: str) -> int | None:
        with self._desk.store.reading() as read:
            return read.key_of(name) or read.find_number(name)

    def _state(self, _told: Mapping[str, Any]) -> dict[str, Any]:
        held = self._heard.linked.link_state()
        told = asdict(replace(held, scopes=()))
        if self._link is not None:
            line = self._link.status()
            told |= {"online": line.online, "trouble": line.trouble, "notices": line.notices}
        return told | {
            "actor": self._desk.actor,
            "place": self._desk.centre.place,
            "scopes": {
                m.scope: {"epoch": m.epoch, "cursor": m.cursor, "head": m.head, "acked": m.acked}
                for m in held.scopes
            },
        }

    def _sync(self, told: Mapping[str, Any]) -> dict[str, Any]:
        if self._link is None:
            return {"trouble": "not_enrolled"}
        done = self._link.round_now(float(told.get("within", ROUND_WITHIN)))
        if isinstance(done, LinkProblem):
            return {"trouble": done.code.value, "detail": done.detail}
        troubles = {scope: str(problem) for scope, problem in done.troubles}
        return {
            "quiet": done.quiet, "pushed": done.pushed, "pulled": done.pulled, "unknown": done.unknown,
            "snapshots": done.snapshots, "offset": done.offset, "troubles": troubles,
        }  # fmt: skip

    def _quiet(self, _told: Mapping[str, Any]) -> dict[str, Any]:
        idle = False
        if self._link is not None:
            done = self._link.round_now(QUIET_WITHIN)
            idle = not isinstance(done, LinkProblem) and done.quiet and not (done.pushed or done.pulled)
        held = self._heard.linked.link_state()
        behind = {m.scope: m.head - m.cursor for m in held.scopes if m.cursor != m.head}
        return {
            "quiet": idle and held.linked and not held.waiting and not behind,
            "waiting": held.waiting,
            "behind": behind,
            "cursors": {m.scope: m.cursor for m in held.scopes},
            "trouble": self._link.status().trouble if self._link is not None else "not_enrolled",
        }

    def _digest(self, told: Mapping[str, Any]) -> dict[str, Any]:
        return {"scopes": self._replica.scopes(rows=bool(told.get("rows")))}

    def _own(self, told: Mapping[str, Any]) -> dict[str, Any]:
        return {"ops": list(self._replica.own_ops(int(told.get("after", 0))))}

    def _incident(self, told: Mapping[str, Any]) -> dict[str, Any]:
        with self._desk.store.reading() as read:
            key = self._key(str(told["incident"]))
            found = read.incident_by_key(key) if key else None
        return {"incident": as_body(found) if found else None}

    def _list(self, told: Mapping[str, Any]) -> dict[str, Any]:
        query = QueueQuery(
            Queue(told.get("queue", "all")), self._desk.clock.now(), limit=int(told.get("limit", 60))
        )
        with self._desk.store.reading() as read:
            return {
                "count": read.queue_count(query),
                "rows": [asdict(r) for r in read.queue_page(query).rows],
            }


class Hearing:
    """The store, listening to what becomes of each draft (``app.ports.ledger.Store``)."""

    def __init__(self, store: Any) -> None:
        self.linked = store
        self.receipts: list[Receipt] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.linked, name)

    @contextmanager
    def write(self, actor: str) -> Iterator[HearingTx]:
        """A write transaction."""
        opened: AbstractContextManager[Tx] = self.linked.write(actor)
        with opened as tx:
            yield HearingTx(tx, self.receipts)


class HearingTx:
    """The transaction, keeping the receipts of what it appends."""

    def __init__(self, tx: Tx, receipts: list[Receipt]) -> None:
        self._tx = tx
        self._receipts = receipts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def append(self, draft: Draft) -> Receipt:
        """Append, and keep the receipt."""
        receipt = self._tx.append(draft)
        self._receipts.append(receipt)
        return receipt


def _say(out: TextIO, answer: Mapping[str, Any]) -> None:
    out.write(json.dumps(answer, ensure_ascii=False) + "\n")
    out.flush()


def run(desk: Desk, link: Link | None, replica: Replica, put_away: Callable[[], None]) -> int:
    """Serve standard input; the exit code. ``put_away`` closes the store."""
    agent = Agent(desk, link, replica)
    if link is not None:
        link.start()
    told = False
    try:
        told = agent.serve(sys.stdin, sys.stdout)
    finally:
        if link is not None:
            link.stop()
        put_away()
    if told:
        _say(sys.stdout, {"ok": True, "stopped": True})
    return 0
