"""The map page, driven from Python and asked in its own words; off screen, without a network."""

import json
import os
import re
import signal
import socket
from pathlib import Path

import pytest

# Read by the web engine when it starts, so before Qt is imported.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--disable-gpu")
if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

import shiboken6
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ui.map import page
from ui.map.colours import DARK, LIGHT
from ui.map.head import MapHead
from ui.map.points import NORMAL, OVERDUE, WAITING, MapPoint, pack_points
from ui.map.scheme import OutsideBlocker, local_file, register_scheme
from ui.map.state import MapState, Shade
from ui.map.view import MapView

register_scheme()
pytestmark = pytest.mark.gui

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
WEST, SOUTH, STEP = 104.2, 30.7, 0.05


def _square(place, level, parent, name, box):
    x0, y0, x1, y1 = (
        WEST + box[0] * STEP,
        SOUTH + box[1] * STEP,
        WEST + box[2] * STEP,
        SOUTH + box[3] * STEP,
    )
    ring = [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]
    return {
        "type": "Feature",
        "properties": {"id": place, "level": level, "parent": parent, "name": name, "name_en": place},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _places():
    """A district of 4 × 4 squares: two towns of eight villages each."""
    features = [_square("D", "district", None, "青白江区", (0, 0, 4, 4))]
    for town, (x0, name) in enumerate(((0, "大弯街道"), (2, "城厢镇"))):
        features.append(_square(f"T{town}", "town", "D", name, (x0, 0, x0 + 2, 4)))
        for at in range(8):
            x, y = x0 + at % 2, at // 2
            features.append(_square(f"V{town}{at}", "village", f"T{town}", f"村{at}", (x, y, x + 1, y + 1)))
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _at(x, y):
    """Degrees of a spot in squares from the south-west corner."""
    return WEST + x * STEP, SOUTH + y * STEP


def _rgb(colour):
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


@pytest.fixture(scope="module")
def built(qapp, tmp_path_factory):
    view = MapView(RESOURCES, tmp_path_factory.mktemp("cache"))
    view.resize(600, 700)
    view.set_places(_places())
    up = []
    view.ready.connect(lambda: up.append(True))
    view.show()
    yield view, up
    view.shut()
    shiboken6.delete(view)  # at once: a window only marked for deletion would stand in the next file's tests


@pytest.fixture
def view(built, qtbot):
    view, up = built
    qtbot.waitUntil(lambda: bool(up), timeout=20000)
    view.set_theme("dark")
    view.set_language("zh")
    view.set_state(MapState())
    view.focus_place(None)
    view.select(None)
    view.set_shades({}, {})
    _set(view, qtbot, [])
    return view


def _ask(view, qtbot, expression):
    with qtbot.waitCallback(timeout=10000) as answer:
        view.ask(expression, answer)
    return answer.args[0]


def _later(view, qtbot, promise):
    """The outcome of a promise in the page, its failure as a string."""
    keep = "v => { window.out = v }, e => { window.out = `${e}` }"
    _ask(view, qtbot, f"(window.out = undefined, {promise}.then({keep}), 1)")
    qtbot.waitUntil(lambda: _ask(view, qtbot, "window.out") is not None, timeout=10000)
    return _ask(view, qtbot, "window.out")


def _set(view, qtbot, points):
    with qtbot.waitCallback(timeout=10000) as painted:
        view.set_points(points, painted)


def _update(view, qtbot, changed, gone=()):
    with qtbot.waitCallback(timeout=10000) as painted:
        view.update_points(changed, gone, painted)


def _stats(view, qtbot):
    with qtbot.waitCallback(timeout=10000) as answer:
        view.stats(answer)
    return answer.args[0]


def _state(view, qtbot, key):
    with qtbot.waitCallback(timeout=10000) as answer:
        view.state_of(key, answer)
    return answer.args[0]


def _ground_at(view, qtbot, place):
    """RGB of the base canvas near a village's south-west corner, clear of label and lines."""
    script = (
        f"(() => {{ const p = grid.places.byId.get('{place}'), v = grid.view;"
        " const x = (p.bounds[0] + (p.bounds[2] - p.bounds[0]) * 0.2) * v.scale - v.left;"
        " const y = (p.bounds[1] + (p.bounds[3] - p.bounds[1]) * 0.2) * v.scale - v.top;"
        " return [...grid.places.ctx.getImageData(Math.round(x), Math.round(y), 1, 1).data].slice(0, 3) })()"
    )
    return _ask(view, qtbot, script)


def _click(view, qtbot, x, y):
    target = view._web.focusProxy()
    qtbot.mouseMove(target, QPoint(round(x), round(y)))
    qtbot.mouseClick(target, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))


