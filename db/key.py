"""The store's key: in the desk's keyring, or derived from a passphrase with argon2id.

A small file beside the store (``<store>.key``, readable by its owner alone) says which of the two it is, with
the keyring entry's name or the salt and the parameters. It holds no secret.
"""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, Any

from app.ports.problems import StoreProblem, StoreTrouble

if TYPE_CHECKING:
    from pathlib import Path

SERVICE = "grid-command"
KEY_BYTES, SALT_BYTES = 32, 16

TIME_COST, MEMORY_KIB, LANES = 3, 65_536, 2
"""argon2id for new stores: RFC 9106 §4's second recommended choice (64 MiB, 3 passes), on two lanes."""


def key_file(store: Path) -> Path:
    """Where it is written how the store's key is found."""
    return store.with_name(f"{store.name}.key")


def store_key(store: Path, passphrase: str | None = None) -> bytes:
    """The store's 32 bytes of key; made where there is no store yet.

    A new store's key goes to the keyring unless a passphrase is given. ``StoreProblem`` (``KEY_MISSING``)
    where there is no way to the key: no usable keyring, no passphrase, or an entry or file that is gone.
    """
    way = _read_way(store)
    if way is None:
        if store.exists():
            raise StoreProblem(StoreTrouble.KEY_MISSING, f"{key_file(store).name} is gone")
        way = _fresh_way(passphrase)
        _write_way(store, way)
    if way["by"] == "keyring":
        return _from_keyring(str(way["name"]))
    if not passphrase:
        raise StoreProblem(StoreTrouble.KEY_MISSING, "a passphrase is needed")
    return _derived(passphrase, way)


def _read_way(store: Path) -> dict[str, Any] | None:
    try:
        way = json.loads(key_file(store).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StoreProblem(StoreTrouble.KEY_MISSING, str(error)) from error
    if not isinstance(way, dict) or way.get("by") not in ("keyring", "passphrase"):
        raise StoreProblem(StoreTrouble.KEY_MISSING, f"{key_file(store).name} is damaged")
    return way


def _write_way(store: Path, way: dict[str, Any]) -> None:
    """Whole or not at all, and durable before the store that depends on it is made."""
    target = key_file(store)
    draft = target.with_name(f"{target.name}.new")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(way, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        trouble = StoreTrouble.DISK_FULL if full else StoreTrouble.CANNOT_OPEN
        raise StoreProblem(trouble, str(error)) from error


def _fresh_way(passphrase: str | None) -> dict[str, Any]:
    if passphrase:
        salt = os.urandom(SALT_BYTES).hex()
        return {"by": "passphrase", "salt": salt, "time": TIME_COST, "memory": MEMORY_KIB, "lanes": LANES}
    name = os.urandom(8).hex()
    _to_keyring(name, os.urandom(KEY_BYTES))
    return {"by": "keyring", "name": name}


def _to_keyring(name: str, key: bytes) -> None:
    import keyring
    import keyring.errors

    try:
        keyring.set_password(SERVICE, name, key.hex())
        kept = keyring.get_password(SERVICE, name)
    except keyring.errors.NoKeyringError as error:
        raise StoreProblem(StoreTrouble.KEY_MISSING, "no keyring and no passphrase") from error
    except keyring.errors.KeyringError as error:
        raise StoreProblem(StoreTrouble.KEYRING, str(error)) from error
    if kept != key.hex():
        raise StoreProblem(StoreTrouble.KEYRING, "the keyring does not keep what it is given")


def _from_keyring(name: str) -> bytes:
    import keyring
    import keyring.errors

    try:
        kept = keyring.get_password(SERVICE, name)
    except keyring.errors.KeyringError as error:
        raise StoreProblem(StoreTrouble.KEYRING, str(error)) from error
    if kept is None:
        raise StoreProblem(StoreTrouble.KEY_MISSING, f"the keyring has no entry {name}")
    try:
        key = bytes.fromhex(kept)
    except ValueError as error:
        raise StoreProblem(StoreTrouble.KEYRING, f"entry {name} is not a key") from error
    if len(key) != KEY_BYTES:
        raise StoreProblem(StoreTrouble.KEYRING, f"entry {name} is not a key")
    return key


def _derived(passphrase: str, way: dict[str, Any]) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    try:
        return bytes(
            hash_secret_raw(
                passphrase.encode(), bytes.fromhex(way["salt"]),
                time_cost=way["time"], memory_cost=way["memory"], parallelism=way["lanes"],
                hash_len=KEY_BYTES, type=Type.ID,
            )
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise StoreProblem(StoreTrouble.KEY_MISSING, f"the key file is damaged: {error!r}") from error
