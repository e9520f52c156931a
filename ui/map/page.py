"""The map page, written by folium once and kept: base map, panes, and links to local files only.

folium takes about a second to import, so it is asked only when the kept page is missing.
"""

import hashlib
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

_SCRIPTS: Final = ("marks", "blit", "points", "places", "labels", "frame", "live", "ring", "grid")
_SCRIPT_LINKS: Final = [
    ("leaflet", "app://grid/map/leaflet/leaflet.js"),
    ("channel", "app://grid/qwebchannel.js"),
    *((name, f"app://grid/map/page/{name}.js") for name in _SCRIPTS),
]
_STYLE_LINKS: Final = [
    ("leaflet_css", "app://grid/map/leaflet/leaflet.css"),
    ("page_css", "app://grid/map/page/page.css"),
]
_PANES: Final = (("places", 400), ("live", 450), ("words", 500))
_OPTIONS: Final[dict[str, Any]] = {
    "location": [30.79, 104.32],
    "zoom_start": 11,
    "tiles": None,
    "prefer_canvas": True,
    "zoom_control": False,
    "attributionControl": False,
    "keyboard": False,
    "boxZoom": False,
    "zoomSnap": 0,
    "wheelPxPerZoomLevel": 120,
    "zoomAnimation": False,
    "fadeAnimation": False,
    "inertia": False,
    "maxZoom": 18,
}
_POLICY: Final = (
    "default-src 'none'; script-src app: 'unsafe-inline'; style-src app: 'unsafe-inline'; "
    "font-src app:; img-src app: data:; connect-src app:"
)
_FONT_FACE: Final = (
    '@font-face {{ font-family: "Grid Sans"; font-weight: {weight}; src: {url}local("{local}"); }}'
)
_LOCAL_FONTS: Final = {400: ("Regular", "Noto Sans CJK SC"), 700: ("Bold", "Noto Sans CJK SC Bold")}
_FONT_SUFFIXES: Final = (".woff2", ".otf", ".ttf")


def page_html(resources: Path, cache: Path) -> bytes:
    """The page's HTML; built into `cache` when no page of the same content is kept there."""
    fonts = _font_faces(resources / "fonts")
    recipe = repr((_SCRIPT_LINKS, _STYLE_LINKS, _PANES, _OPTIONS, _POLICY, fonts, version("folium")))
    kept = cache / f"map-{hashlib.sha256(recipe.encode()).hexdigest()[:16]}.html"
    if kept.is_file():
        return kept.read_bytes()
    html = _build(fonts).encode()
    cache.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(f".{os.getpid()}.part")
    draft.write_bytes(html)
    draft.replace(kept)
    return html


def _font_faces(folder: Path) -> str:
    """The face of each weight: the file shipped, else the system's Noto Sans CJK SC."""
    faces = []
    for weight, (word, local) in _LOCAL_FONTS.items():
        found = sorted(
            file.name
            for file in (folder.iterdir() if folder.is_dir() else ())
            if word in file.stem and file.suffix in _FONT_SUFFIXES
        )
        url = f'url("app://grid/fonts/{found[0]}"), ' if found else ""
        faces.append(_FONT_FACE.format(weight=weight, local=local, url=url))
    return "\n".join(faces)


def _build(fonts: str) -> str:
    import folium  # here, not above: a second of import that a kept page saves
    from branca.element import Element
    from folium.map import CustomPane

    page = folium.Map(**_OPTIONS)
    page._id = "grid"  # noqa: SLF001  branca draws a random one; the same page must come out every time
    page.default_js = _SCRIPT_LINKS
    page.default_css = _STYLE_LINKS
    for name, order in _PANES:
        pane = CustomPane(name, z_index=order, pointer_events=False)
        pane._id = name  # noqa: SLF001  as above
        page.add_child(pane)
    root: Any = page.get_root()
    root.header.add_child(
        Element(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}" />'), name="policy"
    )
    root.header.add_child(Element(f"<style>{fonts}</style>"), name="fonts")
    html = str(root.render())
    # The layers start when folium's own script has made the map.
    return html.replace("</html>", f"<script>startGrid({page.get_name()});</script>\n</html>")
