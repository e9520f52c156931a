"""The shipped lists: whole, well formed, and referring only to what exists."""

import csv
import re
import tomllib
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest

RESOURCES = Path(__file__).parents[2] / "resources"
CATALOGUE = RESOURCES / "catalogue"
VILLAGES = RESOURCES / "district" / "villages_nbs2023.csv"
WORDS = RESOURCES / "i18n" / "words.zh.toml"
DISTRICT = "510113"

LIMIT = re.compile(r"^[1-9]\d{0,4}(m|h|d|wh|wd)$")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
KINDS = {"XK": "许可", "CF": "处罚", "QZ": "强制", "ZS": "征收", "JF": "给付"}
KINDS |= {"JC": "检查", "QR": "确认", "JL": "奖励", "CJ": "裁决", "QT": "其他"}
UNIT_KINDS = {"department", "enforcement", "fulltime", "service", "social", "volunteer", "reserve"}
LEVELS = {"grid", "village", "town", "district", "department"}
CONDITIONS = ("towns", "villages", "categories", "items", "sources", "severity_max", "hours", "workdays")


@cache
def read(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, strict=True))


def table(name: str) -> tuple[dict[str, str], ...]:
    return read(CATALOGUE / f"{name}.csv")


def ids(name: str) -> set[str]:
    return {row["id"] for row in table(name)}


def parts(cell: str) -> list[str]:
    return cell.split(";") if cell else []


@cache
def rules() -> list[dict]:
    return tomllib.loads((CATALOGUE / "rules.toml").read_text(encoding="utf-8"))["rule"]


@cache
def villages() -> dict[str, str]:
    """Village code to town code."""
    if not VILLAGES.exists():
        pytest.skip("the list of villages is not in resources/district")
    with VILLAGES.open(encoding="utf-8-sig", newline="") as file:
        return {row["village_code"]: row["town_code"] for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("items", 150),
        ("powers", 120),
        ("units", 80),
        ("members", 180),
        ("sources", 6),
        ("calendar", 3),
    ],
)
def test_tables_are_long_enough_and_rectangular(name, least):
    rows = table(name)
    assert len(rows) >= least
    assert [row for row in rows if None in row or None in row.values()] == []
    stray = [row for row in rows if any(cell != cell.strip() for cell in row.values())]
    assert stray == []


@pytest.mark.parametrize("name", ["items", "powers", "units", "members", "sources"])
def test_ids_are_unique_and_no_list_holds_an_empty_part(name):
    rows = table(name)
    assert [key for key, n in Counter(row["id"] for row in rows).items() if n > 1] == []
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if ";" in cell and "" in cell.split(";")] == []


def test_items_are_well_formed():
    signs: dict[str, set[str]] = {}
    for row in table("items"):
        assert re.fullmatch(r"[\u4e00-\u9fff]-\d{4}", row["id"]), row["id"]
        signs.setdefault(row["category"], set()).add(row["id"][0])
        assert row["loop"] in {"small", "big"}
        assert row["level"] in LEVELS
        assert row["severity"] in {"1", "2", "3", "4"}
        assert row["person_data"] in {"yes", "no"}
        assert all(row[column] for column in ("name", "name_en", "category_en", "evidence", "skills"))
        assert not CHINESE.search(row["name_en"] + row["category_en"]), row["id"]
        words = parts(row["keywords"])
        assert len(words) == len(set(words)) >= 4, row["id"]
    assert len(signs) >= 12
    assert all(len(used) == 1 for used in signs.values())  # one sign a category
    assert len({next(iter(used)) for used in signs.values()}) == len(signs)


@pytest.mark.parametrize("column", ["accept", "respond", "resolve"])
def test_limits_can_be_read(column):
    assert [row["id"] for row in table("items") if not LIMIT.match(row[column])] == []


def test_limits_grow_from_accept_to_resolve():
    minutes = {"m": 1, "h": 60, "d": 1440, "wh": 60, "wd": 480}

    def length(text: str) -> int:
        amount, unit = re.fullmatch(r"(\d+)(\w+)", text).groups()
        return int(amount) * minutes[unit]

    for row in table("items"):
        spans = [length(row[column]) for column in ("accept", "respond", "resolve")]
        assert spans == sorted(spans), row["id"]


def test_small_loop_is_for_the_grid_and_never_for_the_gravest():
    for row in table("items"):
        assert (row["loop"] == "small") == (row["level"] in {"grid", "village"}), row["id"]
        assert not (row["loop"] == "small" and row["severity"] == "1"), row["id"]


def test_items_refer_to_powers_and_to_skills_that_somebody_has():
    known = {skill for unit in table("units") for skill in parts(unit["skills"])}
    for row in table("items"):
        assert parts(row["powers"]), row["id"]
        assert set(parts(row["powers"])) <= ids("powers"), row["id"]
        assert set(parts(row["skills"])) <= known, row["id"]


def test_powers_belong_to_departments_and_their_id_names_their_kind():
    departments = {unit["id"] for unit in table("units") if unit["kind"] == "department"}
    for row in table("powers"):
        assert re.fullmatch(r"[A-Z]{2}-\d{4}", row["id"])
        assert KINDS[row["id"][:2]] == row["kind"]
        assert row["department"] in departments
        assert row["town_may"] in {"yes", "no"}
    assert {row["kind"] for row in table("powers")} == set(KINDS.values())


def test_departments_hold_their_own_powers():
    held = {unit["id"]: set(parts(unit["powers"])) for unit in table("units")}
    assert [row["id"] for row in table("powers") if row["id"] not in held[row["department"]]] == []


