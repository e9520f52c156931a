"""A letter that one party alone can open and one party alone can have written (joserfc; RFC 7515, 7516).

The content is compressed, signed (ES256) and then encrypted to the reader (ECDH-ES, A256GCM): no cryptography
of our own, and no other algorithm is taken in, whatever a letter asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import zstandard
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry
from joserfc.jws import JWSRegistry

from app.link.keys import private_key, public_key, thumbprint
from app.ports.bundle import BundleProblem, BundleTrouble

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_LETTER = 24 * 1024 * 1024
"""Octets of a letter as it lies in a file."""

LONGEST_CONTENT = 64 * 1024 * 1024
_SIGNED, _AGREED, _ENCRYPTED = "ES256", "ECDH-ES", "A256GCM"
_LEVEL = 9


class _Signing(JWSRegistry):
    max_payload_length = LONGEST_LETTER


class _Sealing(JWERegistry):
    max_ciphertext_length = LONGEST_LETTER


_SIGNING = _Signing(algorithms=[_SIGNED])
_SEALING = _Sealing(algorithms=[_AGREED, _ENCRYPTED])


def seal(content: bytes, own: Mapping[str, str], to: Mapping[str, str]) -> bytes:
    """The content signed by the pair ``own`` for the public key ``to``: one line of ASCII."""
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(content)
    signed = jws.serialize_compact({"alg": _SIGNED}, packed, private_key(own), registry=_SIGNING)
    head = {"alg": _AGREED, "enc": _ENCRYPTED, "kid": thumbprint(to)}
    return jwe.encrypt_compact(head, signed, public_key(to), registry=_SEALING).encode("ascii")


def unseal(letter: bytes, own: Mapping[str, str], sender: Mapping[str, str]) -> bytes:
    """The content; ``BundleProblem(ALTERED)`` where it is not for ``own``, not of ``sender``, or changed."""
    try:
        opened = jwe.decrypt_compact(letter, private_key(own), registry=_SEALING)
        signed = jws.deserialize_compact(opened.plaintext or b"", public_key(sender), registry=_SIGNING)
        with zstandard.ZstdDecompressor().stream_reader(signed.payload) as reader:
            content: bytes = reader.read(LONGEST_CONTENT + 1)
    except (JoseError, ValueError, TypeError, KeyError, zstandard.ZstdError) as error:
        raise BundleProblem(BundleTrouble.ALTERED, type(error).__name__) from error
    if len(content) > LONGEST_CONTENT:
        raise BundleProblem(BundleTrouble.TOO_LARGE, "unpacked")
    return content
