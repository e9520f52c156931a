"""``main.py hub …``: arguments, and which command does it. Every text in Chinese and English."""

from __future__ import annotations

import argparse
import importlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.rights import Role
from app.hub.journal import open_journal
from app.hub.settings import PORT
from app.hub.voice import Said, Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.hub.opened import Wiring

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - its only name

MODULES = {
    "init": "command_init",
    "serve": "command_serve",
    "enrol": "command_enrol",
    "users": "command_users",
    "devices": "command_devices",
    "bundle": "command_bundle",
    "backup": "command_backup",
    "restore": "command_backup",
    "status": "command_status",
    "verify": "command_status",
}


def main(argv: Sequence[str], wired: Callable[[str], Wiring]) -> int:
    """The exit code: 0 done, 1 trouble told in words, 2 unusable arguments. ``wired`` takes the language."""
    args = _parser().parse_args(argv)
    wiring = wired(args.lang or "")
    args.data = args.data or wiring.data
    voice = Voice(wiring.lang)
    open_journal(logging.WARNING)
    command = importlib.import_module(f"app.hub.{MODULES[args.command]}")
    try:
        return int(getattr(command, args.command)(args, wiring, voice))
    except Said as said:
        voice.warn(said.zh, said.en)
        return 1


def _parser() -> argparse.ArgumentParser:
    general = _general()
    parser = argparse.ArgumentParser(
        "main.py hub", description="上级平台 the hub that desktops synchronise with", allow_abbrev=False
    )
    kinds = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_init, _serve, _enrol, _users, _devices, _bundle, _backup, _rest):
        add(kinds, general)
    return parser


def _general(default: Any = None) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(add_help=False, argument_default=default)
    made.add_argument("--data", type=Path, metavar="DIR", help="数据文件夹 data folder")
    made.add_argument("--database", metavar="URL", help="PostgreSQL，缺省为内置 else the embedded one")
    made.add_argument("--lang", choices=("zh", "en"), help="语言 language")
    return made


def _command(
    kinds: Subparsers, general: argparse.ArgumentParser, name: str, words: str
) -> argparse.ArgumentParser:
    return kinds.add_parser(name, help=words, description=words, parents=[general], allow_abbrev=False)


def _init(kinds: Subparsers, general: argparse.ArgumentParser) -> None:
    p = _command(kinds, general, "init", "建立证书、库表、范围、清单和首个管理员 set up a hub, once")
    p.add_argument(
        "--host", action="append", default=[], metavar="NAME", help="本机名称或地址，可多次 name or address"
    )
    p.add_argument("--port", type=_port, default=PORT, help=f"端口 port ({PORT})")
    p.add_argument("--admin", default="admin", metavar="USER", help="首个管理员 first administrator (admin)")


def _serve(kinds: Subparsers, general: argparse.ArgumentParser) -> None:
    p = _command(kinds, general, "serve", "提供服务 serve desktops, other systems and people in the field")
    p.add_argument(
        "--host", default="", metavar="ADDRESS", help="监听地址，缺省为全部 address to listen on, else all"
    )
    p.add_argument("--port", type=_port, help="端口，0 为任意 port, 0 for any")
    p.add_argument("--workers", type=_workers, default=1, metavar="N", help="工作进程数 processes (1)")
    p.add_argument("--tls-cert", type=Path, metavar="FILE", help="证书链 PEM certificate chain")
    p.add_argument("--tls-key", type=Path, metavar="FILE", help="私钥 PEM private key")
    p.add_argument("--no-tls", action="store_true", help="不加密，仅限本机 no TLS, loopback only")
    p.add_argument("--ready-file", type=Path, metavar="FILE", help="就绪后写入地址 written when ready")
    p.add_argument(
        "--metrics-from", action="append", default=[], metavar="NETWORK",
        help="可读取 /metrics 的网段，缺省仅本机 who may read /metrics, else this machine",
    )  # fmt: skip


