from __future__ import annotations

import gzip
import logging
import ssl
import traceback
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.requests_over_http import OK, TOKEN, asking, quick_transport
from tests.scripted_http import Asked, HangsUp, Says, in_turn, scripted
from understudy.core.errors import UnavailableError, UsageError
from understudy.transport import Request, Transport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.scripted_http import Answer

pytestmark = pytest.mark.usefixtures("quick_http")


@pytest.fixture
def transport() -> Iterator[Transport]:
    with quick_transport() as opened:
        yield opened


# --- where it goes --------------------------------------------------------------------------------


def test_a_redirect_on_the_same_server_is_followed_with_the_token(transport: Transport) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.path == "/thing":
            return Says(status=307, headers={"location": "/moved"})
        return OK

    with scripted(answer) as server:
        assert transport.request(asking(server, "POST")).status == 200

    assert [(each.method, each.body) for each in server.log] == [("POST", b"{}")] * 2
    assert all(TOKEN in each.headers["authorization"] for each in server.log)


def test_a_redirect_to_another_server_is_not_followed(transport: Transport) -> None:
    with scripted(in_turn(OK)) as other:
        away = Says(status=302, headers={"location": f"{other.address}/thing"})
        with scripted(in_turn(away)) as server:
            assert transport.request(asking(server)).status == 302

    assert other.log == []


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_write_is_never_turned_into_a_read_by_a_redirect(
    transport: Transport, status: int
) -> None:
    with scripted(in_turn(Says(status=status, headers={"location": "/moved"}), OK)) as server:
        assert transport.request(asking(server, "POST")).status == status


def test_redirects_in_a_ring_end(transport: Transport) -> None:
    with scripted(in_turn(Says(status=301, headers={"location": "/thing"}))) as server:
        assert transport.request(asking(server)).status == 301

    assert len(server.log) < 10


def test_an_answer_without_end_is_no_reason_to_fill_the_memory(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("understudy.transport.LARGEST", 1_000_000)
    bomb = Says(headers={"content-encoding": "gzip"}, body=gzip.compress(b"0" * 20_000_000))
    with (
        scripted(in_turn(bomb)) as server,
        pytest.raises(UnavailableError, match="more than 1 MB in one answer"),
    ):
        transport.request(asking(server))


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(
    transport: Transport, tmp_path: Path
) -> None:
    with scripted(in_turn(OK), tls=_self_signed(tmp_path)) as server:
        with pytest.raises(UnavailableError, match="is not trusted: self-signed"):
            transport.request(asking(server))

        assert server.log == []


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    begins = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    pem = serialization.Encoding.PEM
    form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(certificate.public_bytes(pem) + key.private_bytes(pem, form, bare))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


# --- what is said ---------------------------------------------------------------------------------


def test_no_token_is_in_errors_tracebacks_logs_or_representations(
    transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted(in_turn(HangsUp())) as server:
        request = asking(server, "POST", repeatable=False)
        with pytest.raises(UnavailableError) as caught:
            transport.request(request)

    said = "".join(traceback.format_exception(caught.value))
    assert "disconnected" in said
    assert caplog.text
    assert TOKEN not in said + repr(request) + caplog.text + caught.value.hint


def test_a_proxy_that_is_not_there_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pass-word@127.0.0.1:1")
    transport = Transport()
    transport.within(0.2)

    with pytest.raises(UnavailableError) as caught:
        transport.request(Request(method="GET", url="https://git.example/api"))

    assert "pass-word" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HTTPS_PROXY", "gopher://proxy.example"),
        ("ALL_PROXY", "socks5://proxy.example:1080"),
        ("SSL_CERT_FILE", "/there/is/none.pem"),
    ],
)
def test_an_environment_that_cannot_be_used_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(UsageError, match="No connection can be made"):
        Transport()
