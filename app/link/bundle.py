"""A bundle: the link's own pages in a file that is carried by hand where there is no line (DESIGN §5).

Lines of ASCII. The first says what it is, who wrote it and for whom, so that a wrong one is told in words;
the second is the sealed manifest: what the first line must be, and the SHA-256 of every page's line. Then
the pages, each sealed for itself, so that memory is bounded by one; at last the SHA-256 of all before it,
which shows a cut or altered file before anything is opened. The manifest's signature proves the author.
"""

from __future__ import annotations

import hashlib
import hmac
import tempfile
from dataclasses import asdict, dataclass, field
from typing import IO, TYPE_CHECKING, Any

import orjson

from app.link.keys import thumbprint
from app.link.sealed import LONGEST_LETTER, seal, unseal
from app.ports.bundle import BundleProblem, BundleTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

FORMAT = 1
SUFFIX = ".gcb"
UP, ANSWER = "up", "answer"
MOST_PAGES = 100_000
_END = b"end "
_KEPT_IN_MEMORY = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Envelope:
    """The first line. ``kind``: from a device up to the hub, or the hub's answer. ``device`` in both."""

    kind: str
    device: str
    to: str
    gcb: int = FORMAT


@dataclass(frozen=True, slots=True)
class Manifest:
    """The bundle's name, when it was made (ms since 1970 UTC), the wire's version, and what ``told`` adds."""

    id: str
    made: int
    wire: str
    envelope: str
    pages: tuple[str, ...]
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sealer:
    """Who writes and for whom: own pair and the reader's public key, as JWKs."""

    own: Mapping[str, str]
    to: Mapping[str, str]


def write_bundle(
    out: IO[bytes],
    sealer: Sealer,
    kind: str,
    device: str,
    name: tuple[str, int, str],
    pages: Iterable[bytes],
    told: Callable[[], Mapping[str, Any]] = dict,
) -> Manifest:
    """Write a bundle. ``name`` is its id, instant and wire version; ``told`` is asked after the last page."""
    first = orjson.dumps(asdict(Envelope(kind, device, thumbprint(sealer.to))))
    with tempfile.SpooledTemporaryFile(_KEPT_IN_MEMORY) as held:
        hashes = []
        for page in pages:
            line = seal(page, sealer.own, sealer.to)
            hashes.append(hashlib.sha256(line).hexdigest())
            held.write(line + b"\n")
        manifest = Manifest(*name, hashlib.sha256(first).hexdigest(), tuple(hashes), told())
        whole = hashlib.sha256()
        for line in (first, seal(orjson.dumps(asdict(manifest)), sealer.own, sealer.to)):
            whole.update(line + b"\n")
            out.write(line + b"\n")
        held.seek(0)
        while block := held.read(1024 * 1024):
            whole.update(block)
            out.write(block)
    out.write(_END + whole.hexdigest().encode() + b"\n")
    return manifest


class OpenedBundle:
    """A bundle that was looked through from end to end, and whose every line is its author's."""

    def __init__(self, file: IO[bytes], envelope: Envelope, manifest: Manifest, opening: Sealer) -> None:
        self._file = file
        self.envelope = envelope
        self.manifest = manifest
        self._opening = opening

    def pages(self) -> Iterator[bytes]:
        """Each page's content, in order; ``BundleProblem(ALTERED)`` where the file was changed meanwhile."""
        self._file.seek(0)
        _line(self._file)
        _line(self._file)
        for told in self.manifest.pages:
            line = _line(self._file)
            if not hmac.compare_digest(hashlib.sha256(line).hexdigest(), told):
                raise BundleProblem(BundleTrouble.ALTERED, "page")
            yield unseal(line, self._opening.own, self._opening.to)


def open_bundle(
    file: IO[bytes],
    kind: str,
    wire: str,
    own: Mapping[str, str],
    sender: Callable[[Envelope], Mapping[str, str]],
) -> OpenedBundle:
    """Look a bundle through, opening nothing but its manifest.

    ``own`` is the reader's pair, ``sender`` gives the author's public key for an envelope or raises.
    ``BundleProblem``: NOT_A_BUNDLE, NEWER, WRONG_WAY, FOREIGN, CUT, ALTERED, TOO_LARGE.
    """
    envelope = _envelope(file)
    if envelope.gcb != FORMAT:
        raise BundleProblem(BundleTrouble.NEWER, str(envelope.gcb))
    if envelope.kind != kind:
        raise BundleProblem(BundleTrouble.WRONG_WAY, envelope.kind)
    hashes, first = _looked_through(file)
    if not hmac.compare_digest(envelope.to.encode(), thumbprint(own).encode()):
        raise BundleProblem(BundleTrouble.FOREIGN, "for another")
    opening = Sealer(own, sender(envelope))
    file.seek(len(first) + 1)
    manifest = _manifest(unseal(_line(file), opening.own, opening.to))
    if manifest.envelope != hashlib.sha256(first).hexdigest() or manifest.pages != tuple(hashes):
        raise BundleProblem(BundleTrouble.ALTERED, "manifest")
    if manifest.wire != wire:
        raise BundleProblem(BundleTrouble.NEWER, f"wire {manifest.wire}")
    return OpenedBundle(file, envelope, manifest, opening)


def _envelope(file: IO[bytes]) -> Envelope:
    file.seek(0)
    line = file.readline(4096)
    try:
        told = orjson.loads(line)
        gcb, kind, device, to = told["gcb"], told["kind"], told["device"], told["to"]
    except (ValueError, TypeError, KeyError) as error:
        raise BundleProblem(BundleTrouble.NOT_A_BUNDLE) from error
    if not isinstance(gcb, int) or not all(isinstance(text, str) for text in (kind, device, to)):
        raise BundleProblem(BundleTrouble.NOT_A_BUNDLE)
    return Envelope(kind, device, to, gcb)


def _looked_through(file: IO[bytes]) -> tuple[list[str], bytes]:
    """The hash of every page's line, and the first line; the last line must be the hash of all before it."""
    file.seek(0)
    whole, hashes, first = hashlib.sha256(), [], _line(file)
    whole.update(first + b"\n")
    at = 1
    while not (line := _line(file)).startswith(_END):
        whole.update(line + b"\n")
        if at > 1:
            hashes.append(hashlib.sha256(line).hexdigest())
        at += 1
        if at > MOST_PAGES:
            raise BundleProblem(BundleTrouble.TOO_LARGE, "pages")
    if file.read(1) or not hmac.compare_digest(line[len(_END) :], whole.hexdigest().encode()):
        raise BundleProblem(BundleTrouble.ALTERED, "whole")
    return hashes, first


def _line(file: IO[bytes]) -> bytes:
    """The next line without its end; CUT where the file ends before it does."""
    line = file.readline(LONGEST_LETTER + 2)
    if not line.endswith(b"\n"):
        too_long = len(line) > LONGEST_LETTER
        raise BundleProblem(BundleTrouble.TOO_LARGE if too_long else BundleTrouble.CUT)
    return line[:-1]


def _manifest(raw: bytes) -> Manifest:
    try:
        told = orjson.loads(raw)
        return Manifest(
            str(told["id"]), int(told["made"]), str(told["wire"]), str(told["envelope"]),
            tuple(map(str, told["pages"])), dict(told["told"]),
        )  # fmt: skip
    except (ValueError, TypeError, KeyError) as error:
        raise BundleProblem(BundleTrouble.ALTERED, "manifest") from error
