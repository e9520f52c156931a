"""``hub backup`` and ``hub restore``: the database, the authority and the settings in one file."""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.hub.command_serve import alone
from app.hub.opened import database_of, opened, troubles
from app.hub.settings import HubSettings, NotInitialised, load, read, save, write_secret
from app.hub.voice import Said

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from app.hub.opened import Wiring
    from app.hub.voice import Voice

FORM = 1
DUMP, ABOUT = "database.zst", "about.json"
FILES = ("hub.json", "authority/ca.pem", "authority/ca.key", "authority/server.pem", "authority/server.key")


def backup(args: argparse.Namespace, wiring: Wiring, voice: Voice) -> int:
    """Write everything into one file, which only its owner may read; the hub may go on serving."""
    data, target = args.data, args.file
    with opened(wiring, data, args.database) as hub:
        try:
            with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.resolve().parent) as folder:
                rows = hub.store.backup(Path(folder) / DUMP)
                about = {"form": FORM, "at": wiring.clock.now(), "version": wiring.version, "rows": rows}
                whole = Path(folder) / "whole"
                _pack(whole, Path(folder) / DUMP, data, about)
                whole.replace(target)
        except OSError as error:
            told = error.strerror
            raise Said(f"备份无法写入：{told}", f"The backup cannot be written: {told}") from error
    voice.say(
        f"已备份到 {target}，含证书私钥，请妥善保管。", f"Backed up to {target}; it holds keys, keep it safe."
    )
    return 0


def restore(args: argparse.Namespace, wiring: Wiring, voice: Voice) -> int:
    """Bring a backup back: every scope begins a new epoch, and desktops hand in what it lacks."""
    data = args.data
    try:
        settings = load(data)
        if not args.yes:
            raise Said(
                "现有数据将被替换；确认请加 --yes。", "What is there will be replaced; say so with --yes."
            )
    except NotInitialised:
        settings = HubSettings()
    data.mkdir(0o700, parents=True, exist_ok=True)
    with alone(data), tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as folder:
        told = _unpack(args.file, Path(folder))
        # The database of this machine wins over the one that the backup was made of.
        settings = HubSettings(told.hosts, told.port, args.database or settings.database or told.database)
        with troubles(), database_of(data, settings, args.database) as (address, _own):
            hub = wiring.open_hub(address)
            try:
                hub.store.restore(Path(folder) / DUMP)
                with hub.engine.begin() as db:
                    # Who was let go since must not come back, nor a code be used a second time.
                    db.execute(text("DELETE FROM token"))
                    db.execute(text("DELETE FROM code WHERE used_at IS NULL"))
            finally:
                hub.engine.dispose()
        _put_back(Path(folder), data)
        save(data, settings)
    voice.say("已恢复。各终端下次联线时会补传备份之后的操作。",
              "Restored. Desktops hand in what is newer than the backup when they next come.")  # fmt: skip
    return 0


def _pack(whole: Path, dump: Path, data: Path, about: Mapping[str, object]) -> None:
    with os.fdopen(os.open(whole, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            _add(tar, ABOUT, json.dumps(about).encode())
            for name in FILES:
                if (data / name).exists():
                    _add(tar, name, (data / name).read_bytes())
            tar.add(dump, DUMP)
        file.flush()
        os.fsync(file.fileno())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _unpack(path: Path, folder: Path) -> HubSettings:
    """Take the names that a backup has, and no other; the settings that it holds."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            for name in (ABOUT, DUMP, *FILES):
                if name not in tar.getnames():
                    continue
                found = tar.extractfile(name)
                if found is not None:
                    (folder / name).parent.mkdir(exist_ok=True)
                    with (folder / name).open("wb") as out:
                        while piece := found.read(1 << 20):
                            out.write(piece)
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        whole = about["form"] == FORM and (folder / DUMP).exists()
        told = read((folder / "hub.json").read_bytes())
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as error:
        raise Said(f"不是完好的备份：{path}", f"Not a whole backup: {path}") from error
    if not whole:
        raise Said(f"不是完好的备份：{path}", f"Not a whole backup: {path}")
    return told


def _put_back(folder: Path, data: Path) -> None:
    (data / "authority").mkdir(0o700, exist_ok=True)
    for name in FILES[1:]:
        if (folder / name).exists():
            write_secret(data / name, (folder / name).read_bytes())
