"""The key comes from the keyring or from a passphrase, and every missing part of the way is told."""

from __future__ import annotations

import json
import stat

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from app.ports.problems import StoreProblem, StoreTrouble
from db import key as keys
from db.key import key_file, store_key


class InMemory(KeyringBackend):
    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


@pytest.fixture
def ring(monkeypatch):
    ring = InMemory()
    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    monkeypatch.setattr(keyring, "get_password", ring.get_password)
    monkeypatch.setattr(keyring, "set_password", ring.set_password)
    return ring


@pytest.fixture
def no_ring(monkeypatch):
    none = NoKeyring()
    monkeypatch.setattr(keyring, "get_password", none.get_password)
    monkeypatch.setattr(keyring, "set_password", none.set_password)


@pytest.fixture(autouse=True)
def _light(monkeypatch):
    monkeypatch.setattr(keys, "MEMORY_KIB", 64)
    monkeypatch.setattr(keys, "TIME_COST", 1)


def told(store, passphrase=None):
    with pytest.raises(StoreProblem) as problem:
        store_key(store, passphrase)
    return problem.value.code


def test_the_keyring_keeps_a_fresh_key_of_each_store(ring, tmp_path):
    one, other = store_key(tmp_path / "one.db"), store_key(tmp_path / "other.db")
    assert len(one) == 32
    assert one != other
    assert store_key(tmp_path / "one.db") == one
    assert one.hex() not in key_file(tmp_path / "one.db").read_text()
    ring.kept.clear()
    assert told(tmp_path / "one.db") is StoreTrouble.KEY_MISSING


def test_a_passphrase_gives_the_same_key_again_and_another_one_another(no_ring, tmp_path):
    store = tmp_path / "s.db"
    first = store_key(store, "一二三四")
    assert len(first) == 32
    assert store_key(store, "一二三四") == first
    assert store_key(store, "一二三五") != first
    assert told(store) is StoreTrouble.KEY_MISSING
    assert store_key(tmp_path / "t.db", "一二三四") != first, "each store has its own salt"
    assert stat.S_IMODE(key_file(store).stat().st_mode) == 0o600
    way = json.loads(key_file(store).read_text())
    assert (way["by"], way["memory"], len(way["salt"])) == ("passphrase", 64, 32)


def test_without_keyring_and_passphrase_there_is_no_new_store(no_ring, tmp_path):
    assert told(tmp_path / "s.db") is StoreTrouble.KEY_MISSING
    assert not key_file(tmp_path / "s.db").exists()


def test_a_store_whose_key_file_is_gone_or_damaged_gets_no_new_key(ring, tmp_path):
    store = tmp_path / "s.db"
    store_key(store)
    store.touch()
    for damage in ("", "[]", '{"by": "luck"}'):
        key_file(store).write_text(damage)
        assert told(store) is StoreTrouble.KEY_MISSING
    key_file(store).unlink()
    assert told(store) is StoreTrouble.KEY_MISSING
    assert not key_file(store).exists()


def test_a_keyring_that_forgets_is_told(ring, monkeypatch, tmp_path):
    monkeypatch.setattr(keyring, "set_password", lambda *_: None)
    assert told(tmp_path / "s.db") is StoreTrouble.KEYRING
