"""``hub users …``: accounts, as an administrator at the hub's own machine changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.rights import Role
from app.hub.accounts import NoSuchAccount
from app.hub.command_init import fresh_password
from app.hub.opened import as_json, opened
from app.hub.voice import Said
from app.link.passwords import LONGEST, SHORTEST, UnfitPassword
from app.ports.accounts import EVERYWHERE, Account

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping

    from app.hub.opened import OpenHub, Wiring
    from app.hub.voice import Voice

    Act = Callable[[argparse.Namespace, OpenHub, Voice], None]

BY = "hub users"


def users(args: argparse.Namespace, wiring: Wiring, voice: Voice) -> int:
    """One act on accounts."""
    _check_scopes(getattr(args, "scope", None) or (), wiring)
    with opened(wiring, args.data, args.database) as hub:
        try:
            _ACTS[args.act](args, hub, voice)
        except UnfitPassword as error:
            raise Said(
                f"密码须为 {SHORTEST} 至 {LONGEST} 个字符，且不同于账号。",
                f"A password has {SHORTEST} to {LONGEST} characters and is not the account's name.",
            ) from error
        except NoSuchAccount as error:
            if args.act == "add":
                raise Said(
                    f"账号 {args.user} 已存在。", f"There is an account {args.user} already."
                ) from error
            raise Said(f"没有账号 {args.user}。", f"There is no account {args.user}.") from error
        except ValueError as error:
            raise Said(
                f"账号名无法使用：{args.user}", f"This cannot be an account's name: {args.user}"
            ) from error
    return 0


def _check_scopes(told: Iterable[str], wiring: Wiring) -> None:
    known = {EVERYWHERE} | {p.id for p in wiring.places()}
    for scope in told:
        if scope not in known:
            raise Said(f"没有范围 {scope}。", f"There is no scope {scope}.")


def _password(args: argparse.Namespace) -> tuple[str, bool]:
    """The password, and whether it was made up here."""
    if args.password:
        return args.password, False
    if args.password_file:
        try:
            lines = args.password_file.read_text("utf-8").splitlines()
        except (OSError, UnicodeError) as error:
            raise Said(
                f"文件无法读取：{args.password_file}", f"Cannot be read: {args.password_file}"
            ) from error
        return (lines[0] if lines else ""), False
    return fresh_password(), True


def _tell(user: str, password: str, voice: Voice, *, made_up: bool) -> None:
    if made_up:
        voice.say(f"{user} 的密码（只显示一次）：{password}", f"Password of {user} (shown once): {password}")


def _add(args: argparse.Namespace, hub: OpenHub, voice: Voice) -> None:
    password, made_up = _password(args)
    account = Account(args.user, args.name or args.user, Role(args.role), frozenset(args.scope))
    hub.accounts.create(account, password, BY)
    voice.say(f"已新增账号 {args.user}。", f"Account {args.user} is added.")
    _tell(args.user, password, voice, made_up=made_up)


def _new_password(args: argparse.Namespace, hub: OpenHub, voice: Voice) -> None:
    password, made_up = _password(args)
    hub.accounts.set_password(args.user, password, BY)
    voice.say(f"{args.user} 的密码已重设。", f"The password of {args.user} is set.")
    _tell(args.user, password, voice, made_up=made_up)


def _list(args: argparse.Namespace, hub: OpenHub, voice: Voice) -> None:
    for a in hub.accounts.every():
        if args.json:
            voice.line(as_json({
                "user": a.id, "name": a.name, "role": a.role.value, "scopes": sorted(a.scopes),
                "disabled": a.disabled,
            }))  # fmt: skip
            continue
        state = voice.words("停用", "disabled") if a.disabled else ""
        voice.line("\t".join((a.id, a.name, a.role.value, ",".join(sorted(a.scopes)), state)).rstrip())


def _disable(args: argparse.Namespace, hub: OpenHub, voice: Voice) -> None:
    hub.accounts.change(args.user, BY, disabled=True)
    voice.say(f"账号 {args.user} 已停用。", f"Account {args.user} is disabled.")


def _enable(args: argparse.Namespace, hub: OpenHub, voice: Voice) -> None:
    hub.accounts.change(args.user, BY, disabled=False)
    voice.say(f"账号 {args.user} 已启用。", f"Account {args.user} is enabled.")


def _unlock(args: argparse.Namespace, hub: OpenHub, voice: Voice) -> None:
    hub.accounts.unlock(args.user, BY)
    voice.say(f"账号 {args.user} 已解除锁定。", f"The lock of {args.user} is lifted.")


def _role(args: argparse.Namespace, hub: OpenHub, voice: Voice) -> None:
    hub.accounts.change(args.user, BY, role=Role(args.role))
    voice.say(f"{args.user} 的角色现为 {args.role}。", f"The role of {args.user} is {args.role}.")


def _scope(args: argparse.Namespace, hub: OpenHub, voice: Voice) -> None:
    hub.accounts.change(args.user, BY, scopes=args.scope)
    told = ", ".join(args.scope)
    voice.say(f"{args.user} 的范围现为 {told}。", f"The scopes of {args.user} are {told}.")


_ACTS: Mapping[str, Act] = {
    "add": _add, "password": _new_password, "list": _list, "disable": _disable, "enable": _enable,
    "unlock": _unlock, "role": _role, "scope": _scope,
}  # fmt: skip
