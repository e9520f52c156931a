"""The bundle's file: read back by its reader alone, and refused in words for every bit that was turned."""

from __future__ import annotations

import io
import random

import pytest

from app.link.bundle import ANSWER, UP, Sealer, open_bundle, write_bundle
from app.link.keys import new_pair, public_part
from app.link.sealed import seal, unseal
from app.ports.bundle import BundleProblem, BundleTrouble

DEVICE, HUB, OTHER = new_pair(), new_pair(), new_pair()
PAGES = [b'{"page": %d}' % n + b" " * 400 for n in range(4)]


def made(pages=PAGES, kind=UP, own=DEVICE, to=HUB, wire="1") -> bytes:
    out = io.BytesIO()
    sealer = Sealer(own, public_part(to))
    write_bundle(out, sealer, kind, "ab" * 16, ("b1", 5, wire), pages, lambda: {"marks": []})
    return out.getvalue()


def read(raw: bytes, own=HUB, sender=DEVICE, kind=UP):
    opened = open_bundle(io.BytesIO(raw), kind, "1", own, lambda _envelope: public_part(sender))
    return opened, list(opened.pages())


def refused(raw: bytes, **how) -> BundleTrouble:
    with pytest.raises(BundleProblem) as raised:
        read(raw, **how)
    return raised.value.code


@pytest.mark.parametrize("pages", [[], PAGES, [b"x" * 3_000_000]])
def test_what_is_written_is_read(pages):
    opened, found = read(made(pages))
    assert found == pages
    assert (opened.manifest.id, opened.manifest.made, opened.manifest.told) == ("b1", 5, {"marks": []})
    assert opened.envelope.device == "ab" * 16


def test_nothing_of_the_pages_can_be_read_in_the_file():
    assert b"page" not in made()


def test_every_turned_bit_is_refused():
    raw, chance = made(), random.Random(20261124)
    places = {0, len(raw) - 1, *chance.sample(range(len(raw)), 400)}
    for place in places:
        bent = bytearray(raw)
        bent[place] ^= 1 << chance.randrange(8)
        assert refused(bytes(bent)) in set(BundleTrouble)


def test_every_cut_is_refused():
    raw = made()
    for length in (*range(0, len(raw), 97), len(raw) - 1, len(raw) - 65):
        assert refused(raw[:length]) in {BundleTrouble.NOT_A_BUNDLE, BundleTrouble.CUT, BundleTrouble.ALTERED}
    assert refused(raw + b"x") is BundleTrouble.ALTERED


def forged(lines: list[bytes]) -> bytes:
    """The lines with a last one that fits them: who alters a file can do that much."""
    import hashlib

    body = b"".join(line + b"\n" for line in lines)
    return body + b"end " + hashlib.sha256(body).hexdigest().encode() + b"\n"


def test_pages_dropped_moved_doubled_or_put_in_are_refused_however_well_the_sum_fits():
    lines = made().splitlines()[:-1]
    assert read(forged(lines))[1] == PAGES
    strange = seal(b"{}", DEVICE, public_part(HUB))
    for other in (
        lines[:-1], [*lines[:2], *reversed(lines[2:])], [*lines, lines[-1]], [*lines[:-1], strange],
        [lines[0].replace(b"abab", b"cdcd"), *lines[1:]], [lines[0], lines[2], *lines[2:]],
    ):  # fmt: skip
        assert refused(forged(other)) is BundleTrouble.ALTERED


def test_a_foreign_hub_and_a_foreign_author_are_told():
    assert refused(made(), own=OTHER) is BundleTrouble.FOREIGN
    assert refused(made(own=OTHER)) is BundleTrouble.ALTERED
    assert refused(made(kind=ANSWER)) is BundleTrouble.WRONG_WAY
    assert refused(made(wire="2")) is BundleTrouble.NEWER
    assert refused(made().replace(b'"gcb":1', b'"gcb":2')) is BundleTrouble.NEWER


@pytest.mark.parametrize(
    "raw", [b"", b"PK\x03\x04", b"{}\n", b"[]\n", b'{"gcb":"1","kind":1}\n', b"\xff" * 9_999]
)
def test_what_is_no_bundle(raw):
    assert refused(raw) is BundleTrouble.NOT_A_BUNDLE


@pytest.mark.parametrize("letter", [b"", b"a.b.c.d.e", b"....", "é".encode(), b"eyJhbGciOiJub25lIn0...."])
def test_what_is_no_letter(letter):
    with pytest.raises(BundleProblem):
        unseal(letter, HUB, public_part(DEVICE))


def test_a_letter_says_who_wrote_it_and_only_its_reader_opens_it():
    letter = seal(b"words", DEVICE, public_part(HUB))
    assert unseal(letter, HUB, public_part(DEVICE)) == b"words"
    for own, sender in ((OTHER, DEVICE), (HUB, OTHER)):
        with pytest.raises(BundleProblem):
            unseal(letter, own, public_part(sender))
