"""Grid Command 网格指挥台: arguments → bootstrap → desktop or tool; Qt is loaded only for a window."""

from __future__ import annotations

import argparse
import importlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app import bootstrap
from app.ports.link import LinkProblem
from app.ports.problems import StoreProblem, StoreTrouble
from app.tools.arguments import Arguments, language_asked
from app.tools.diskfault import disk_code
from app.tools.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.bootstrap import Settings

# Two words on the command line, the module that does it, what it does.
TOOLS = {
    ("import", "incidents"): ("app.tools.import_incidents", "导入事件 import incidents"),
    ("import", "places"): ("app.tools.import_places", "导入区域 import places"),
    ("export", "incidents"): ("app.tools.export_incidents", "导出事件 export incidents"),
    ("replay",): ("app.tools.replay", "按原节奏回放 replay a recorded stream"),
    ("bundle", "export"): ("app.tools.bundle_export", "待传操作写入数据包 what waits, onto a stick"),
    ("bundle", "import"): ("app.tools.bundle_import", "读入上级平台的回执 the hub's answer from a stick"),
    ("demo",): ("app.tools.fill_demo", "写入演示数据 fill with demonstration data"),
    ("verify",): ("app.tools.verify", "核对账本 walk the ledger's chain"),
}
# These read a store that is there; a mistyped name is told, not made into an empty store.
READING = (("export", "incidents"), ("verify",), ("bundle", "export"), ("bundle", "import"))
PICTURE_SIDES = (320, 16384)
WIDEST_OF_A_LINE = 1920
"""Pages of a desk that belongs to a hub are drawn up to this width, px."""
PICTURE_SET = (
    (1920, 1080, "dark", "zh"), (1920, 1080, "light", "zh"), (1366, 768, "dark", "zh"),
    (3840, 2160, "dark", "zh"), (1920, 1080, "light", "en"),
)  # fmt: skip


def _wording(argv: Sequence[str]) -> Wording:
    settings = bootstrap.settings_from(lang=language_asked(argv))
    return Wording(bootstrap.words_of(settings), bootstrap.resources_folder())


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
    parser = Arguments("main.py desktop", "打开指挥台 open the command centre", _wording(argv))
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


def _sides(size: str) -> tuple[int, int]:
    """Width and height, px; 0, 0 where it is no size that can be drawn."""
    least, most = PICTURE_SIDES
    width, _, height = size.partition("x")
    if not all(side.isascii() and side.isdigit() and least <= int(side) <= most for side in (width, height)):
        return 0, 0
    return int(width), int(height)


def _screenshot(argv: Sequence[str]) -> int:
    wording = _wording(argv)
    parser = Arguments("main.py screenshot", "屏幕外绘制 draw pages off screen", wording)
    _general(parser)
    parser.add_argument(
        "--page", default="command", choices=("command", "kpi", "conflict", "offline", "settle")
    )
    parser.add_argument("--size", default="1920x1080", metavar="WxH")
    parser.add_argument("--theme", default="dark", choices=("dark", "light"))
    parser.add_argument("--all", action="store_true", help="每一页 every page; --out is then a folder")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    args = parser.parse_args(argv)
    from ui.screenshot import PAGES, Picture

    settings = _settings(args)
    if not args.all:
        width, height = _sides(args.size)
        if not width:
            least, most = PICTURE_SIDES
            parser.error(wording("arguments", "bad_size", value=args.size, least=least, most=most))
        if args.out.suffix.lower() != ".png":
            parser.error(wording("arguments", "bad_picture", name=args.out))
        return bootstrap.draw_pictures(settings, [(settings, Picture(args.page, width, height, args.out))])
    made = []
    for page in PAGES:
        for width, height, theme, lang in PICTURE_SET:
            if width > WIDEST_OF_A_LINE and page in bootstrap.LINE_PAGES:
                continue
            usual = (width, lang) == (1920, "zh")
            name = f"{page}-{theme}.png" if usual else f"{page}-{theme}-{width}x{height}-{lang}.png"
            dressed = bootstrap.settings_from(store=args.store, plain=True, lang=lang, theme=theme)
            made.append((replace(dressed, passphrase=None), Picture(page, width, height, args.out / name)))
    return bootstrap.draw_pictures(settings, made)


def _bench(argv: Sequence[str]) -> int:
    from app.tools import bench

    parser = Arguments("main.py bench", "测量承诺 measure what is promised", _wording(argv))
    bench.add_arguments(parser)
    return bootstrap.run_bench(parser.parse_args(argv))


