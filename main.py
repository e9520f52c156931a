"""Grid Command 网格指挥台: arguments → bootstrap → desktop or tool; Qt is loaded only for a window."""

from __future__ import annotations

import argparse
import importlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app import bootstrap
from app.ports.problems import StoreProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.bootstrap import Settings

# Two words on the command line, the module that does it, what it does.
TOOLS = {
    ("import", "incidents"): ("app.tools.import_incidents", "导入事件 import incidents"),
    ("import", "places"): ("app.tools.import_places", "导入区域 import places"),
    ("export", "incidents"): ("app.tools.export_incidents", "导出事件 export incidents"),
    ("replay",): ("app.tools.replay", "按原节奏回放 replay a recorded stream"),
    ("verify",): ("app.tools.verify", "核对账本 walk the ledger's chain"),
}
PICTURE_SET = (
    (1920, 1080, "dark", "zh"), (1920, 1080, "light", "zh"), (1366, 768, "dark", "zh"),
    (3840, 2160, "dark", "zh"), (1920, 1080, "light", "en"),
)  # fmt: skip


def _general(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", type=Path, help="存储文件 the store's file")
    parser.add_argument(
        "--plain", action="store_true", help="不加密，仅供演示 not encrypted, demonstrations only"
    )
    parser.add_argument("--lang", choices=("zh", "en"), help="语言 language")


def _settings(args: argparse.Namespace) -> Settings:
    theme = getattr(args, "theme", None)
    return bootstrap.settings_from(store=args.store, plain=args.plain, lang=args.lang, theme=theme)


def _desktop(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="main.py desktop", description="打开指挥台 open the command centre")
    _general(parser)
    parser.add_argument("--demo", action="store_true", help="演示数据 demonstration data")
    parser.add_argument("--theme", choices=("dark", "light"), help="主题 theme")
    parser.add_argument("--measure-start", type=int, metavar="MS", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    from ui.application import NoDisplayError, prepare

    if args.measure_start is not None:
        prepare(off_screen=True)
        return bootstrap.run_start(_settings(args), args.measure_start)
    try:
        prepare(off_screen=False)
    except NoDisplayError:
        print(
            "没有显示器，打不开窗口。可用 main.py screenshot 在屏幕外绘制页面。\n"
            "No display to open a window on; main.py screenshot draws the pages off screen.",
            file=sys.stderr,
        )
        return 1
    return bootstrap.run_desktop(_settings(args), demonstration=args.demo)


def _screenshot(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="main.py screenshot", description="屏幕外绘制 draw pages off screen"
    )
    _general(parser)
    parser.add_argument("--page", default="command", choices=("command", "kpi"))
    parser.add_argument("--size", default="1920x1080", metavar="WxH")
    parser.add_argument("--theme", default="dark", choices=("dark", "light"))
    parser.add_argument("--all", action="store_true", help="每一页 every page; --out is then a folder")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    args = parser.parse_args(argv)
    from ui.screenshot import PAGES, Picture

    settings = _settings(args)
    if not args.all:
        width, _, height = args.size.partition("x")
        if not (width.isdigit() and height.isdigit()):
            parser.error(f"--size {args.size}: 1920x1080")
        return bootstrap.draw_pictures(
            settings, [(settings, Picture(args.page, int(width), int(height), args.out))]
        )
    made = []
    for page in PAGES:
        for width, height, theme, lang in PICTURE_SET:
            usual = (width, lang) == (1920, "zh")
            name = f"{page}-{theme}.png" if usual else f"{page}-{theme}-{width}x{height}-{lang}.png"
            dressed = bootstrap.settings_from(store=args.store, plain=True, lang=lang, theme=theme)
            made.append((replace(dressed, passphrase=None), Picture(page, width, height, args.out / name)))
    return bootstrap.draw_pictures(settings, made)


def _bench(argv: Sequence[str]) -> int:
    from app.tools import bench

    parser = argparse.ArgumentParser(prog="main.py bench", description="测量承诺 measure what is promised")
    bench.add_arguments(parser)
    return bootstrap.run_bench(parser.parse_args(argv))


def _tool(words: tuple[str, ...], argv: Sequence[str]) -> int:
    module, what = TOOLS[words]
    tool = importlib.import_module(module)
    parser = argparse.ArgumentParser(prog=f"main.py {' '.join(words)}", description=what)
    _general(parser)
    tool.add_arguments(parser)
    args = parser.parse_args(argv)
    settings = _settings(args)
    desk = bootstrap.open_desk(settings)
    try:
        return int(tool.run(args, desk, bootstrap.words_of(settings), bootstrap.resources_folder()))
    finally:
        desk.store.close()


def _usage() -> int:
    print("网格指挥台 Grid Command")
    print("  main.py [desktop] [--demo]\n  main.py screenshot --page NAME --out FILE | --all --out DIR")
    print("  main.py bench [start queue map apply kpi import] [--rows N] [--json]")
    for words, (_module, what) in TOOLS.items():
        print(f"  main.py {' '.join(words)} --help\t{what}")
    return 2


def main(argv: Sequence[str]) -> int:
    """The exit code: 0 done, 1 trouble told in words, 2 unusable arguments."""
    if not argv or argv[0] == "desktop" or argv[0].startswith("--"):
        return _usage() if "--help" in argv[:1] else _desktop(argv[1:] if argv[:1] == ["desktop"] else argv)
    if argv[0] == "screenshot":
        return _screenshot(argv[1:])
    if argv[0] == "bench":
        return _bench(argv[1:])
    for size in (2, 1):
        if tuple(argv[:size]) in TOOLS:
            return _tool(tuple(argv[:size]), argv[size:])
    return _usage()


def run(argv: Sequence[str]) -> int:
    """``main``, with the world's trouble told in words instead of a traceback."""
    try:
        return main(argv)
    except StoreProblem as problem:
        words = bootstrap.words_of(bootstrap.settings_from())
        print(words.say("problem", problem.code.value), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