# ---- the page and its scheme


def test_the_page_links_to_nothing_outside():
    html = page._build(page._font_faces(RESOURCES / "fonts"))
    assert set(re.findall(r"(\w+)://", html)) == {"app"}
    assert not re.search("jquery|bootstrap|awesome", html)
    assert "leaflet.js" in html
    assert "leaflet.css" in html


def test_the_page_is_built_once(tmp_path, monkeypatch):
    first = page.page_html(RESOURCES, tmp_path)
    monkeypatch.setattr(page, "_build", lambda _fonts: pytest.fail("the kept page was not used"))
    assert page.page_html(RESOURCES, tmp_path) == first
    assert [file.suffix for file in tmp_path.iterdir()] == [".html"]


@pytest.mark.parametrize(
    "path",
    [
        "map/../district/villages_nbs2023.csv",
        "../pyproject.toml",
        "district/villages_nbs2023.csv",
        "map",
        "",
        "map/leaflet/../../../pyproject.toml",
        "map\\..\\..\\pyproject.toml",
        "/map/no.js",
    ],
)
def test_files_beyond_the_two_folders_are_not_found(path):
    assert local_file(RESOURCES, path) is None
    assert local_file(RESOURCES, "/map/leaflet/leaflet.js") is not None


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "map").mkdir()
    (tmp_path / "secret.txt").write_text("x")
    (tmp_path / "map" / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert local_file(tmp_path, "map/link.txt") is None


def test_the_scheme_answers_with_types_and_refuses_the_rest(view, qtbot):
    def kind(path):
        return _later(
            view, qtbot, f"fetch('{path}').then(r => r.ok ? r.headers.get('content-type') : 'none')"
        )

    assert kind("map/page/page.css").startswith("text/css")
    assert kind("map/page/grid.js").startswith("text/javascript")
    assert kind("data/places.json").startswith("application/json")
    for path in ("map/%2e%2e/district/villages_nbs2023.csv", "map/..%2f..%2fpyproject.toml", "secret"):
        assert kind(path) in {"none", "TypeError: Failed to fetch"}
    posted = _later(view, qtbot, "fetch('index.html', {method: 'POST', body: 'x'}).then(r => r.ok)")
    assert posted in {False, "TypeError: Failed to fetch"}


def test_a_range_is_answered(view, qtbot):
    whole = (RESOURCES / "map/page/page.css").read_text()
    part = "fetch('map/page/page.css', {headers: {Range: 'bytes=5-14'}}).then(r => r.text())"
    assert _later(view, qtbot, part) == whole[5:15]


def test_nothing_outside_was_asked_for(view, qtbot):
    assert _stats(view, qtbot)["places"] == 19
    assert view.blocked == 0


def test_requests_to_the_outside_are_blocked_and_counted(qapp, qtbot):
    profile = QWebEngineProfile()
    blocker = OutsideBlocker(profile)
    profile.setUrlRequestInterceptor(blocker)
    stray = QWebEnginePage(profile)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        with qtbot.waitSignal(stray.loadFinished, timeout=10000) as loaded:
            stray.load(QUrl(f"http://127.0.0.1:{server.getsockname()[1]}/"))
        with pytest.raises(BlockingIOError):
            server.accept()
    assert loaded.args == [False]
    assert blocker.blocked == 1
    shiboken6.delete(stray)
    shiboken6.delete(profile)


# ---- points


def test_the_page_holds_what_it_was_told(view, qtbot):
    _set(view, qtbot, [MapPoint(5, *_at(0.5, 0.5), 1), MapPoint(6, *_at(3.5, 3.5), 3, OVERDUE)])
    assert _stats(view, qtbot)["points"] == 2
    state = _state(view, qtbot, 6)
    assert (state["severity"], state["mark"], state["seen"]) == (3, OVERDUE, True)
    _update(view, qtbot, [MapPoint(6, *_at(1.5, 1.5), 2, WAITING), MapPoint(7, *_at(2.5, 0.5), 4)], gone=[5])
    moved = _state(view, qtbot, 6)
    assert (moved["severity"], moved["mark"]) == (2, WAITING)
    assert moved["x"] < state["x"]
    assert _state(view, qtbot, 5) is None
    assert _stats(view, qtbot)["points"] == 2
    qtbot.waitUntil(lambda: "2" in view.head._incidents.text(), timeout=5000)


def test_a_mark_is_inked_in_its_colour_and_leaves_no_trace(view, qtbot):
    _set(view, qtbot, [MapPoint(1, *_at(2.5, 2.5), 4)])  # plain at this zoom: no numeral at its centre
    state = _state(view, qtbot, 1)
    assert state["ink"] == [*_rgb(DARK["severity"][3]), 255]
    view.set_theme("light")
    assert _state(view, qtbot, 1)["ink"] == [*_rgb(LIGHT["severity"][3]), 255]
    _update(view, qtbot, [], gone=[1])
    assert _ask(view, qtbot, "grid.live.data.every(word => word === 0)") is True


def test_a_patch_draws_what_a_full_paint_draws(view, qtbot):
    spots = [(k, 0.3 + 0.37 * k % 3.4, 0.3 + 0.71 * k % 3.4) for k in range(400)]
    points = [MapPoint(k, *_at(x, y), 1 + k % 4, k % 3) for k, x, y in spots]
    _set(view, qtbot, points)
    moved = [MapPoint(p.key, p.lon + 0.004, p.lat, 1 + (p.key + 1) % 4, NORMAL) for p in points[::5]]
    _update(view, qtbot, moved, gone=range(1, 60, 7))
    # A tenth of a channel step is rounding of soft edges; anything seen would be far more.
    differing = (
        "(() => { const a = grid.live.image.data.slice(); grid.live.paintAll(grid.view);"
        " const b = grid.live.image.data; let n = 0;"
        " for (let i = 0; i < a.length; i++) { if (Math.abs(a[i] - b[i]) > 3) { n++; } } return n })()"
    )
    assert _ask(view, qtbot, differing) == 0
    assert _ask(view, qtbot, "grid.live.data.some(word => word !== 0)") is True


def test_packed_points_and_a_growing_crowd(view, qtbot):
    def crowd(n):
        return [MapPoint(k, *_at(k % 61 / 61 * 4, k % 67 / 67 * 4), 4) for k in range(n)]

    _set(view, qtbot, pack_points(crowd(500)))
    assert _stats(view, qtbot)["level"] == 2
    _update(view, qtbot, crowd(2500)[500:])
    assert (_stats(view, qtbot)["level"], _stats(view, qtbot)["points"]) == (1, 2500)
    _update(view, qtbot, pack_points(crowd(9000)[2500:]))
    assert (_stats(view, qtbot)["level"], _stats(view, qtbot)["points"]) == (0, 9000)


def test_incidents_can_be_hidden(view, qtbot):
    _set(view, qtbot, [MapPoint(1, *_at(2.5, 2.5), 4)])
    view.set_state(MapState().show_incidents(on=False))
    assert _state(view, qtbot, 1)["ink"][3] == 0
    view.set_state(MapState())
    assert _state(view, qtbot, 1)["ink"][3] == 255


# ---- selection and the hand


def test_a_click_on_a_mark_picks_it(view, qtbot):
    _set(view, qtbot, [MapPoint(41, *_at(1.5, 1.5), 2), MapPoint(42, *_at(3.5, 3.5), 2)])
    spot = _state(view, qtbot, 42)
    with qtbot.waitSignal(view.picked, timeout=10000) as picked:
        _click(view, qtbot, spot["x"], spot["y"])
    assert picked.args == [42]


def test_a_click_on_the_land_picks_the_village(view, qtbot):
    x, y = _ask(view, qtbot, "grid.spotOf('V13')")
    with qtbot.waitSignal(view.place_picked, timeout=10000) as picked:
        _click(view, qtbot, x, y)
    assert picked.args == ["V13"]


def test_the_ring_waits_for_its_point_and_follows_it(view, qtbot):
    view.select(9)
    assert _stats(view, qtbot)["ring"] is False
    _update(view, qtbot, [MapPoint(9, *_at(1, 1), 1)])
    assert (_stats(view, qtbot)["ring"], _stats(view, qtbot)["selected"]) == (True, 9)
    _update(view, qtbot, [], gone=[9])
    assert _stats(view, qtbot)["ring"] is False


def test_selecting_pans_only_when_the_point_is_out_of_view(view, qtbot):
    _set(view, qtbot, [MapPoint(1, *_at(0.1, 0.1), 1), MapPoint(2, *_at(2, 2), 1)])
    before = _ask(view, qtbot, "grid.map.getCenter()")
    view.select(2)
    assert _ask(view, qtbot, "grid.map.getCenter()") == before
    view._run("grid.zoom(3)")
    assert _state(view, qtbot, 1)["seen"] is False
    view.select(1)
    qtbot.waitUntil(lambda: _state(view, qtbot, 1)["seen"], timeout=5000)


def test_the_map_leaves_the_keys_to_the_window(built, qtbot, view):
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.addWidget(view)
    pressed = []
    for key in ("J", "Return", "+"):
        QShortcut(QKeySequence(key), window).activated.connect(lambda key=key: pressed.append(key))
    window.resize(600, 700)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=5000)
    zoom = _stats(view, qtbot)["zoom"]
    with qtbot.waitSignal(view.place_picked, timeout=10000):
        _click(view, qtbot, *_ask(view, qtbot, "grid.spotOf('V02')"))
    target = QApplication.focusWidget() or window
    for key in (Qt.Key.Key_J, Qt.Key.Key_Return, Qt.Key.Key_Plus):
        qtbot.keyClick(target, key)
    view.setParent(None)
    view.show()
    assert pressed == ["J", "Return", "+"]
    assert target is not view._web.focusProxy()
    assert _stats(view, qtbot)["zoom"] == pytest.approx(zoom, abs=0.2)


