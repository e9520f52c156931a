"""Text search finds exactly what holds the words: pairs of characters in the index, whole runs outside."""

from __future__ import annotations

import sqlite3

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.ports.rows import Queue, QueueQuery
from db.search import holds, index_text, match_text
from tests.db.conftest import draft, report

HAN = st.text("井盖破损噪音〇㐀𠀀", min_size=1, max_size=6)
WORD = st.text("abAB12", min_size=1, max_size=4)
TEXT = st.lists(HAN | WORD | st.sampled_from((" ", "，", "-", "、")), max_size=8).map("".join)


def found(texts: list[str], asked: str) -> set[int]:
    """What FTS5 finds, in an index like the store's."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(words, content='', tokenize='ascii', detail='full')")
    rows = [(i, index_text(t)) for i, t in enumerate(texts)]
    db.executemany("INSERT INTO t (rowid, words) VALUES (?, ?)", rows)
    keys = {rowid for (rowid,) in db.execute("SELECT rowid FROM t WHERE t MATCH ?", (match_text(asked),))}
    db.close()
    return keys


@settings(max_examples=400, deadline=None)
@given(texts=st.lists(TEXT, max_size=8), asked=HAN)
@example(texts=["井盖", "井，盖", "盖井", "井盖破"], asked="井盖")
@example(texts=["损", "破损", "损破", "a损b"], asked="损")
def test_a_run_of_characters_finds_every_text_that_holds_it_and_no_other(texts, asked):
    assert found(texts, asked) == {i for i, t in enumerate(texts) if asked in t}


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(TEXT, max_size=8), asked=TEXT)
def test_reading_a_text_and_asking_the_index_answer_alike(texts, asked):
    is_one = holds(asked)
    if match_text(asked):
        assert found(texts, asked) == {i for i, t in enumerate(texts) if is_one(index_text(t))}


def test_words_are_found_from_their_beginning_whatever_their_size():
    texts = ["Broken Lamp", "lamp post", "clamp", "Ｌａｍｐ", "A栋3单元"]
    assert found(texts, "LAM") == {0, 1, 3}
    assert found(texts, "broken lamp") == {0}
    assert found(texts, "lamp broken") == {0}, "parts between blanks may stand anywhere"
    assert found(texts, "A栋") == found(texts, "a栋3单") == {4}


def test_what_cannot_be_found_asks_nothing():
    assert match_text("") == match_text("  ") == match_text("，-") == ""
    assert match_text('"x" OR *') == '"x" * AND "or" *'


def test_a_changed_title_is_found_and_the_old_one_no_longer(store):
    def asked(text: str) -> int:
        with store.reading() as read:
            return read.queue_count(QueueQuery(Queue.ALL, 0, text=text))

    with store.write("m1") as tx:
        tx.append(report("a" * 32, title="路灯不亮", number="弥1120-14"))
        tx.append(draft("classify", "a" * 32, title="路灯全灭"))
    assert (asked("全灭"), asked("不亮"), asked("弥1120"), asked("1120-14")) == (1, 0, 1, 1)
    with store.write("m1") as tx:
        tx.append(draft("classify", "a" * 32, title="井盖破损"))
        tx.append(draft("note", "a" * 32))
    assert (asked("井盖"), asked("全灭"), asked("路灯"), asked("弥1120")) == (1, 0, 0, 1)
    assert asked("，") == 0
