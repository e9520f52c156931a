"""The state of the line to the hub, as the top bar says it: mark, word, since when."""

from datetime import datetime

from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.shell.topbar_state import Line, Span, span
from ui.theme.heads import text_label
from ui.theme.tokens import SIZES
from ui.theme.widgets import IconMark, StateDot

SILENT_S = 30
"""The hub is asked every 15 s; one that has said nothing for twice as long is not said to be there."""


class LineView(QWidget):
    """● 在线 2 秒前, ○ 无回音 40 秒, broken link 离线 2 天 3 小时, or ○ 单机."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._dot = StateDot("waiting", 10)
        self._cut = IconMark("link-off", "off", SIZES.icon)
        self._word = text_label("", "strong")
        self._age = text_label("", "body", "t2")
        for part in (self._dot, self._cut, self._word, self._age):
            row.addWidget(part)
        self._look: tuple[Line | None, bool] = None, False

    def show_line(
        self, line: Line, since: datetime | None, now: datetime, fetched: float | None = None
    ) -> None:
        """Show ``line``; ``since`` and ``fetched`` as in ``TopBarState``."""
        gone = None if since is None else self._span_words(span(since, now))
        words, age = self._words(line, gone)
        silent = line is Line.ONLINE and since is not None and (now - since).total_seconds() > SILENT_S
        if silent and fetched is None:
            words, age = self.tr("无回音"), gone or ""
        if fetched is not None:
            age = self.tr("取数 {n}%").format(n=int(fetched * 100))
        self._word.setText(words)
        self._age.setText(age)
        if (line, silent) != self._look:
            self._look = line, silent
            self._restyle(line, silent=silent)
        self._age.setVisible(bool(age))
        self.setAccessibleName(f"{words} {age}".strip())

    def _words(self, line: Line, gone: str | None) -> tuple[str, str]:
        match line:
            case Line.ONLINE:
                return self.tr("在线"), "" if gone is None else self.tr("{span}前").format(span=gone)
            case Line.OFFLINE:
                if gone is None:
                    return self.tr("离线"), ""
                return self.tr("离线 {span}").format(span=gone), ""
            case Line.ALONE:
                return self.tr("单机"), ""

    def _restyle(self, line: Line, *, silent: bool) -> None:
        self._dot.setVisible(line is not Line.OFFLINE)
        self._cut.setVisible(line is Line.OFFLINE)
        self._dot.show_state("ok" if line is Line.ONLINE and not silent else "waiting")
        self._word.setProperty("role", "body" if line is Line.ALONE else "strong")
        self._word.setProperty("ink", {Line.OFFLINE: "off", Line.ALONE: "t2"}.get(line, "t1"))
        self._word.style().unpolish(self._word)
        self._word.style().polish(self._word)
        alone = self.tr("上级平台未接入，全部操作存于本机")
        cut = self.tr("线路中断，操作存于本机，恢复后自动上传")
        slow = self.tr("上级平台这么久没有回音，操作存于本机，等它回音") if silent else ""
        self.setToolTip({Line.ALONE: alone, Line.OFFLINE: cut}.get(line, slow))

    def _span_words(self, gone: Span) -> str:
        if gone.days:
            words = self.tr("{days} 天 {hours} 小时")
        elif gone.hours:
            words = self.tr("{hours} 小时 {minutes} 分")
        elif gone.minutes:
            words = self.tr("{minutes} 分")
        else:
            words = self.tr("{seconds} 秒")
        return words.format(days=gone.days, hours=gone.hours, minutes=gone.minutes, seconds=gone.seconds)
