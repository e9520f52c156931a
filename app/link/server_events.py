"""Server-sent events as ``GET /v1/pokes`` sends them: fields by line, an empty line ends an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from app.ports.link import LinkProblem, LinkTrouble, Poke

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 64 * 1024
"""An event of more octets is none of ours."""


def pokes_of(pieces: Iterable[bytes]) -> Iterator[Poke]:
    """The pokes in a stream's pieces; an empty piece (the stream is open) is told as an empty poke.

    Ends with the stream. ``BAD_PAGE`` where it is no stream of events; comments (pings) are passed over.
    """
    event, data = "", b""
    rest = b""
    for piece in pieces:
        if not piece:
            yield Poke("", 0)
            continue
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > LONGEST:
            raise LinkProblem(LinkTrouble.BAD_PAGE, "an event without end")
        for line in (whole.rstrip(b"\r") for whole in lines):
            if not line:
                if event == "poke":
                    yield _poke(data)
                event, data = "", b""
                continue
            field, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if field == b"event":
                event = value.decode("ascii", "replace")
            elif field == b"data" and len(data) < LONGEST:
                data = data + b"\n" + value if data else value


def _poke(data: bytes) -> Poke:
    try:
        told = orjson.loads(data)
        return Poke(str(told["scope"]), int(told["head"]))
    except (ValueError, TypeError, KeyError) as error:
        raise LinkProblem(LinkTrouble.BAD_PAGE, f"poke: {error}") from error
