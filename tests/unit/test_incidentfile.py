"""Rows of a CSV file: line numbers, bounds, and one bad line never costing another."""

from __future__ import annotations

import csv
import gzip
import io
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.tools.incidentfile import MAX_LINE, FileProblem, IncidentFile, fingerprint

if TYPE_CHECKING:
    from pathlib import Path


def rows(path: Path, content: bytes, encoding: str = "utf-8") -> list[tuple[int, str, list[str]]]:
    path.write_bytes(content)
    file = IncidentFile(path, encoding)
    try:
        return [(row.line, row.fault, row.cells if not row.fault else []) for row in file.rows()]
    finally:
        file.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "in.csv"


def test_quotes_newlines_blank_lines_and_line_numbers(path: Path) -> None:
    content = b'\xef\xbb\xbfa,b\r\n1,"x ""y""\r\nz, w"\r\n\r\n2,plain\n3,5" pipe\n'
    assert rows(path, content) == [
        (2, "", ["1", 'x "y"\r\nz, w']), (5, "", ["2", "plain"]), (6, "", ["3", '5" pipe']),
    ]  # fmt: skip


def test_a_bad_byte_costs_one_line(path: Path) -> None:
    content = b'a,b\n1,\xff\xfe\n2,good\n3,"\xc4\xe3"\n4,\x00\n5,"q\x00"\n6,good\n'
    assert [(line, fault) for line, fault, _ in rows(path, content)] == [
        (2, "broken_encoding"), (3, ""), (4, "broken_encoding"), (5, "broken_encoding"),
        (6, "broken_encoding"), (7, ""),
    ]  # fmt: skip


def test_gb18030_is_read_where_the_mapping_says_so(path: Path) -> None:
    assert rows(path, "编号,标题\n1,灯不亮\n".encode("gb18030"), "gb18030") == [(2, "", ["1", "灯不亮"])]


def test_a_quote_that_is_never_closed_swallows_nothing(path: Path) -> None:
    content = b'a,b,c\n1,"open,x\n2,y,z\n3,"quoted, too",z\n' + b"4,y,z\n" * 300
    found = rows(path, content)
    assert found[0] == (2, "open_quote", [])
    assert len(found) == 303
    assert all(not fault for _, fault, _ in found[1:])


def test_a_quote_open_at_the_end_of_the_file(path: Path) -> None:
    assert [fault for _, fault, _ in rows(path, b'a,b\n1,x\n2,"x')] == ["", "open_quote"]


def test_short_and_long_rows(path: Path) -> None:
    assert [fault for _, fault, _ in rows(path, b'a,b\n1\n1,2,3\n1,"2",3\n1,2\n')] == [
        "wrong_columns", "wrong_columns", "wrong_columns", "",
    ]  # fmt: skip


def test_a_line_without_end_is_passed_over(path: Path) -> None:
    content = b"a,b\n1," + b"x" * (3 * MAX_LINE) + b"\n2,y\n" + b'3,"' + b"z" * 200_000 + b'"\n4,y\n'
    assert [(line, fault) for line, fault, _ in rows(path, content)] == [
        (2, "too_long"), (3, ""), (4, "too_long"), (5, ""),
    ]  # fmt: skip


def test_continues_where_it_was_left(path: Path) -> None:
    plain = "a,b\n" + "".join(f'{n},"x\n{n}"\n' for n in range(50))
    path.write_bytes(gzip.compress(plain.encode()))
    file = IncidentFile(path, "utf-8")
    first = list(file.rows())
    file.go_to(first[19].last_line, first[19].offset)
    rest = list(file.rows())
    file.close()
    assert rest == first[20:]


def test_a_compressed_file_that_was_cut_off_gives_what_it_has(path: Path) -> None:
    content = gzip.compress(("a,b\n" + "".join(f"{n},{n * 7919 % 1009}\n" for n in range(40_000))).encode())
    path.write_bytes(content[: len(content) // 2])
    file = IncidentFile(path, "utf-8")
    seen: list[int] = []
    with pytest.raises(FileProblem) as told:
        seen.extend(row.line for row in file.rows())
    file.close()
    assert told.value.code == "damaged"
    assert len(seen) > 100


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty_file"), (b"\n", "empty_file"), (b'a,"b', "bad_header")]
)
def test_no_header_no_file(path: Path, content: bytes, code: str) -> None:
    path.write_bytes(content)
    with pytest.raises(FileProblem) as told:
        IncidentFile(path, "utf-8")
    assert told.value.code == code


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.tuples(_CELL, _CELL, _CELL), min_size=1, max_size=12))
def test_whatever_csv_writes_is_read_back(path: Path, table: list[tuple[str, str, str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([("a", "b", "c"), *table])
    got = [cells for _, fault, cells in rows(path, out.getvalue().encode()) if not fault]
    assert got == [list(row) for row in table]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.sampled_from([b'"', b",", b"\n", b"x", b"\xff", b"\0", b"\r", b"1,2\n"]), max_size=60))
def test_any_bytes_are_walked_to_the_end_line_by_line(path: Path, pieces: list[bytes]) -> None:
    body = b"".join(pieces)
    path.write_bytes(b"a,b\n" + body + b"\nlast,row\n")
    file = IncidentFile(path, "utf-8")
    found = list(file.rows())
    file.close()
    assert found[-1].cells[-1].rstrip('"\n').endswith("row")
    assert found[-1].offset == 4 + len(body) + len(b"\nlast,row\n")
    assert all(a.last_line < b.line for a, b in pairwise(found))


def test_a_fingerprint_follows_the_content(tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in "123")
    one.write_bytes(b"x" * 3_000_000)
    two.write_bytes(b"x" * 2_999_999 + b"y")
    three.write_bytes(b"x" * 3_000_000)
    assert fingerprint(one) == fingerprint(three) != fingerprint(two)
