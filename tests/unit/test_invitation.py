"""Invitations, codes and keys: read however they are typed, refused in words where they are none."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lockout import lock_ms
from app.link import keys
from app.link.invitation import (
    ALPHABET,
    CODE_LENGTH,
    Invitation,
    is_code,
    new_code,
    plain_code,
    read_invitation,
)
from app.ports.link import LinkProblem, LinkTrouble

FINGERPRINT = "0123456789abcdef" * 2


@given(st.integers(0, 2**50 - 1))
def test_every_code_is_one_however_it_is_typed(value):
    code = new_code(lambda _bits: value)
    assert is_code(code)
    assert set(code) <= {*ALPHABET, "-"}
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert plain_code(typed) == plain_code(code)
    assert len(plain_code(code)) == CODE_LENGTH


def test_no_two_codes_are_alike():
    assert len({new_code(secrets.randbits) for _ in range(2_000)}) == 2_000


@pytest.mark.parametrize(
    "url",
    ["https://hub.example:8443", "https://192.0.2.7", "https://[2001:db8::1]:8443", "http://127.0.0.1:9"],
)
@pytest.mark.parametrize("fingerprint", ["", FINGERPRINT])
def test_an_invitation_is_read_back(url, fingerprint):
    told = Invitation(url, "7K3QX-0M9TD", fingerprint)
    assert read_invitation(f"  {told}\n") == told


@pytest.mark.parametrize(
    "text",
    [
        "", "hub", "https://hub.example/", "https://hub.example/#", "https://hub.example/#SHORT",
        "https://hub.example/#7K3QX-0M9TU.", "ftp://hub.example/#7K3QX-0M9TD", "https:///#7K3QX-0M9TD",
        f"https://hub.example/#7K3QX-0M9TD.{FINGERPRINT[:-1]}", "https://hub.example:x/#7K3QX-0M9TD",
        "https://user:pass@hub.example/#7K3QX-0M9TD", "https://[::1/#7K3QX-0M9TD",
        f"https://hub.example/#7K3QX-0M9TD.{'g' * 32}",
    ],
)  # fmt: skip
def test_what_is_no_invitation(text):
    with pytest.raises(LinkProblem) as raised:
        read_invitation(text)
    assert raised.value.code is LinkTrouble.BAD_CODE


def test_a_code_does_not_cross_a_network_in_the_clear():
    with pytest.raises(LinkProblem) as raised:
        read_invitation("http://hub.example/#7K3QX-0M9TD")
    assert raised.value.code is LinkTrouble.NOT_TRUSTED


def test_a_key_is_told_by_its_public_half():
    pair = keys.new_pair()
    public = keys.public_part(pair)
    assert "d" in pair
    assert "d" not in public
    assert keys.same_key(pair, public)
    assert keys.thumbprint(pair) == keys.thumbprint(public)
    assert not keys.same_key(pair, keys.new_pair())


@pytest.mark.parametrize(
    "bad",
    [
        {}, {"kty": "EC", "crv": "P-384"}, {"kty": "oct", "k": "AAAA"},
        {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"},
        {"kty": "EC", "crv": "P-256", "x": "é", "y": ""},
    ],
)  # fmt: skip
def test_what_is_no_key(bad):
    with pytest.raises(ValueError):
        keys.public_part(bad)


def test_five_failures_are_free_and_the_lock_doubles_to_an_hour():
    assert [lock_ms(n) // 60_000 for n in (0, 4, 5, 6, 7, 10, 11, 12, 1000)] == [
        0,
        0,
        1,
        2,
        4,
        32,
        60,
        60,
        60,
    ]