# ---- places


def test_villages_are_shaded_by_steps(view, qtbot):
    figures = {"V00": 0, "V02": 1, "V04": 3, "V06": 5, "V10": 40}
    view.set_shades(figures, {"V00": 6})
    assert [_ground_at(view, qtbot, place) for place in figures] == [_rgb(c) for c in DARK["load"]]
    assert any("在办 9" in label for label in _stats(view, qtbot)["labels"])
    view.set_state(MapState(shade=Shade.OVERDUE))
    assert _ground_at(view, qtbot, "V00") == _rgb(DARK["load"][4])
    assert _ground_at(view, qtbot, "V10") == _rgb(DARK["load"][0])
    assert any("超时 6" in label for label in _stats(view, qtbot)["labels"])
    view.set_state(MapState(shade=Shade.NONE))
    assert _ground_at(view, qtbot, "V00") == _rgb(DARK["load"][0])


def test_theme_and_language_change_without_loading_again(view, qtbot):
    _ask(view, qtbot, "(window.same = 1)")
    view.set_theme("light")
    view.set_language("en")
    assert _ground_at(view, qtbot, "V00") == _rgb(LIGHT["load"][0])
    stats = _stats(view, qtbot)
    assert stats["note"] == "Schematic · 1 district 2 towns 16 grids"
    assert "Critical" in stats["legend"]
    assert sorted(label.split("\n")[0] for label in stats["labels"]) == ["T0", "T1"]
    view.set_language("zh")
    assert _stats(view, qtbot)["note"] == "示意网格 · 1 区 2 镇街 16 网格"
    assert _ask(view, qtbot, "window.same") == 1
    with pytest.raises(KeyError):
        view.set_theme("sepia")