def _centre(argv: Sequence[str]) -> int:
    from app.tools import centre

    wording = _wording(argv)
    parser = Arguments("main.py centre", "上级平台、指挥台与模拟人员一起 hub, desktop and field", wording)
    parser.add_argument("--lang", choices=("zh", "en"), help="语言 language")
    centre.add_arguments(parser)
    return centre.run(parser.parse_args(argv), bootstrap.own_program(), wording)


def _agent(argv: Sequence[str]) -> int:
    from app.tools import agent

    parser = Arguments("main.py agent", "没有窗口的指挥台 a desktop without a window", _wording(argv))
    _general(parser)
    agent.add_arguments(parser)
    args = parser.parse_args(argv)
    return bootstrap.run_agent(_settings(args), args.period)


def _link(argv: Sequence[str]) -> int:
    from app.tools import link

    parser = Arguments("main.py link", "与上级平台的连接 the link with the hub", _wording(argv))
    _general(parser)
    link.add_arguments(parser)
    return bootstrap.run_link(_settings(args := parser.parse_args(argv)), args)


def _field(argv: Sequence[str]) -> int:
    from app.tools import field

    wording = _wording(argv)
    parser = Arguments("main.py field", "在场模拟人员 simulated people in the field", wording)
    parser.add_argument("--lang", choices=("zh", "en"), help="语言 language")
    field.add_arguments(parser)
    return field.run(parser.parse_args(argv), bootstrap.resources_folder(), wording)


def _tool(words: tuple[str, ...], argv: Sequence[str]) -> int:
    module, what = TOOLS[words]
    tool = importlib.import_module(module)
    wording = _wording(argv)
    parser = Arguments(f"main.py {' '.join(words)}", what, wording)
    _general(parser)
    tool.add_arguments(parser)
    args = parser.parse_args(argv)
    settings = _settings(args)
    if words in READING and not settings.store.exists():
        print(wording("disk", "no_file", name=settings.store), file=sys.stderr)
        return 1
    if words in READING and not settings.store.stat().st_size:
        raise StoreProblem(StoreTrouble.NOT_A_STORE, "an empty file")
    desk = bootstrap.open_desk(settings)
    try:
        return int(tool.run(args, desk, bootstrap.words_of(settings), bootstrap.resources_folder()))
    finally:
        desk.store.close()


def _usage() -> int:
    print("网格指挥台 Grid Command")
    print("  main.py centre [--actors N] [--no-window SECONDS]")
    print("  main.py [desktop] [--demo]\n  main.py screenshot --page NAME --out FILE | --all --out DIR")
    print("  main.py hub init|serve|enrol|users|devices|bundle|backup|restore|status|verify --help")
    print("  main.py link enrol|sign-in|status|sync|salvage --help\n  main.py agent --help")
    print("  main.py field --url URL --user NAME [--actors N] [--minutes M]")
    print("  main.py bench [start queue map apply kpi import sync hub scale] [--rows N] [--json]")
    for words, (_module, what) in TOOLS.items():
        print(f"  main.py {' '.join(words)} --help\t{what}")
    return 2


def main(argv: Sequence[str]) -> int:
    """The exit code: 0 done, 1 trouble told in words, 2 unusable arguments."""
    if not argv or argv[0] == "desktop" or argv[0].startswith("--"):
        return _usage() if "--help" in argv[:1] else _desktop(argv[1:] if argv[:1] == ["desktop"] else argv)
    if argv[0] == "screenshot":
        return _screenshot(argv[1:])
    if argv[0] == "hub":
        return bootstrap.run_hub(argv[1:])
    if argv[0] == "bench":
        return _bench(argv[1:])
    if argv[0] == "field":
        return _field(argv[1:])
    if argv[0] == "centre":
        return _centre(argv[1:])
    if argv[0] == "agent":
        return _agent(argv[1:])
    if argv[0] == "link":
        return _link(argv[1:])
    for size in (2, 1):
        if tuple(argv[:size]) in TOOLS:
            return _tool(tuple(argv[:size]), argv[size:])
    return _usage()


def run(argv: Sequence[str]) -> int:
    """``main``, with the world's trouble told in words instead of a traceback."""
    try:
        return main(argv)
    except StoreProblem as problem:
        print(_wording(argv)("problem", problem.code.value), file=sys.stderr)
        return 1
    except LinkProblem as problem:
        print(_wording(argv)("link", problem.code.value), file=sys.stderr)
        return 1
    except OSError as error:
        print(_wording(argv)("disk", disk_code(error), name=error.filename or error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(_wording(argv)("general", "stopped"), file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
