"""The hub's own certificate authority, for closed networks: a root and a server certificate, ECDSA P-256."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.hub.settings import write_secret

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROOT_YEARS, SERVER_YEARS = 10, 2
RENEW = timedelta(days=30)
_YEAR = timedelta(days=365)
_CLOCKS_DIFFER = timedelta(days=1)
"""A desktop whose clock is behind must not find the certificate too young."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the authority lies; keys are readable by their owner alone."""

    folder: Path

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def ca_key(self) -> Path:
        return self.folder / "ca.key"

    @property
    def server(self) -> Path:
        return self.folder / "server.pem"

    @property
    def server_key(self) -> Path:
        return self.folder / "server.key"


def make_authority(files: Files, name: str, now: datetime) -> None:
    """Make the root, where there is none yet."""
    if files.ca.exists() and files.ca_key.exists():
        return
    files.folder.mkdir(0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        _begun(subject, subject, key.public_key(), now, ROOT_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_secret(files.ca_key, _key_pem(key))
    _write(files.ca, made.public_bytes(serialization.Encoding.PEM))


def make_server(files: Files, hosts: Sequence[str], now: datetime) -> None:
    """Make a server certificate for these names and addresses, and those of this machine itself."""
    root = x509.load_pem_x509_certificate(files.ca.read_bytes())
    root_key = serialization.load_pem_private_key(files.ca_key.read_bytes(), None)
    if not isinstance(root_key, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is not of an elliptic curve")
    key = ec.generate_private_key(ec.SECP256R1())
    names = _names(hosts)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    made = (
        _begun(subject, root.subject, key.public_key(), now, SERVER_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general(n) for n in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    write_secret(files.server_key, _key_pem(key))
    _write(files.server, made.public_bytes(serialization.Encoding.PEM) + files.ca.read_bytes())


def renew(files: Files, hosts: Sequence[str], now: datetime) -> bool:
    """Make a new server certificate where there is none, it ends within 30 days or lacks a name."""
    if files.server.exists() and files.server_key.exists():
        held = x509.load_pem_x509_certificate(files.server.read_bytes())
        names = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        wanted = [_general(n) for n in _names(hosts)]
        if held.not_valid_after_utc - now > RENEW and all(name in names for name in wanted):
            return False
    make_server(files, hosts, now)
    return True


def last_of(chain: bytes) -> str:
    """The PEM text of a chain's last certificate: the authority, or the one that signed itself."""
    held = x509.load_pem_x509_certificates(chain)
    return held[-1].public_bytes(serialization.Encoding.PEM).decode("ascii")


def _names(hosts: Sequence[str]) -> list[str]:
    told = [h for h in hosts if h not in {"", "0.0.0.0", "::"}]  # noqa: S104 - no name, only "everywhere"
    return list(dict.fromkeys([*told, socket.gethostname(), "localhost", "127.0.0.1", "::1"]))


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode("ascii"))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + years * _YEAR)
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)


def now_utc() -> datetime:
    """The machine's instant."""
    return datetime.now(UTC)
