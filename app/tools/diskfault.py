"""A disk that is full or closed to us, as a code that can be said in words (group ``disk``)."""

from __future__ import annotations

import errno

_CODES = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EACCES: "no_rights",
    errno.EPERM: "no_rights",
    errno.EROFS: "read_only",
    errno.ENOENT: "no_file",
    errno.ENOTDIR: "no_file",
    errno.EISDIR: "is_folder",
}


def disk_code(error: OSError) -> str:
    """The code of the group ``disk`` for this error; ``io_error`` where there is none closer."""
    return _CODES.get(error.errno or 0, "io_error")