def test_units_are_well_formed():
    places = {DISTRICT} | set(villages()) | set(villages().values())
    for row in table("units"):
        assert row["kind"] in UNIT_KINDS
        assert len(row["sign"]) == 1
        assert row["place"] in places
        assert 104.15 < float(row["lon"]) < 104.52
        assert 30.65 < float(row["lat"]) < 30.95
        assert set(parts(row["powers"])) <= ids("powers")
        assert parts(row["skills"])
        assert 1 <= int(row["capacity"]) <= 40
        assert re.fullmatch(r"028-0000-\d{4}", row["phone"])
    assert len({row["phone"] for row in table("units")}) == len(table("units"))


def test_every_town_has_its_forces():
    kinds: dict[str, set[str]] = {}
    for row in table("units"):
        kinds.setdefault(row["place"], set()).add(row["kind"])
    for town in set(villages().values()):
        assert kinds[town] >= UNIT_KINDS - {"department"}, town


def test_towns_only_enforce_what_they_have_taken_over():
    may = {row["id"] for row in table("powers") if row["town_may"] == "yes"}
    for row in table("units"):
        if row["place"] != DISTRICT and row["kind"] == "enforcement":
            assert set(parts(row["powers"])) <= may, row["id"]


def test_members_stand_in_their_grid_and_every_village_has_a_full_time_one():
    town_of = villages()
    unit_place = {unit["id"]: unit["place"] for unit in table("units")}
    full_time = set()
    for row in table("members"):
        assert row["unit"] in unit_place
        assert row["on_duty"] in {"yes", "no"}
        assert re.fullmatch(r"1380000\d{4}", row["phone"])
        if not row["grid"]:
            assert not row["village"]
            continue
        assert re.fullmatch(re.escape(row["village"]) + r"\d{2}", row["grid"])
        assert unit_place[row["unit"]] == town_of[row["village"]]
        if row["post"] == "专职网格员":
            full_time.add(row["grid"])
    assert full_time == {f"{village}01" for village in town_of}
    for column in ("phone", "name", "id"):
        assert len({row[column] for row in table("members")}) == len(table("members"))


def test_the_district_centre_is_staffed():
    centre = [row for row in table("members") if row["unit"] == "d-zx"]
    assert len(centre) == 4
    assert ("周晓岚", "值班长") in {(row["name"], row["post"]) for row in centre}


def test_sources_are_called_as_on_the_screen():
    if not WORDS.exists():
        pytest.skip("the tables of words are not in resources/i18n")
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))["source"]
    assert [row for row in table("sources") if words.get(row["id"]) != row["name"]] == []


def test_sources_have_a_sign_each():
    rows = table("sources")
    assert {"hotline", "resident", "patrol", "sensor", "grid", "import"} <= ids("sources")
    assert all(len(row["sign"]) == 1 and row["name_en"] for row in rows)
    assert len({row["sign"] for row in rows}) == len(rows)


def test_calendar_days_are_real_and_said_once():
    rows = table("calendar")
    days = [date.fromisoformat(row["date"]) for row in rows]
    assert len(days) == len(set(days))
    assert all(row["kind"] in {"work", "rest"} and row["name"] for row in rows)
    for day, row in zip(days, rows, strict=True):
        assert (day.weekday() >= 5) == (row["kind"] == "work"), day  # else the row would change nothing


def test_rules_are_in_order_and_say_why():
    assert len(rules()) >= 25
    assert [rule["id"] for rule in rules()] == [f"R-{n:03d}" for n in range(1, len(rules()) + 1)]
    for rule in rules():
        assert set(rule) == {"id", "name", "name_en", "when", "then", "why", "why_en"}
        assert all(rule[column] for column in ("name", "name_en", "why", "why_en"))
        assert not CHINESE.search(rule["name_en"] + rule["why_en"]), rule["id"]
        assert set(rule["when"]) <= set(CONDITIONS)
        assert {"handler"} <= set(rule["then"]) <= {"handler", "loop"}
        assert rule["then"].get("loop", "small") in {"small", "big"}


def test_rules_refer_to_what_exists():
    known = {
        "towns": set(villages().values()),
        "villages": set(villages()),
        "categories": {row["category"] for row in table("items")},
        "items": ids("items"),
        "sources": ids("sources"),
    }
    for rule in rules():
        for condition, values in known.items():
            asked = rule["when"].get(condition)
            assert asked is None or (asked and set(asked) <= values), (rule["id"], condition)
        assert rule["when"].get("severity_max", 1) in {1, 2, 3}
        assert re.fullmatch(
            r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", rule["when"].get("hours", "08:00-17:00")
        )
        handler = rule["then"]["handler"]
        kind, _, unit = handler.partition(":")
        assert (kind == "unit" and unit in ids("units")) or handler in {
            "town",
            "member",
            "department-of-power",
        }


def test_the_last_rule_catches_all_and_no_other_does():
    assert [rule["id"] for rule in rules() if not rule["when"]] == [rules()[-1]["id"]]
    assert rules()[-1]["then"]["handler"] == "unit:d-zx"


def test_no_rule_is_hidden_by_a_wider_one_before_it():
    category = {row["id"]: row["category"] for row in table("items")}

    def wider(first: dict, later: dict) -> bool:
        for field in CONDITIONS:
            asked, given = first.get(field), later.get(field)
            if asked is None:
                continue
            if field == "categories" and given is None and "items" in later:
                given = [category[item] for item in later["items"]]
            if field == "towns" and given is None and "villages" in later:
                given = [villages()[village] for village in later["villages"]]
            if given is None or (set(given) - set(asked) if isinstance(asked, list) else given != asked):
                return False
        return True

    hidden = [
        (later["id"], first["id"])
        for n, later in enumerate(rules())
        for first in rules()[:n]
        if wider(first["when"], later["when"])
    ]
    assert hidden == []
