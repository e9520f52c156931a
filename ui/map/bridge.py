"""The few things the map page says to the desktop, over QWebChannel."""

from PySide6.QtCore import QObject, Signal, Slot


class MapBridge(QObject):
    """Each slot is called by name from the page (resources/map/page/grid.js)."""

    came_up = Signal()
    stood = Signal()
    point_picked = Signal(int)
    place_picked = Signal(str)
    frame_painted = Signal(int)

    @Slot()
    def up(self) -> None:
        self.came_up.emit()

    @Slot()
    def standing(self) -> None:
        self.stood.emit()

    @Slot(int)
    def picked(self, key: int) -> None:
        self.point_picked.emit(key)

    @Slot(str)
    def placePicked(self, place: str) -> None:
        self.place_picked.emit(place)

    @Slot(int)
    def painted(self, token: int) -> None:
        self.frame_painted.emit(token)
