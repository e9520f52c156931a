"""Text that a spreadsheet will open: no cell may be taken for a formula, no resident's number is shown."""

from __future__ import annotations

import re

_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[\s-]?\d{4}[\s-]?(\d{4})(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")


def guarded(text: str) -> str:
    """The text with a ``'`` before it where a spreadsheet would take it for a formula.

    OWASP "CSV Injection": cells that begin with ``= + - @``, a tab or a carriage return; blanks before
    them do not help, as some programs strip them.
    """
    if text and (text.startswith(_STARTS) or text.lstrip().startswith(_STARTS)):
        return "'" + text
    return text


def masked(text: str) -> str:
    """Free text with mobile numbers and identity card numbers covered in the middle."""
    if not text or not any(c.isdigit() for c in text):
        return text
    return _MOBILE.sub(r"\1****\2", _IDENTITY.sub(r"\1********\2", text))
