"""Names of the district and its towns, read from the places the map is given."""

import json
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """Rows (level, id, Chinese name, English name or empty), in the collection's order."""

    rows: tuple[tuple[str, str, str, str], ...] = ()

    @classmethod
    def of(cls, geojson: bytes) -> Self:
        """ValueError where it is no GeoJSON collection whose features have id, level and name."""
        try:
            found = [feature["properties"] for feature in json.loads(geojson)["features"]]
            return cls(
                tuple(
                    (str(row["level"]), str(row["id"]), str(row["name"]), str(row.get("name_en") or ""))
                    for row in found
                    if row["level"] in {"district", "town"}
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("the places are no GeoJSON collection with id, level and name") from error

    def district(self, language: str) -> str:
        """Empty when the collection has none."""
        return next((_in(language, row) for row in self.rows if row[0] == "district"), "")

    def towns(self, language: str) -> list[tuple[str, str]]:
        """(id, name) of each town."""
        return [(row[1], _in(language, row)) for row in self.rows if row[0] == "town"]


def _in(language: str, row: tuple[str, str, str, str]) -> str:
    return row[3] if language == "en" and row[3] else row[2]
