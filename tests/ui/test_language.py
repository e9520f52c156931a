"""The language in force: what Qt really says for each text, in English and back in Chinese."""

import importlib
import logging
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QObject, QTranslator
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from tests.support.screen_texts import ROOT, calls_of_ui
from ui.language import install_language
from ui.shell.topbar import TopBar

pytestmark = pytest.mark.gui

RESOURCES = ROOT / "resources"
TABLE = RESOURCES / "i18n" / "grid_command_en.ts"


@pytest.fixture
def app(qapp):
    yield qapp
    for table in qapp.findChildren(QTranslator):
        qapp.removeTranslator(table)
        table.deleteLater()


def _messages():
    """(Context, source, English by number) of every text in use; the number is -1 where none matters."""
    for context in ET.parse(TABLE).getroot().iter("context"):
        for message in context.iter("message"):
            english = message.find("translation")
            if english.get("type") in {"vanished", "obsolete"}:
                continue
            forms = [form.text for form in english.iter("numerusform")]
            by_number = dict(enumerate(forms, 1)) if forms else {-1: english.text}
            yield context.findtext("name"), message.findtext("source"), by_number


def _translators(app):
    return app.findChildren(QTranslator, "language")


def test_every_text_is_found_when_the_program_runs(app):
    install_language(app, "en", RESOURCES)
    wrong = [
        (context, source, said)
        for context, source, by_number in _messages()
        for n, english in by_number.items()
        if (said := QCoreApplication.translate(context, source, "", n)) != english.replace("%n", str(n))
    ]
    assert not wrong, f"the loaded table is behind the written one, run `translations.py release`: {wrong}"
    assert len(list(_messages())) > 100


def test_tr_of_every_class_asks_under_the_name_in_the_table(app):
    """PySide asks under the object's class name; a mixin or an overridden tr() would ask elsewhere."""
    install_language(app, "en", RESOURCES)
    english = {(context, source): by_number for context, source, by_number in _messages()}
    by_class = {(call.where.split(":")[0], call.context) for call in calls_of_ui() if call.by_class}
    for path, name in by_class:
        owner = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)
        assert issubclass(owner, QObject), f"{path}: {name} has no tr()"
        own = [base for base in owner.__mro__ if base.__module__.startswith("ui.") and "tr" in vars(base)]
        assert not own, f"{path}: tr() overridden by {own}"
    for call in calls_of_ui():
        if call.by_class:
            asker = type("Heir", (type(call.context, (QObject,), {}),), {})()
            for n, said in english[call.context, call.text].items():
                assert asker.tr(call.text, "", n) == said.replace("%n", str(n)), call.where


def test_the_loaded_table_is_made_from_the_written_one():
    done = subprocess.run(
        [sys.executable, ROOT / "packaging" / "translations.py", "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_screen_speaks_english_and_chinese_again(app, qtbot):
    install_language(app, "en", RESOURCES)
    bar = TopBar(lambda: datetime(2026, 11, 20, 6, 5, tzinfo=UTC))
    qtbot.addWidget(bar)
    assert bar.tr("周五") == "Fri"
    install_language(app, "zh", RESOURCES)
    assert bar.tr("周五") == "周五"


def test_qt_speaks_the_same_language(app, qtbot):
    for lang, said in (("zh", "取消"), ("en", "Cancel"), ("zh", "取消")):
        install_language(app, lang, RESOURCES)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        qtbot.addWidget(box)
        assert box.button(QDialogButtonBox.StandardButton.Cancel).text().replace("&", "") == said


def test_widgets_hear_of_it(app, qtbot):
    class Listener(QWidget):
        heard = 0

        def changeEvent(self, event):
            self.heard += event.type() == QEvent.Type.LanguageChange

    listener = Listener()
    qtbot.addWidget(listener)
    install_language(app, "en", RESOURCES)
    qtbot.waitUntil(lambda: listener.heard > 0)
    assert listener.heard == 1


def test_changing_often_leaves_nothing_behind(app, qtbot):
    for lang in ("en", "zh", "en", "en", "zh"):
        install_language(app, lang, RESOURCES)
    qtbot.waitUntil(lambda: len(_translators(app)) <= 1)
    install_language(app, "en", RESOURCES)
    assert QCoreApplication.translate("TopBar", "周五") == "Fri"


def test_a_missing_table_is_named_and_the_language_stays(app, tmp_path):
    install_language(app, "en", RESOURCES)
    (tmp_path / "i18n").mkdir()
    (tmp_path / "i18n" / "grid_command_en.qm").write_bytes(b"not a table")
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(FileNotFoundError, match=re.escape(str(folder))):
            install_language(app, "en", folder)
    with pytest.raises(ValueError, match="fr"):
        install_language(app, "fr", RESOURCES)
    assert QCoreApplication.translate("TopBar", "周五") == "Fri"


def test_without_qts_own_words_ours_still_come(app, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(QLibraryInfo, "path", lambda _which: str(tmp_path))
    with caplog.at_level(logging.WARNING):
        install_language(app, "en", RESOURCES)
    assert "Qt's own words in en are missing" in caplog.text
    assert QCoreApplication.translate("TopBar", "周五") == "Fri"
