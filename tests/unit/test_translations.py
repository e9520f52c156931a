"""The English table holds every text of the screen, finished, with the same placeholders and no Chinese."""

import re
import string
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.support.screen_texts import calls, calls_of_ui

TABLE = Path(__file__).resolve().parents[2] / "resources" / "i18n" / "grid_command_en.ts"
CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
UPDATE = "run `python packaging/translations.py update`, fill in the English, then `… release`"


def _messages():
    """(Context, source) → (state, English forms) of what ui/ had when the table was last updated."""
    found = {}
    for context in ET.parse(TABLE).getroot().iter("context"):
        for message in context.iter("message"):
            english = message.find("translation")
            state = english.get("type", "")
            if state not in {"vanished", "obsolete"}:
                forms = [form.text or "" for form in english.iter("numerusform")] or [english.text or ""]
                found[context.findtext("name"), message.findtext("source")] = (state, forms)
    return found


MESSAGES = _messages()


def _fields(text):
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name is not None})


def test_no_call_is_beyond_the_reach_of_a_table():
    found = [f"{call.where}: {call.fault}" for call in calls_of_ui() if call.fault]
    assert not found, found


def test_every_text_of_the_screen_is_in_the_table():
    lacking = {
        f"{call.where} {call.context}: {call.text}"
        for call in calls_of_ui()
        if not call.fault and (call.context, call.text) not in MESSAGES
    }
    assert not lacking, f"{UPDATE}: {sorted(lacking)}"


def test_every_text_is_finished():
    bare = [key for key, (state, forms) in MESSAGES.items() if state or not all(forms)]
    assert not bare, f"without English, or not yet looked over: {bare}"


def test_english_is_english():
    chinese = {key: forms for key, (_, forms) in MESSAGES.items() if any(map(CHINESE.search, forms))}
    assert not chinese


def test_placeholders_are_the_same():
    other = {
        key: forms
        for key, (_, forms) in MESSAGES.items()
        if any(_fields(form) != _fields(key[1]) for form in forms)
    }
    assert not other, f"format() would fail, or drop a figure: {other}"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('class A:\n def f(self): return self.tr("待派 {n}").format(n=1)', [("A", "待派 {n}", False)]),
        ('def f(translate): return translate("Kpi", "待派")', [("Kpi", "待派", False)]),
        ('QCoreApplication.translate("Kpi", "待派")', [("Kpi", "待派", False)]),
        ('class A:\n class B:\n  def f(self): return self.tr("内")', [("B", "内", False)]),
        ("class A:\n def f(self): return self.tr(words)", [("", "", True)]),
        ('class A:\n def f(self): return self.tr(f"待派 {n}")', [("", "", True)]),
        ('class A:\n def f(self): return self.other.tr("待派")', [("", "", True)]),
        ('QCoreApplication.translate("Kpi", words)', [("", "", True)]),
        ('translate(context, "待派")', [("", "", True)]),
        ('tr("待派")', [("", "", True)]),
        ("painter.translate(self.width() - 20, 4)", []),
    ],
)
def test_the_scan_sees_what_it_should(source, found):
    assert [(call.context, call.text, bool(call.fault)) for call in calls(source)] == found