def _enrol(kinds: Subparsers, general: argparse.ArgumentParser) -> None:
    p = _command(kinds, general, "enrol", "签发一次性注册码 a single-use code for a new device")
    p.add_argument(
        "--scope",
        required=True,
        metavar="TOWN|*",
        help="街镇代码，* 为全区 a town's code, * for the district",
    )
    p.add_argument("--name", required=True, help="终端名称 the device's name")
    p.add_argument("--letter", choices=[chr(c) for c in range(ord("A"), ord("Z") + 1)], metavar="A-Z",
                   help="同一中心另一台终端的字母 letter of another device of the centre")  # fmt: skip
    p.add_argument(
        "--device", default="", metavar="ID", help="仅供此终端重新注册 for this device alone, to enrol again"
    )
    p.add_argument("--png", type=Path, metavar="FILE", help="二维码图片 QR code as a picture")
    p.add_argument("--json", action="store_true", help="JSON")


def _users(kinds: Subparsers, general: argparse.ArgumentParser) -> None:
    p = _command(kinds, general, "users", "账号 accounts")
    acts = p.add_subparsers(dest="act", required=True, metavar="ACT")

    def act(name: str, words: str) -> argparse.ArgumentParser:
        # What was said before the act stays, unless it is said again behind it.
        again = _general(argparse.SUPPRESS)
        made = acts.add_parser(name, help=words, description=words, parents=[again], allow_abbrev=False)
        if name != "list":
            made.add_argument("user", help="账号 account")
        return made

    roles = [r.value for r in Role]
    add = act("add", "新增 add")
    add.add_argument("--role", required=True, choices=roles)
    add.add_argument("--scope", action="append", required=True, metavar="TOWN|*", help="可多次 repeatable")
    add.add_argument("--name", default="", help="姓名 the person's name")
    new = act("password", "重设密码 set a password")
    for parser in (add, new):
        parser.add_argument("--password", help="缺省为随机生成 else one is made up and shown once")
        parser.add_argument("--password-file", type=Path, metavar="FILE", help="取首行 its first line")
    act("list", "列出 list").add_argument("--json", action="store_true", help="JSON")
    act("disable", "停用 disable")
    act("enable", "启用 enable")
    act("unlock", "解除锁定 lift a lock-out")
    act("role", "改角色 change the role").add_argument("role", choices=roles)
    act("scope", "改范围 change the scopes").add_argument("scope", nargs="+", metavar="TOWN|*")


def _devices(kinds: Subparsers, general: argparse.ArgumentParser) -> None:
    p = _command(kinds, general, "devices", "终端 devices: list, revoke, readmit")
    p.add_argument("act", choices=("list", "revoke", "readmit"))
    p.add_argument("device", nargs="?", default="")


def _bundle(kinds: Subparsers, general: argparse.ArgumentParser) -> None:
    p = _command(kinds, general, "bundle", "终端的数据包 bundles on a stick: import, held, accept")
    p.add_argument("act", choices=("import", "held", "accept"))
    p.add_argument("value", nargs="?", default="", help="文件或编号 the file, or the bundle's name")
    p.add_argument("--answer", type=Path, metavar="FILE", help="回执写到 where the answer goes")


def _backup(kinds: Subparsers, general: argparse.ArgumentParser) -> None:
    p = _command(kinds, general, "backup", "备份到文件 everything into one file")
    p.add_argument("file", type=Path)
    p = _command(kinds, general, "restore", "从备份恢复，其后的操作由终端补传 bring a backup back")
    p.add_argument("file", type=Path)
    p.add_argument("--yes", action="store_true", help="确认替换现有数据 replace what is there")


def _rest(kinds: Subparsers, general: argparse.ArgumentParser) -> None:
    p = _command(kinds, general, "status", "现状 scopes, devices, codes")
    p.add_argument("--json", action="store_true", help="JSON")
    _command(kinds, general, "verify", "核对账本 walk the ledger's chains")


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


def _workers(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 64:
        raise ValueError(text)
    return number
