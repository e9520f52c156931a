"""The language of the screen: our English over the Chinese source texts, and Qt's own words beneath it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLibraryInfo, Qt, QTranslator

from app.services.words import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QCoreApplication

_log = logging.getLogger(__name__)
_NAME: Final = "language"
_QT_OWN: Final = {"zh": "qtbase_zh_CN", "en": "qtbase_en"}


def install_language(app: QCoreApplication, lang: str, resources: Path) -> None:
    """Puts ``app`` into ``lang`` (``zh`` or ``en``); widgets that stand hear of it as ``LanguageChange``.

    ``resources`` is the folder that holds ``i18n``. ValueError for another language, FileNotFoundError where
    our table is absent or damaged: the language in force then stays.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no such language: {lang}")
    tables = [table for table in (_qt_own(lang, app), _ours(lang, resources, app)) if table is not None]
    for old in app.findChildren(QTranslator, _NAME, Qt.FindChildOption.FindDirectChildrenOnly):
        app.removeTranslator(old)
        old.deleteLater()
    for table in tables:  # the last one put in is asked first
        table.setObjectName(_NAME)
        app.installTranslator(table)


def _ours(lang: str, resources: Path, app: QCoreApplication) -> QTranslator | None:
    """Our table; none for Chinese, in which the texts are written."""
    if lang == LANGUAGES[0]:
        return None
    path = resources / "i18n" / f"grid_command_{lang}.qm"
    table = QTranslator(app)
    if not table.load(str(path)):
        table.deleteLater()
        raise FileNotFoundError(f"译文缺失或损坏 translations absent or damaged: {path}")
    return table


def _qt_own(lang: str, app: QCoreApplication) -> QTranslator | None:
    """Qt's words for its own dialogs and menus; without them these speak English, and the program goes on."""
    table = QTranslator(app)
    if table.load(_QT_OWN[lang], QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        return table
    _log.warning("Qt's own words in %s are missing", lang)
    table.deleteLater()
    return None
