"""Contrast of two opaque colours, by WCAG 2.2 (success criteria 1.4.3 and 1.4.11)."""

AA_TEXT = 4.5
AA_CONTROL = 3.0


def relative_luminance(colour: str) -> float:
    """Return the luminance, 0 to 1, of ``#RRGGBB`` (WCAG 2.2, definition of relative luminance).

    Raises ValueError when the text is not six hexadecimal digits after ``#``.
    """
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"not a #RRGGBB colour: {colour!r}")
    shares = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two ``#RRGGBB`` colours, 1 to 21; the order does not matter."""
    low, high = sorted((relative_luminance(one), relative_luminance(other)))
    return (high + 0.05) / (low + 0.05)
