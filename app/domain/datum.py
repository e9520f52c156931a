"""GCJ-02 ⇄ WGS-84: the shift that public maps of mainland China carry.

Constants and series: the published GCJ-02 obfuscation (Krasovsky 1940 ellipsoid, a = 6,378,245 m,
e² = 0.00669342162296594323). The inverse has no closed form and is found by fixed-point iteration.
"""

from math import cos, pi, sin, sqrt

_AXIS_M = 6_378_245.0
_E2 = 0.00669342162296594323
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: where the shift applies
_ENOUGH_DEG = 1e-11
_ROUNDS = 20


def _ripple(x: float) -> float:
    return (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0


def _shift(lon: float, lat: float) -> tuple[float, float]:
    """The shift (degrees) that GCJ-02 adds to a WGS-84 point."""
    x, y = lon - 105.0, lat - 35.0
    root = sqrt(abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + _ripple(x)
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + _ripple(x)
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    phi = lat / 180.0 * pi
    magic = 1.0 - _E2 * sin(phi) ** 2
    meridian_m = _AXIS_M * (1.0 - _E2) / (magic * sqrt(magic)) * pi / 180.0
    parallel_m = _AXIS_M / sqrt(magic) * cos(phi) * pi / 180.0
    return east / parallel_m, north / meridian_m


def _in_china(lon: float, lat: float) -> bool:
    west, south, east, north = _CHINA
    return west <= lon <= east and south <= lat <= north


def wgs_to_gcj(lon: float, lat: float) -> tuple[float, float]:
    """A WGS-84 point (degrees) in GCJ-02; unchanged outside the box in which the shift applies."""
    if not _in_china(lon, lat):
        return lon, lat
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def gcj_to_wgs(lon: float, lat: float) -> tuple[float, float]:
    """A GCJ-02 point (degrees) in WGS-84, to about 1e-11 degree; unchanged outside the box."""
    if not _in_china(lon, lat):
        return lon, lat
    x, y = lon, lat
    for _ in range(_ROUNDS):
        east, north = _shift(x, y)
        miss_x, miss_y = x + east - lon, y + north - lat
        x, y = x - miss_x, y - miss_y
        if abs(miss_x) < _ENOUGH_DEG and abs(miss_y) < _ENOUGH_DEG:
            break
    return x, y
