"""Key pairs as JWKs (joserfc): each device has one, and the hub. They sign bundles and open them.

One P-256 pair serves both ES256 and ECDH-ES, whose use of one key together is analysed and sound (Degabriele
et al., "On the Joint Security of Encryption and Signature in EMV", 2012), so that a device has one key to
keep, and an enrolment one to tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

if TYPE_CHECKING:
    from collections.abc import Mapping

CURVE = "P-256"
_PUBLIC = ("kty", "crv", "x", "y")


def new_pair() -> dict[str, str]:
    """A fresh pair as a private JWK: to be kept in the store's settings, or in the hub's ``meta``."""
    return _told(ECKey.generate_key(CURVE, auto_kid=False).as_dict(private=True))


def public_part(jwk: Mapping[str, str]) -> dict[str, str]:
    """The public half alone; ValueError where it is no key of this curve."""
    return _told(_read({name: jwk.get(name, "") for name in _PUBLIC}).as_dict(private=False))


def thumbprint(jwk: Mapping[str, str]) -> str:
    """RFC 7638 thumbprint (SHA-256, base64url): what a key is called by."""
    return str(_read({name: jwk.get(name, "") for name in _PUBLIC}).thumbprint())


def same_key(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two JWKs have the same public half."""
    return all(one.get(name) == other.get(name) for name in _PUBLIC)


def private_key(jwk: Mapping[str, str]) -> ECKey:
    """The pair, ready to sign and to open; ValueError where it is none."""
    return _read({name: jwk.get(name, "") for name in (*_PUBLIC, "d")})


def public_key(jwk: Mapping[str, str]) -> ECKey:
    """The public half, ready to prove and to seal; ValueError where it is none."""
    return _read({name: jwk.get(name, "") for name in _PUBLIC})


def _read(jwk: Mapping[str, str]) -> ECKey:
    if (jwk["kty"], jwk["crv"]) != ("EC", CURVE):
        raise ValueError(f"not a key of {CURVE}")
    try:
        key = ECKey.import_key(dict(jwk))
        _ = key.raw_value  # a point that is not on the curve is found here
    except (JoseError, ValueError, TypeError) as error:
        raise ValueError(f"not a key of {CURVE}") from error
    return key


def _told(jwk: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in jwk.items() if name in {*_PUBLIC, "d"}}
