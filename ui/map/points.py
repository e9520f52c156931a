"""Live points as they travel to the map page: packed arrays in base64, no Qt."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from struct import pack
from typing import Final

KEY_LIMIT: Final = 2**31
"""Keys travel as signed 32-bit integers: 0 ≤ key < 2³¹."""

NORMAL: Final = 0
OVERDUE: Final = 1
WAITING: Final = 2


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One mark: WGS-84 degrees, severity 1 (特急) to 4 (一般), mark 0 normal, 1 overdue, 2 waiting."""

    key: int
    lon: float
    lat: float
    severity: int
    mark: int = NORMAL


@dataclass(frozen=True, slots=True)
class PackedPoints:
    """Points ready for the page, made off the GUI thread, which then only hands them on."""

    text: str
    count: int


def pack_points(points: Sequence[MapPoint]) -> PackedPoints:
    """Keys (int32), longitudes and latitudes (int32, 1e-7 degrees), styles (uint8: (severity − 1)·4 + mark).

    13 bytes a point, little-endian, base64. Raises ValueError for a key, position, severity or mark out of
    range: a mark drawn at the wrong place is worse than none.
    """
    # Flat passes: one pass making tuples wakes the garbage collector and takes five times as long.
    return pack_columns(
        [p.key for p in points],
        [p.lon for p in points],
        [p.lat for p in points],
        [p.severity for p in points],
        [p.mark for p in points],
    )


def pack_columns(
    keys: Sequence[int],
    lons: Sequence[float],
    lats: Sequence[float],
    severities: Sequence[int],
    marks: Sequence[int],
) -> PackedPoints:
    """The same from one list for each part of a point, all of one length."""
    if not keys:
        return PackedPoints("", 0)
    import numpy as np  # here, on the reader's thread: the window need not wait for it

    levels, kinds = np.array(severities), np.array(marks)
    if levels.min() < 1 or levels.max() > 4 or kinds.min() < NORMAL or kinds.max() > WAITING:
        raise ValueError("a map point's severity is 1 to 4 and its mark 0 to 2")
    easts, norths = np.array(lons), np.array(lats)
    # `not <=` and no `>`: a NaN compares false and must not pass.
    if not (np.abs(easts).max() <= 180 and np.abs(norths).max() <= 85):
        raise ValueError("a map point lies outside the projection: |lon| ≤ 180, |lat| ≤ 85")
    parts = (
        _keys(keys),
        np.rint(easts * 1e7).astype("<i4").tobytes(),
        np.rint(norths * 1e7).astype("<i4").tobytes(),
        ((levels - 1) * 4 + kinds).astype(np.uint8).tobytes(),
    )
    return PackedPoints(b64encode(b"".join(parts)).decode("ascii"), len(keys))


def pack_keys(keys: Sequence[int]) -> str:
    """Keys as int32 in base64; ValueError for a key outside 0 ≤ key < 2³¹."""
    return b64encode(_keys(keys)).decode("ascii")


def _keys(keys: Sequence[int]) -> bytes:
    if keys and (min(keys) < 0 or max(keys) >= KEY_LIMIT):
        raise ValueError("a map point's key is 0 ≤ key < 2³¹")
    return pack(f"<{len(keys)}i", *keys)
