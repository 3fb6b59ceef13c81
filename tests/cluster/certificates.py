"""An authority for one test session, and the certificates that it signs."""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_DAY = dt.timedelta(days=1)


class Authority:
    """Signs certificates; its own is `certificate`."""

    def __init__(self, folder: Path) -> None:
        """Make one whose files are in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("understudy tests", ())
        own = x509.BasicConstraints(ca=True, path_length=0)
        signed = self._signed(self._name, self._key, [own], lasts=_DAY)
        self.certificate = _written(folder / "ca.crt", _pem(signed))

    def server(self) -> tuple[Path, Path]:
        """Return certificate and key of a server on the loopback."""
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        names = x509.SubjectAlternativeName([address, x509.DNSName("localhost")])
        return self._issued("server", _named("server", ()), [names], lasts=_DAY)

    def client(self, user: str, *groups: str, lasts: dt.timedelta = _DAY) -> tuple[Path, Path]:
        """Return certificate and key of a user in some groups; with less than 0 it is over."""
        return self._issued(user, _named(user, groups), [], lasts=lasts)

    def service_account_key(self) -> Path:
        """Return the key that signs tokens of service accounts."""
        return _written(
            self.folder / "accounts.key", _key_pem(ec.generate_private_key(ec.SECP256R1()))
        )

    def _issued(
        self,
        file: str,
        name: x509.Name,
        extensions: Iterable[x509.ExtensionType],
        *,
        lasts: dt.timedelta,
    ) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        signed = self._signed(name, key, extensions, lasts=lasts)
        return (
            _written(self.folder / f"{file}.crt", _pem(signed)),
            _written(self.folder / f"{file}.key", _key_pem(key)),
        )

    def _signed(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        extensions: Iterable[x509.ExtensionType],
        *,
        lasts: dt.timedelta,
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * _DAY)
            .not_valid_after(now + lasts)
        )
        for extension in extensions:
            critical = isinstance(extension, x509.BasicConstraints)
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self._key, hashes.SHA256())


def _named(user: str, groups: Iterable[str]) -> x509.Name:
    """Name a user as Kubernetes reads it: groups are organizations."""
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, user)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
