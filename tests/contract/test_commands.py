"""``main.py hub …`` as an administrator types it."""

from __future__ import annotations

import json
import re
import ssl
import stat
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from cryptography import x509
from sqlalchemy import make_url

from app.hub import authority
from app.hub.centres import centres
from app.hub.command_enrol import signs_of
from app.hub.embedded import EmbeddedPostgres
from app.link.invitation import fingerprint, read_invitation
from tests.contract.served import ROOT, TOWN, ServedHub, program
from tests.support.postgres import fresh_database

if TYPE_CHECKING:
    from pathlib import Path


def test_a_hub_from_nothing_to_a_restore(tmp_path: Path) -> None:
    data, database = tmp_path / "hub", fresh_database(migrated=False)
    first = program("init", "--database", database, "--host", "hub.example", "--lang", "en", data=data)
    assert first.returncode == 0, first.stderr
    password = re.search(r"Password of admin \(shown once\): (\S+)", first.stdout)
    assert password
    again = program("init", "--lang", "en", data=data)
    assert again.returncode == 0
    assert "Password" not in again.stdout

    told = program(
        "enrol", "--scope", TOWN, "--name", "弥牟一号", "--png", str(tmp_path / "qr.png"), data=data
    )
    invitation = read_invitation(told.stdout.splitlines()[0])
    assert invitation.url == "https://hub.example:8443"
    assert invitation.fingerprint == fingerprint((data / "authority" / "ca.pem").read_text("ascii"))
    assert (tmp_path / "qr.png").read_bytes().startswith(b"\x89PNG")
    assert "█" in told.stdout

    shown = json.loads(program("status", "--json", data=data).stdout)
    assert {s["scope"] for s in shown["scopes"]} == {p.id for p in centres(ROOT / "resources")}
    assert [c["name"] for c in shown["codes"]] == ["弥牟一号"]
    whole = program("verify", "--lang", "en", data=data)
    assert (whole.returncode, whole.stdout.strip()) == (0, "The ledger is whole.")

    kept = tmp_path / "hub.backup"
    assert program("backup", str(kept), data=data).returncode == 0
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    refused = program("restore", str(kept), "--lang", "en", data=data)
    assert (refused.returncode, "--yes" in refused.stderr) == (1, True)
    other = tmp_path / "other"
    done = program("restore", str(kept), "--database", fresh_database(migrated=False), data=other)
    assert done.returncode == 0, done.stderr
    back = json.loads(program("status", "--json", data=other).stdout)
    assert [(s["scope"], s["head"]) for s in back["scopes"]] == [
        (s["scope"], s["head"]) for s in shown["scopes"]
    ]
    assert not {s["epoch"] for s in back["scopes"]} & {s["epoch"] for s in shown["scopes"]}
    assert not back["codes"]
    for name in ("ca.pem", "ca.key"):
        assert (other / "authority" / name).read_bytes() == (data / "authority" / name).read_bytes()

    address = make_url(database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("UPDATE op SET actor = 'someone' WHERE scope = '510113' AND seq = 7")
    wrong = program("verify", "--lang", "en", data=data)
    assert wrong.returncode == 1
    assert "510113" in wrong.stderr


def test_accounts(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    assert program("init", "--database", fresh_database(migrated=False), data=data).returncode == 0
    (tmp_path / "p").write_text("a good password\n", "utf-8")
    added = program("users", "add", "o-1", "--role", "town_officer", "--scope", TOWN, "--password-file",
                    str(tmp_path / "p"), data=data)  # fmt: skip
    assert added.returncode == 0, added.stderr
    for args, zh, en in (
        (("add", "o-1", "--role", "auditor", "--scope", "*"), "已存在", "already"),
        (("add", "o-2", "--role", "auditor", "--scope", "*", "--password", "short"), "8", "8"),
        (("add", "o-2", "--role", "auditor", "--scope", "51"), "没有范围", "no scope"),
        (("disable", "nobody"), "没有账号", "no account"),
    ):
        lang, wanted = ("en", en) if args[1] != "o-1" else ("zh", zh)
        told = program("users", *args, "--lang", lang, data=data)
        assert (told.returncode, wanted in told.stderr) == (1, True), told.stderr
    assert program("users", "role", "o-1", "supervisor", data=data).returncode == 0
    assert program("users", "scope", "o-1", "*", data=data).returncode == 0
    assert program("users", "disable", "o-1", data=data).returncode == 0
    rows = [json.loads(line) for line in program("users", "list", "--json", data=data).stdout.splitlines()]
    found = next(r for r in rows if r["user"] == "o-1")
    assert (found["role"], found["scopes"], found["disabled"]) == ("supervisor", ["*"], True)


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    data = tmp_path / "hub"
    for args, said in (
        (("serve",), "hub init"),
        (("status", "--database", "nonsense"), "hub init"),
        (("restore", str(ROOT / "README.md")), "Not a whole backup"),
        (("init", "--database", "mysql://x/y"), "cannot be used"),
        (("init", "--database", "postgresql://127.0.0.1:1/x"), "Connection refused"),
    ):
        told = program(*args, "--lang", "en", data=data)
        assert told.returncode == 1
        assert said in told.stderr, told.stderr
        assert "Traceback" not in told.stderr
    assert program("serve", "--port", "70000", data=data).returncode == 2


def test_one_hub_of_a_folder_and_one_of_a_port(own_hub: ServedHub) -> None:
    second = program("serve", "--lang", "en", data=own_hub.data)
    assert (second.returncode, "being served already" in second.stderr) == (1, True)
    port = own_hub.url.rsplit(":", 1)[1]
    other = own_hub.data / "other"
    assert program("init", "--database", fresh_database(migrated=False), data=other).returncode == 0
    taken = program("serve", "--lang", "en", "--host", "127.0.0.1", "--port", port, data=other)
    assert (taken.returncode, f"127.0.0.1:{port}" in taken.stderr) == (1, True)
    open_to_all = program("serve", "--lang", "en", "--no-tls", "--host", "0.0.0.0", data=other)
    assert (open_to_all.returncode, "loopback" in open_to_all.stderr) == (1, True)


def test_the_authority_makes_what_clients_trust(tmp_path: Path) -> None:
    files, now = authority.Files(tmp_path / "a"), authority.now_utc()
    authority.make_authority(files, "Test", now)
    assert authority.renew(files, ["hub.example", "10.1.2.3"], now)
    assert not authority.renew(files, ["hub.example"], now + timedelta(days=600))
    assert authority.renew(files, ["hub.example", "new.example"], now)
    assert authority.renew(files, ["hub.example"], now + timedelta(days=705))
    for secret in (files.ca_key, files.server_key):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    root, server = (
        x509.load_pem_x509_certificate(files.ca.read_bytes()),
        x509.load_pem_x509_certificate(files.server.read_bytes()),
    )
    server.verify_directly_issued_by(root)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"hub.example", "localhost"} <= set(names.get_values_for_type(x509.DNSName))
    assert "127.0.0.1" in {str(a) for a in names.get_values_for_type(x509.IPAddress)}
    assert authority.last_of(files.server.read_bytes()) == files.ca.read_text("ascii")
    context = ssl.create_default_context(cafile=str(files.ca))
    assert len(context.get_ca_certs()) == 1


def test_every_town_has_a_sign_of_its_own() -> None:
    _district, *towns = centres(ROOT / "resources")
    signs = signs_of(towns)
    assert len(set(signs.values())) == len(towns) == 7
    assert signs[TOWN] == "弥"


def test_the_last_to_use_the_embedded_database_stops_it(tmp_path: Path) -> None:
    data = tmp_path / "e"
    first = EmbeddedPostgres(data)
    address = make_url(first.url).set(drivername="postgresql").render_as_string(hide_password=False)
    assert program("init", data=data).returncode == 0  # another process uses it, and goes
    with psycopg.connect(address) as db:
        assert db.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert db.execute("SELECT count(*) FROM scope").fetchone() == (8,)
    first.close()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)
