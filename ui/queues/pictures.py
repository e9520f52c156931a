"""Pictures of a queue's rows, kept while their words stay the same.

Of fifty changes a second most leave most rows on screen as they were: these are copied, not drawn again.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPixmap

from ui.queues.row_paint import draw_row, draw_section
from ui.queues.sections import Section
from ui.theme.apply import theme
from ui.theme.gauges import pips_for

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from app.ports.rows import QueueRow
    from ui.queues.cells import Cells, CellWriter

KEPT = 150
"""About five screens of rows; at 600 px a row that is 16 MB, four times as much at 200 %."""


class RowPictures:
    """``now`` gives the instant to paint for; ``section_words`` a section's title and note."""

    def __init__(
        self,
        writer: CellWriter,
        now: Callable[[], int],
        section_words: Callable[[Section], tuple[str, str]],
    ) -> None:
        self._writer, self._now, self._section_words = writer, now, section_words
        self._kept: OrderedDict[Hashable, QPixmap] = OrderedDict()

    def draw(
        self,
        painter: QPainter,
        box: QRect,
        widths: Sequence[int],
        line: QueueRow | Section | None,
        *,
        selected: bool,
    ) -> None:
        """Draw a line of the queue into the box; nothing where its page is not here yet."""
        if isinstance(line, Section):
            draw_section(painter, box, *self._section_words(line))
        elif line is not None:
            cells = self._writer.write(line, self._now())
            scale = painter.device().devicePixelRatioF()
            key = (_said(cells), line.severity, selected, *widths, box.height(), scale, theme.current())
            picture = self._kept.get(key)
            if picture is None:
                picture = _drawn(box, scale, widths, line.severity, cells, selected=selected)
                self._keep(key, picture)
            else:
                self._kept.move_to_end(key)
            painter.drawPixmap(box.left(), box.top(), picture)

    def forget(self) -> None:
        """Draw every row anew."""
        self._kept.clear()

    def _keep(self, key: Hashable, picture: QPixmap) -> None:
        self._kept[key] = picture
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _said(cells: Cells) -> Hashable:
    """All that is seen of the words; a limit's bar in hundredths."""
    limit = cells.limit
    return (
        cells.title, cells.second, cells.conflicts, cells.unsent, cells.place, cells.town, cells.source,
        cells.since, cells.wait, pips_for(cells.wait_minutes), limit.clock, limit.text, limit.kind,
        round(limit.share * 100),
    )  # fmt: skip


def _drawn(
    box: QRect, scale: float, widths: Sequence[int], severity: int, cells: Cells, *, selected: bool
) -> QPixmap:
    picture = QPixmap(round(box.width() * scale), round(box.height() * scale))
    picture.setDevicePixelRatio(scale)
    painter = QPainter(picture)
    draw_row(painter, QRect(0, 0, box.width(), box.height()), widths, severity, cells, selected=selected)
    painter.end()
    return picture
