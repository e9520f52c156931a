"""What a body must hash to, told beside it (RFC 9530 ``Content-Digest``): a turned bit is seen.

TLS sees it too; a hub on a closed network without it, and a proxy between that ends it, do not.
"""

from __future__ import annotations

import base64
import hashlib

HEADER = "Content-Digest"


def digest_of(raw: bytes) -> str:
    """The header's value for a body as it is sent (compressed, where it is)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(raw).digest()).decode()}:"


def fits(raw: bytes, told: str | None) -> bool:
    """Whether a body is the one that was sent; one that came without a digest passes."""
    return told is None or told.strip() == digest_of(raw)
