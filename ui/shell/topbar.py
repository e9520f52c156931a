"""The top bar: product and centre, the search field, the state of the line, date, clock and user."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.domain.ids import CHINA
from ui.shell.flat_button import FlatButton
from ui.shell.topbar_line import LineView
from ui.shell.topbar_state import Line, TopBarState
from ui.theme.apply import theme
from ui.theme.heads import ElidedLabel, text_label
from ui.theme.tokens import SIZES
from ui.theme.widgets import IconMark, KeyCap, StateDot


def _system_now() -> datetime:
    return datetime.now(UTC)


def _upright() -> QFrame:
    line = QFrame()
    line.setProperty("kind", "rule2")
    line.setFixedSize(1, SIZES.icon)
    return line


class SearchField(QPushButton):
    """Looks like a field and opens the palette, which is where one types."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "search")
        self.setFixedHeight(SIZES.button)
        self.setAccessibleName(self.tr("查找事件：编号或文字"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(8)
        self._words = text_label(self.tr("查找事件：编号或文字"), "body", "t3")
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row.addWidget(IconMark("search", "t3", SIZES.icon_inline))
        row.addWidget(self._words, 1)
        row.addWidget(KeyCap("Ctrl+K"))


class TopBar(QWidget):
    """48 px. ``show_state`` takes what to say; ``now`` gives aware instants, shown in local time."""

    search_requested = Signal()
    line_requested = Signal()
    conflicts_requested = Signal()
    user_requested = Signal()

    def __init__(self, now: Callable[[], datetime] = _system_now, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(SIZES.top_bar)
        self._now = now
        self._state = TopBarState("")
        self._narrow = False
        self._centre = ElidedLabel("", "body")
        self._centre.setProperty("ink", "t2")
        self._centre.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.search = SearchField()
        self.search.clicked.connect(self.search_requested)
        self._line = LineView()
        self._pending = self._count(self.tr("待传"))
        self._conflicts = self._count(self.tr("冲突"))
        self._refused = self._count(self.tr("退回"))
        self._conflict_mark = StateDot("waiting", 12)
        self._date = text_label("", "body", "t2")
        self._clock = text_label("", "clock")
        self._clock.setAccessibleName(self.tr("时钟"))
        self._user, self._duty = text_label("", "body"), text_label("", "body", "t2")
        self._build()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        theme.changed.connect(self.update)
        self.show_state(self._state)
        self.tick()

    @staticmethod
    def _count(words: str) -> tuple[QLabel, QLabel]:
        return text_label(words, "body", "t2"), text_label("", "body")

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 16, 1)
        row.setSpacing(0)
        logo = IconMark("logo", "acc", 24)
        logo.setFixedWidth(64)  # centred over the rail
        self._logo = logo
        row.addWidget(logo)
        row.addWidget(text_label(self.tr("网格指挥台"), "title"))
        row.addSpacing(16)
        row.addWidget(_upright())
        row.addSpacing(16)
        row.addWidget(self._centre)
        row.addStretch(1)
        row.addWidget(self.search)
        row.addStretch(1)
        self.line = FlatButton((self._line, *self._pending), (0, 16, 4))
        self.line.clicked.connect(self.line_requested)
        counts = (self._conflict_mark, *self._conflicts, *self._refused)
        self.conflicts = FlatButton(counts, (0, 4, 4, 12, 4))
        self.conflicts.clicked.connect(self.conflicts_requested)
        row.addWidget(self.line)
        row.addSpacing(4)
        row.addWidget(self.conflicts)
        row.addSpacing(10)
        row.addWidget(_upright())
        row.addSpacing(16)
        row.addWidget(self._date)
        self._date_gap = QWidget()
        self._date_gap.setFixedWidth(12)
        row.addWidget(self._date_gap)
        row.addWidget(self._clock)
        row.addSpacing(16)
        self._person_line = _upright()
        row.addWidget(self._person_line)
        row.addSpacing(4)
        self.person = FlatButton((IconMark("user", "t1"), self._user, self._duty), (0, 8, 8))
        self.person.clicked.connect(self.user_requested)
        row.addWidget(self.person)

    def state(self) -> TopBarState:
        return self._state

    def show_state(self, state: TopBarState) -> None:
        self._state = state
        self._centre.setText(state.centre)
        self._user.setText(state.user)
        self._duty.setText(state.duty)
        for part in (self.person, self._person_line):
            part.setVisible(bool(state.user))
        self.person.setAccessibleName(f"{state.user} {state.duty}".strip())
        self._duty.setVisible(bool(state.duty) and not self._narrow)
        self._show_counts(state)
        self.refresh()

    def _show_counts(self, state: TopBarState) -> None:
        counts = ((self._pending, state.pending), (self._conflicts, state.conflicts))
        for (words, figure), count in (*counts, (self._refused, state.refused)):
            figure.setText(str(count))
            figure.setProperty("role", "strong" if count else "body")
            figure.style().unpolish(figure)
            figure.style().polish(figure)
            figure.setAccessibleName(f"{words.text()} {count}")
        for part in self._pending:  # without a hub nothing waits to be sent anywhere
            part.setVisible(state.line is not Line.ALONE)
        for part in self._refused:
            part.setVisible(state.refused > 0)
        self._conflict_mark.setVisible(state.conflicts > 0)
        self._conflict_mark.show_state("conflict")
        said = [f"{words.text()} {figure.text()}" for words, figure in (self._conflicts, self._refused)]
        self.conflicts.setAccessibleName(" ".join(said))
        for button in (self.line, self.conflicts, self.person):
            button.updateGeometry()

    def set_narrow(self, *, narrow: bool, search: int, rail: int) -> None:
        """Take the widths of search field and rail; a narrow bar leaves out the date and the duty."""
        self._narrow = narrow
        self._logo.setFixedWidth(rail)
        self.search.setFixedWidth(search)
        for part in (self._date, self._date_gap):
            part.setVisible(not narrow)
        self._duty.setVisible(bool(self._state.duty) and not narrow)

    def tick(self) -> None:
        """Show the present second and wait for the next."""
        self.refresh()
        self._timer.start(1000 - self._now().microsecond // 1000)

    def refresh(self) -> None:
        now = self._now()
        local = now.astimezone(CHINA)
        days = (
            self.tr("周一"),
            self.tr("周二"),
            self.tr("周三"),
            self.tr("周四"),
            self.tr("周五"),
            self.tr("周六"),
            self.tr("周日"),
        )
        self._clock.setText(f"{local:%H:%M:%S}")
        words = self.tr("{month}月{day}日 {weekday}")
        self._date.setText(words.format(month=local.month, day=local.day, weekday=days[local.weekday()]))
        self._line.show_line(self._state.line, self._state.since, now, self._state.fetched)
        pending = f" {self._pending[1].accessibleName()}" if self._state.line is not Line.ALONE else ""
        self.line.setAccessibleName(f"{self._line.accessibleName()}{pending}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, t = QPainter(self), theme.tokens
        painter.fillRect(self.rect(), QColor(t.bg0))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(t.line))
