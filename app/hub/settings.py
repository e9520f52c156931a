"""What a hub remembers of how it was set up: a JSON file in its data folder, its owner's alone to read."""

from __future__ import annotations

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PORT = 8443
_FILE, _SERVED = "hub.json", "served.json"


@dataclass(frozen=True, slots=True)
class HubSettings:
    """``database`` empty: the embedded one. ``hosts``: its names and addresses, the main one first."""

    hosts: tuple[str, ...] = ()
    port: int = PORT
    database: str = ""


class NotInitialised(Exception):
    """There is no hub in this folder yet."""


def load(data: Path) -> HubSettings:
    """The settings; ``NotInitialised`` where there are none that can be read."""
    try:
        return read((data / _FILE).read_bytes())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotInitialised(str(data)) from error


def read(content: bytes) -> HubSettings:
    """The settings in a file's content; ValueError, KeyError or TypeError where there are none."""
    told = json.loads(content)
    return HubSettings(tuple(map(str, told["hosts"])), int(told["port"]), str(told["database"]))


def save(data: Path, settings: HubSettings) -> None:
    """Remember them."""
    write_secret(data / _FILE, json.dumps(asdict(settings), ensure_ascii=False, indent=1).encode())


def note_served(data: Path, url: str) -> None:
    """Remember under which address the hub was served last."""
    write_secret(data / _SERVED, json.dumps({"url": url}).encode())


def served_at(data: Path, settings: HubSettings) -> str:
    """The address for desktops: where it is served or was last; else where it would be."""
    try:
        told: Any = json.loads((data / _SERVED).read_text("utf-8"))
        return str(told["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return address_of(replace(settings), tls=True)


def address_of(settings: HubSettings, *, tls: bool) -> str:
    """``https://host:port`` of the main host."""
    host = settings.hosts[0] if settings.hosts else socket.gethostname()
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{shown}:{settings.port}"


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
