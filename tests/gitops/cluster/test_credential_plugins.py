from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from understudy.core.errors import UnavailableError, UnderstudyError, UsageError
from understudy.gitops.cluster import credential_plugins
from understudy.gitops.cluster.credential_plugins import credentials_from
from understudy.gitops.cluster.kubeconfig import Plugin, Variable
from understudy.redaction import redacted

if TYPE_CHECKING:
    from pathlib import Path

V1 = "client.authentication.k8s.io/v1"


def plugin(folder: Path, script: str, **others: object) -> Plugin:
    program = folder / "login"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    given = {"apiVersion": V1, "command": str(program), **others}
    return Plugin(
        api_version=str(given["apiVersion"]),
        command=str(given["command"]),
        args=["--cluster", "home"],
        env=[Variable(name="PROFILE", value="ada")],
        install_hint="brew install login" if "install" in others else None,
    )


def test_it_is_asked_as_kubectl_asks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_USER", "kept")
    script = f"""printf '%s|' "$1" "$2" "$PROFILE" "$OF_THE_USER" > {tmp_path}/asked
    printf '%s' "$KUBERNETES_EXEC_INFO" > {tmp_path}/info
    echo '{{"kind": "ExecCredential", "status": {{"token": "fresh-token"}}}}'"""

    user = credentials_from(plugin(tmp_path, script))

    assert user.token == "fresh-token"  # noqa: S105 - of a test
    assert (tmp_path / "asked").read_text() == "--cluster|home|ada|kept|"
    info = json.loads((tmp_path / "info").read_text())
    assert info == {"apiVersion": V1, "kind": "ExecCredential", "spec": {"interactive": False}}
    assert redacted("got fresh-token") == "got ***"


def test_it_may_give_a_certificate(tmp_path: Path) -> None:
    status = {"clientCertificateData": "-----CERT", "clientKeyData": "-----KEY"}

    user = credentials_from(plugin(tmp_path, f"echo '{json.dumps({'status': status})}'"))

    assert user.client_certificate_data == base64.b64encode(b"-----CERT").decode()
    assert user.client_key_data == base64.b64encode(b"-----KEY").decode()


@pytest.mark.parametrize(
    ("script", "others", "kind", "said"),
    [
        (
            "echo 'session of https://a:s3cret@b is over' >&2; exit 1",
            {},
            UnavailableError,
            "is over",
        ),
        ("echo no", {}, UnavailableError, "gave no credentials"),
        ("echo '{\"status\": {}}'", {}, UnavailableError, "gave no credentials"),
        ("sleep 5", {}, UsageError, "could not be run to its end"),
        ("exit 0", {"command": "no-such-login"}, UsageError, "could not be run to its end"),
        ("exit 0", {"apiVersion": V1 + "alpha1"}, UsageError, "has the API version"),
    ],
)
def test_one_that_gives_nothing_is_told_of(  # noqa: PLR0913 - a table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    others: dict[str, object],
    kind: type[UnderstudyError],
    said: str,
) -> None:
    monkeypatch.setattr(credential_plugins, "DEADLINE", 0.5)

    with pytest.raises(kind) as raised:
        credentials_from(plugin(tmp_path, script, **others))

    assert said in raised.value.message
    assert raised.value.hint
    assert "s3cret" not in raised.value.message
    assert "--cluster" not in raised.value.message + raised.value.hint


def test_its_own_hint_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        credentials_from(plugin(tmp_path, "", command="no-such-login", install=True))

    assert raised.value.hint == "brew install login"