def test_focus_on_a_town_and_back(view, qtbot):
    whole = _stats(view, qtbot)["zoom"]
    view.focus_place("V00")
    assert _stats(view, qtbot)["zoom"] > whole
    assert _stats(view, qtbot)["focus"] == "V00"
    view.focus_place(None)
    assert _stats(view, qtbot)["zoom"] == pytest.approx(whole)


def test_the_head_says_the_state_and_asks_for_change(view, qtbot):
    head = view.head
    assert isinstance(head, MapHead)
    assert head.height() == 44
    assert (head._load.isChecked(), head._overdue.isChecked()) == (True, False)
    with qtbot.waitSignal(view.layers_changed) as changed:
        qtbot.mouseClick(head._overdue, Qt.MouseButton.LeftButton)
    assert changed.args[0].shade is Shade.OVERDUE
    assert (head._load.isChecked(), head._overdue.isChecked()) == (False, True)
    town = next(action for action in head._menu.actions() if action.text() == "城厢镇")
    with qtbot.waitSignal(view.place_picked) as picked:
        town.trigger()
    assert picked.args == ["T1"]
    assert head._where.text() == "城厢镇"
    zoom = _stats(view, qtbot)["zoom"]
    qtbot.mouseClick(head._plus, Qt.MouseButton.LeftButton)
    assert _stats(view, qtbot)["zoom"] == pytest.approx(zoom + 0.5)


@pytest.mark.skipif(os.name == "nt", reason="kills the renderer by a POSIX signal")
def test_a_lost_renderer_comes_back_with_its_places(view, qtbot, silence):
    silence.expect("the map's renderer ended")
    view.set_shades({"V00": 9}, {})
    with qtbot.waitSignal(view.ready, timeout=20000):
        os.kill(view._web.page().renderProcessPid(), signal.SIGKILL)
    assert _stats(view, qtbot)["points"] == 0
    qtbot.waitUntil(lambda: _ground_at(view, qtbot, "V00") == _rgb(DARK["load"][4]), timeout=5000)
