"""What a queue holds, where its lines stand, what it is narrowed to, and what its cells say; without Qt."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.incident import State
from app.domain.op import OpKind
from app.domain.place import Level
from app.domain.sla import DAY, HOUR, MINUTE
from app.ports.rows import Queue, QueuePage, QueueQuery, QueueRow, Sort
from app.services import intake, triage
from tests.support.desks import NOW, desk, words
from ui.queues.cells import CellWriter
from ui.queues.filters import Narrowing
from ui.queues.sections import Lines, Section, edges, sections
from ui.queues.window import KEPT_PAGES, PAGE, Look, Window, look

QUERY = QueueQuery(Queue.WAITING, NOW)
ROW = QueueRow(
    key=1, id="e" * 32, number="261123-0001", title="餐饮油污直排", severity=2, state="reported", loop="big",
    place="510113103201", town="510113103", source="hotline", category="水务排水",
    reported_at=NOW - 20 * MINUTE, closed_at=None, due_clock="accept", due_at=NOW + 10 * MINUTE,
    limit_from=NOW - 20 * MINUTE,
    on_time=None, lead="", lead_state="", active=0, arrived=0, conflicts=0, supervised=0, rework=0,
)  # fmt: skip


def page(offset, count=PAGE):
    """A page whose rows carry their place in the queue as key."""
    return QueuePage(offset, tuple(replace(ROW, key=offset + i) for i in range(count)))


def taken(total, *offsets, heads=()):
    window = Window()
    window.take(Look(QUERY, total, heads, tuple(page(o, min(PAGE, total - o)) for o in offsets)))
    return window


# The window


def test_a_line_beyond_the_pages_held_names_its_page():
    window = taken(1000, 0)
    assert window.at(0).key == 0
    assert window.at(500) is None
    assert window.missing(500, 510) == (448,)
    assert window.missing(500, 520) == (448, 512)
    window.add(page(448))
    assert window.at(500).key == 500
    assert window.missing(500, 510) == ()


def test_an_empty_queue_still_asks_for_its_first_page():
    assert Window().offsets(0, 0) == (0,)
    assert taken(0).at(0) is None


def test_the_page_longest_unused_goes():
    window = taken(100_000, 0)
    for n in range(1, KEPT_PAGES):
        window.add(page(n * PAGE))
    assert window.at(0).key == 0  # looked at again: now the second is the one longest unused
    window.add(page(KEPT_PAGES * PAGE))
    assert window.missing(0, 0) == ()
    assert window.missing(PAGE, PAGE) == (PAGE,)


def test_it_never_holds_more_than_it_may():
    window = taken(1_000_000, 0)
    for n in range(200):
        window.add(page(n * PAGE))
    assert len(window._pages) == KEPT_PAGES


def test_a_fresh_look_forgets_what_was():
    window = taken(1000, 0, 64)
    window.take(Look(QUERY, 3, (), (page(0, 3),)))
    assert window.at(2).key == 2
    assert window.at(3) is None
    assert window.line_of(70) is None


def test_an_incident_is_found_on_its_line_below_the_heads():
    heads = sections((2, 2, 2, 2), 5, 8)
    window = taken(8, 0, heads=heads)
    assert [head.code for head in heads] == ["overdue", "later", "none"]
    assert window.line_of(0) == 1
    assert window.line_of(2) == 4
    assert window.at(window.line_of(7)).key == 7
    assert window.line_of(99) is None


def test_a_look_brings_the_page_of_the_wanted_incident():
    at = desk()
    keys = [
        intake.report(at, intake.Report(f"第 {n} 件", "hotline", at=NOW - n * MINUTE)).key for n in range(150)
    ]
    query = QueueQuery(Queue.WAITING, 0, Sort.REPORTED, descending=True)
    found = look(at, query, (0,), keys[140])
    assert (found.total, found.place) == (150, 140)
    assert [p.offset for p in found.pages] == [0, 128]
    assert found.query.now == NOW
    assert found.heads == ()
    triage.decline(at, keys[140], "重复")
    again = look(at, query, (0,), keys[140])
    assert (again.total, again.place) == (149, None)


def test_a_look_by_limit_has_sections_that_add_up():
    at = desk()
    for n in range(5):
        intake.report(at, intake.Report(f"第 {n} 件", "hotline", at=NOW - n * HOUR))
    found = look(at, QueueQuery(Queue.WAITING, 0), (0,), None)
    assert sum(head.count for head in found.heads) == found.total == 5
    assert look(at, QueueQuery(Queue.WAITING, 0, descending=True), (0,), None).heads == ()
    assert look(at, QueueQuery(Queue.ALL, 0), (0,), None).heads == ()


# Sections and lines


counts = st.lists(st.integers(0, 30), min_size=6, max_size=6)


@given(counts)
def test_every_row_has_one_line_and_every_line_one_thing(parts):
    total = sum(parts)
    before = [sum(parts[: i + 1]) for i in range(4)]
    heads = sections(before, sum(parts[:5]), total)
    lines = Lines(total, heads)
    assert [head.count for head in heads] == [n for n in parts if n]
    assert len(lines) == total + len(heads)
    found = [lines.at(n) for n in range(len(lines))]
    assert [one for one in found if isinstance(one, int)] == list(range(total))
    assert [one for one in found if isinstance(one, Section)] == list(heads)
    for row in range(total):
        assert lines.at(lines.of_row(row)) == row
    for head in heads:
        assert lines.at(head.start) is head
        assert lines.at(head.start + 1) == head.first


def test_edges_follow_the_districts_day_and_never_turn_back():
    now, half, four, midnight = edges(NOW)
    assert (now, half, four) == (NOW, NOW + 30 * MINUTE, NOW + 4 * HOUR)
    assert midnight == NOW + 10 * HOUR  # NOW is 14:00 at the district
    late = NOW + 9 * HOUR
    assert edges(late)[3] == edges(late)[2] == late + 4 * HOUR  # four hours reach beyond midnight
    assert edges(midnight)[3] == midnight + DAY


# Narrowing


def test_another_queue_keeps_the_filters_and_takes_its_own_order():
    narrowed = Narrowing(severities=(1,), text="油污").by(Sort.SEVERITY)
    closed = narrowed.to_queue(Queue.CLOSED)
    assert (closed.queue, closed.sort, closed.descending) == (Queue.CLOSED, Sort.REPORTED, True)
    assert (closed.severities, closed.text) == ((1,), "油污")
    working = closed.to_queue(Queue.WORKING)
    assert (working.sort, working.descending) == (Sort.DUE, False)


def test_the_same_head_twice_turns_the_order():
    first = Narrowing().by(Sort.REPORTED)
    assert (first.sort, first.descending) == (Sort.REPORTED, True)
    assert first.by(Sort.REPORTED) == replace(first, descending=False)
    assert not first.by(Sort.PLACE).descending


def test_chips_toggle_and_wide_takes_all_away():
    one = Narrowing().toggled_severity(2).toggled_severity(1).toggled_source("hotline")
    assert (one.severities, one.sources, one.narrowed) == ((1, 2), ("hotline",), True)
    assert one.toggled_severity(1).toggled_severity(2).toggled_source("hotline") == Narrowing()
    wide = replace(one, loop="big", text="水", towns=("510113103",), queue=Queue.WORKING).wide()
    assert wide == Narrowing(queue=Queue.WORKING)


def test_the_question_carries_everything_but_the_window():
    narrowing = Narrowing(Queue.OVERDUE, Sort.PLACE, True, ("t",), (1,), ("s",), "big", "油污")
    query = narrowing.query()
    assert query == QueueQuery(
        Queue.OVERDUE, 0, Sort.PLACE, True, 0, query.limit, ("t",), (1,), ("s",), (), "big", "油污"
    )


# Cells


@pytest.fixture(scope="module")
def lists():
    return desk().lists.now()


def write(lists, lang="zh", now=NOW, **changes):
    return CellWriter(words(lang), lists, lang).write(replace(ROW, **changes), now)


def test_a_row_in_words(lists):
    village = next(p for p in lists.places.values() if p.level is Level.VILLAGE)
    cells = write(lists, place=village.id, town=lists.town_of(village.id))
    assert cells.title == "餐饮油污直排"
    assert cells.second.startswith("261123-0001")
    assert cells.place == village.name
    assert cells.town == lists.place_name(lists.town_of(village.id), "zh")
    assert cells.wait_minutes == 20
    assert (cells.limit.kind, round(cells.limit.share, 3)) == ("due", 0.667)
    assert cells.title in cells.spoken
    assert cells.limit.text in cells.spoken


@pytest.mark.parametrize(
    ("left", "since", "kind"),
    [
        (-MINUTE, HOUR, "overdue"),
        (30 * MINUTE, HOUR, "due"),
        (31 * MINUTE, HOUR, "neutral"),
        (3 * HOUR, 20 * HOUR, "due"),  # four fifths are used
        (20 * HOUR, 20 * HOUR, "neutral"),
    ],
)
def test_a_limit_is_urgent_by_time_left_or_share_used(lists, left, since, kind):
    cells = write(lists, due_at=NOW + left, limit_from=NOW - since)
    assert cells.limit.kind == kind
    assert 0 <= cells.limit.share <= 1


def test_an_ended_matter_says_how_it_ended(lists):
    ended = {"due_at": None, "state": State.CLOSED.value, "closed_at": NOW - HOUR}
    assert write(lists, **ended, on_time=True).limit.kind == "done"
    assert write(lists, **ended, on_time=False).limit.kind == "late"
    assert write(lists, **ended, on_time=None).limit.kind == "none"
    assert write(lists, **ended, reported_at=NOW - 3 * HOUR).wait_minutes == 120, "the waiting has ended"


def test_a_source_ahead_of_our_clock_does_not_wait_backwards(lists):
    assert write(lists, reported_at=NOW + HOUR).wait_minutes == 0


def test_lead_and_arrivals_are_told(lists):
    unit = next(iter(lists.units.values()))
    cells = write(lists, lead=unit.id, lead_state="acknowledged", active=3, arrived=1)
    assert unit.name in cells.second
    assert "1/3" in cells.second
    english = write(lists, lang="en", lead=unit.id, lead_state="acknowledged", active=3, arrived=1)
    assert unit.name_en in english.second


def test_rework_is_told(lists):
    assert words().say("op", OpKind.REOPEN) in write(lists, rework=1).second
    assert words().say("op", OpKind.REOPEN) not in write(lists).second
