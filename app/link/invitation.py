"""An invitation to enrol: ``https://host:port/#CODE.FINGERPRINT``, as text and as a QR code.

What stands behind ``#`` is never sent by a browser. The code is ten characters of Crockford's base32 (50
bits, valid once and for a day), the fingerprint the first 128 bits of the authority's SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.ports.link import LinkProblem, LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH, GROUP = 10, 5
FINGERPRINT_DIGITS = 32
_MISREAD = str.maketrans("OIL", "011")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where the hub is, the code, and the authority's fingerprint (empty: the machine's own authorities)."""

    url: str
    code: str
    fingerprint: str = ""

    def __str__(self) -> str:
        tail = f".{self.fingerprint}" if self.fingerprint else ""
        return f"{self.url}/#{self.code}{tail}"


def new_code(random_bits: Callable[[int], int]) -> str:
    """A fresh code in two groups, ``7K3QX-0M9TD``; ``random_bits(k)`` gives k bits of chance."""
    value = random_bits(5 * CODE_LENGTH)
    letters = "".join(ALPHABET[value >> 5 * i & 31] for i in range(CODE_LENGTH))
    return f"{letters[:GROUP]}-{letters[GROUP:]}"


def plain_code(typed: str) -> str:
    """The code as it is hashed, however it was typed: no hyphens or spaces, O read as 0, I and L as 1."""
    letters = "".join(c for c in typed.upper() if c.isalnum())
    return letters.translate(_MISREAD)


def is_code(typed: str) -> bool:
    """Whether it can be a code at all."""
    letters = plain_code(typed)
    return len(letters) == CODE_LENGTH and all(c in ALPHABET for c in letters)


def fingerprint(pem: str) -> str:
    """The fingerprint of the authority's certificate, the first in the text; ValueError where none is."""
    found = _PEM.search(pem)
    if found is None:
        raise ValueError("no certificate")
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(found[0])).hexdigest()[:FINGERPRINT_DIGITS]


def is_trusted(pem: str, told: str) -> bool:
    """Whether the certificate has the fingerprint that the invitation tells."""
    try:
        return hmac.compare_digest(fingerprint(pem).encode(), told.lower().encode())
    except ValueError:
        return False


def read_invitation(text: str) -> Invitation:
    """What the text invites to.

    ``LinkProblem(BAD_CODE)`` where it is none; ``NOT_TRUSTED`` for plain HTTP to any but this machine.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise LinkProblem(LinkTrouble.BAD_CODE, "address") from error
    code, _, told = parts.fragment.partition(".")
    told = told.replace(":", "").lower()
    fit = not told or re.fullmatch(rf"[0-9a-f]{{{FINGERPRINT_DIGITS}}}", told)
    if parts.scheme not in {"http", "https"} or not host or parts.username or not is_code(code) or not fit:
        raise LinkProblem(LinkTrouble.BAD_CODE, "invitation")
    if parts.scheme == "http" and not _is_here(host):
        raise LinkProblem(LinkTrouble.NOT_TRUSTED, "plain HTTP leaves this machine")
    shown = f"[{host}]" if ":" in host else host
    return Invitation(f"{parts.scheme}://{shown}{f':{port}' if port else ''}", code, told)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
