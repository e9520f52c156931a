"""The map of the district as a widget: the page is loaded once, all else goes over in batches."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.map.bridge import MapBridge
from ui.map.colours import THEMES
from ui.map.head import MapHead
from ui.map.page import page_html
from ui.map.placenames import PlaceNames
from ui.map.points import MapPoint, PackedPoints, pack_keys, pack_points
from ui.map.state import MapState
from ui.map.told import Told
from ui.map.web import MapWeb
from ui.map.wording import page_words

_JSON: Final = "application/json"


class MapView(QWidget):
    """Towns, villages and live incidents of one district.

    What is said before the page stands is kept and told to it then. `resources` is the folder that holds
    map/, fonts/ and i18n/; `cache` is a writable folder for the built page. `register_scheme` must have run
    before QApplication.
    """

    ready = Signal()
    """The page stands and draws. Comes again if its renderer was lost: set the points again then."""
    picked = Signal(int)
    """The key of the point that was clicked."""
    place_picked = Signal(str)
    """The id of the place that was clicked or chosen in the menu; empty for the whole district."""
    layers_changed = Signal(object)
    """The new MapState."""

    def __init__(
        self, resources: Path, cache: Path, parent: QWidget | None = None, *, head: bool = True
    ) -> None:
        super().__init__(parent)
        self._resources = resources
        self._language = "zh"
        self._names = PlaceNames()
        self._state = MapState()
        self._up = False
        self._told = Told()
        self._places = b'{"type": "FeatureCollection", "features": []}'
        self._places_told = 0
        self._on_paint: dict[int, Callable[[], None]] = {}
        self._token = 0
        self._bridge = MapBridge(self)
        html = page_html(resources, cache)
        self._web = MapWeb(
            resources,
            {"index.html": lambda: (html, "text/html"), "data/places.json": lambda: (self._places, _JSON)},
            self._bridge,
            self,
        )
        self.head = MapHead(self)
        self.head.setVisible(head)
        self._lay_out()
        self._connect()
        self.set_theme("dark")
        self.set_language("zh")
        self._web.open()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._web, 1)

    def _connect(self) -> None:
        self._bridge.came_up.connect(self._on_up)
        self._bridge.stood.connect(self._on_stood)
        self._bridge.point_picked.connect(self.picked)
        self._bridge.place_picked.connect(self.place_picked)
        self._bridge.frame_painted.connect(self._on_painted)
        self._web.lost.connect(self._on_lost)
        self.head.state_wished.connect(self.set_state)
        self.head.zoom_wished.connect(lambda by: self._run(f"grid.zoom({by})"))
        self.head.fit_wished.connect(lambda: self._run("grid.home()"))
        self.head.place_wished.connect(self._choose_place)

    @property
    def blocked(self) -> int:
        """Requests to the outside that were refused."""
        return self._web.blocker.blocked

    @property
    def state(self) -> MapState:
        return self._state

    # ---- what is shown

    def set_places(self, geojson: bytes) -> None:
        """A FeatureCollection; properties id, level (district|town|village|grid), name, parent, name_en.

        A top-level "schematic": false takes 示意网格 off the note. ValueError if it is no such collection.
        """
        self._names = PlaceNames.of(geojson)
        self._places = geojson
        self._places_told += 1
        self._name_places()
        self._keep("places", f"grid.loadPlaces('data/places.json?{self._places_told}')")

    def _name_places(self) -> None:
        language = self._language
        self.head.set_places(self._names.district(language), self._names.towns(language))

    def set_shades(self, open_: Mapping[str, int], overdue: Mapping[str, int]) -> None:
        """Open and overdue incidents by village id; villages left out have none."""
        self._keep("shades", f"grid.setShades({_json(dict(open_))}, {_json(dict(overdue))})")

    def set_points(
        self, points: Sequence[MapPoint] | PackedPoints, on_paint: Callable[[], None] | None = None
    ) -> None:
        """The full set, packed beforehand if large; `on_paint` is called when a frame with it was painted."""
        script = f"grid.setPoints('{_text(points)}', {self._wait_for(on_paint)})"
        if self._up:
            self._web.page().runJavaScript(script, 0, self._on_count)
        else:
            self._told.keep_set(script)

    def update_points(
        self,
        changed: Sequence[MapPoint] | PackedPoints,
        gone: Sequence[int] = (),
        on_paint: Callable[[], None] | None = None,
    ) -> None:
        """A batch: new, moved or changed points, and the keys of those that left."""
        packed = f"'{_text(changed)}', '{pack_keys(gone)}'"
        script = f"grid.updatePoints({packed}, {self._wait_for(on_paint)})"
        if self._up:
            self._web.page().runJavaScript(script, 0, self._on_count)
        else:
            self._told.keep_batch(script)

    def select(self, key: int | None) -> None:
        """Ring one point, and pan to it if it is out of view; None takes the ring away."""
        self._keep("select", f"grid.select({_json(key)})")

    def focus_place(self, place: str | None) -> None:
        """Fit a place into the view and line it out; None for the whole district."""
        self.set_state(self._state.focus(place))
        self._keep("focus", f"grid.focusPlace({_json(place)})")

    def set_state(self, state: MapState) -> None:
        """Which layers are on."""
        changed = state != self._state
        self._state = state
        self.head.show_state(state)
        self._keep("layers", f"grid.setLayers({_json(state.incidents)}, {_json(str(state.shade))})")
        if changed:
            self.layers_changed.emit(state)

    def set_theme(self, theme: str) -> None:
        """`dark` or `light`; KeyError for any other."""
        colours = THEMES[theme]
        self._web.set_ground(str(colours["ground"]))
        self._keep("theme", f"grid.setTheme({_json(colours)})")

    def set_language(self, language: str) -> None:
        """`zh` or `en`, after the application's translator was changed; KeyError for any other."""
        words = page_words(language, self._resources)
        self._language = language
        self.head.retranslate()
        self._name_places()
        self._keep("language", f"grid.setLanguage({_json(words)})")

    def shut(self) -> None:
        """Take the page down for good; happens by itself when the application quits."""
        self._up = False
        self._web.shut()

    # ---- asking the page

    def ask(self, expression: str, callback: Callable[[Any], None]) -> None:
        """The value of a JavaScript expression, by JSON (the engine gives '' for objects)."""
        self._web.page().runJavaScript(
            f"JSON.stringify({expression})", 0, lambda text: callback(json.loads(text) if text else None)
        )

    def stats(self, callback: Callable[[dict[str, Any]], None]) -> None:
        """What the page itself says: points, selected, zoom, paint_ms, shade_ms, labels, note and more."""
        self.ask("grid.stats()", callback)

    def state_of(self, key: int, callback: Callable[[dict[str, Any] | None], None]) -> None:
        """What the page itself knows of one point, with the ink at its centre."""
        self.ask(f"grid.stateOf({int(key)})", callback)

    # ---- within

    def _choose_place(self, place: str | None) -> None:
        self.focus_place(place)
        self.place_picked.emit(place or "")

    def _keep(self, kind: str, script: str) -> None:
        self._told.keep(kind, script)
        self._run(script)

    def _run(self, script: str) -> None:
        if self._up:
            self._web.page().runJavaScript(script)

    def _on_count(self, count: object) -> None:
        """The page counts its points: keeping a second book here would cost more than the drawing."""
        if isinstance(count, (int, float)):
            self.head.set_count(int(count))

    def _wait_for(self, on_paint: Callable[[], None] | None) -> int:
        if on_paint is None:
            return 0
        self._token += 1
        self._on_paint[self._token] = on_paint
        return self._token

    def _on_painted(self, token: int) -> None:
        self._on_paint.pop(token)()

    def _on_up(self) -> None:
        self._up = True
        self._run(self._told.take_all())

    def _on_stood(self) -> None:
        self.ask("grid.live.points.count", self._on_count)
        self.ready.emit()

    def _on_lost(self) -> None:
        self._up = False
        self._on_paint.clear()


def _text(points: Sequence[MapPoint] | PackedPoints) -> str:
    return points.text if isinstance(points, PackedPoints) else pack_points(points).text


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
