"""``hub serve``: the database up, the certificate in date, the port bound, the workers begun."""

from __future__ import annotations

import ipaddress
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from app.hub import authority, server
from app.hub.journal import open_journal
from app.hub.opened import database_of, settings_of, troubles
from app.hub.settings import address_of, note_served
from app.hub.voice import Said
from app.hub.worker import LOOPBACK, Serving

if TYPE_CHECKING:
    import argparse
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from app.hub.opened import Wiring
    from app.hub.settings import HubSettings
    from app.hub.voice import Voice

EVERYWHERE = "0.0.0.0"  # noqa: S104 - desktops are on other machines


def serve(args: argparse.Namespace, wiring: Wiring, voice: Voice) -> int:
    """Serve until told to stop."""
    del voice
    data: Path = args.data
    settings = settings_of(data)
    host = args.host or ("127.0.0.1" if args.no_tls else EVERYWHERE)
    if args.no_tls and not _loopback(host):
        raise Said("--no-tls 只能用于本机（127.0.0.1）。", "--no-tls is for loopback (127.0.0.1) only.")
    port = settings.port if args.port is None else args.port
    if host != EVERYWHERE:
        settings = replace(settings, hosts=tuple(dict.fromkeys([host, *settings.hosts])))
    cert, key, text = _certificate(args, data, settings)
    open_journal()
    with alone(data), troubles(), database_of(data, settings, args.database) as (address, _own):
        wiring.open_hub(address).engine.dispose()
        sock = _bound(host, port)
        serving = Serving(
            str(data), address, text, cert, key, args.workers,
            tuple(args.metrics_from) or LOOPBACK,
        )  # fmt: skip
        place = server.Place(partial(_announce, args, data, settings, bool(cert)))
        if args.workers == 1:
            return server.run_one(serving, sock, wiring.make_parts, place)
        return server.run_many(
            serving, sock, wiring.make_parts, place, partial(_renewed, args, data, settings)
        )


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """What one command at a time may do with a data folder; ``Said`` where another one does it."""
    import fasteners  # type: ignore[import-untyped]

    lock = fasteners.InterProcessLock(data / "serve.lock")
    if not lock.acquire(blocking=False):
        raise Said("这个文件夹的上级平台正在运行。", "The hub of this folder is being served already.")
    try:
        yield
    finally:
        lock.release()


def _announce(args: argparse.Namespace, data: Path, settings: HubSettings, tls: bool, port: int) -> None:
    url = address_of(replace(settings, port=port), tls=tls)
    note_served(data, url)
    server.announced(url, args.ready_file)


def _certificate(args: argparse.Namespace, data: Path, settings: HubSettings) -> tuple[str, str, str]:
    """The files of certificate and key, and the authority's text."""
    if args.no_tls:
        return "", "", ""
    if bool(args.tls_cert) != bool(args.tls_key):
        raise Said("--tls-cert 与 --tls-key 须同时给出。", "--tls-cert and --tls-key go together.")
    if args.tls_cert:
        try:
            text = authority.last_of(args.tls_cert.read_bytes())
        except (OSError, ValueError) as error:
            raise Said(
                f"证书无法读取：{args.tls_cert}", f"The certificate cannot be read: {args.tls_cert}"
            ) from error
        return str(args.tls_cert), str(args.tls_key), text
    files = authority.Files(data / "authority")
    authority.renew(files, settings.hosts, authority.now_utc())
    return str(files.server), str(files.server_key), files.ca.read_text("ascii")


def _renewed(args: argparse.Namespace, data: Path, settings: HubSettings) -> bool:
    if args.no_tls or args.tls_cert:
        return False
    return authority.renew(authority.Files(data / "authority"), settings.hosts, authority.now_utc())


def _bound(host: str, port: int) -> socket.socket:
    try:
        return server.bind(host, port)
    except OSError as error:
        raise Said(
            f"无法监听 {host}:{port}：{error.strerror}", f"Cannot listen on {host}:{port}: {error.strerror}"
        ) from error


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
