from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from understudy.core.errors import UsageError
from understudy.gitops.cluster import kubeconfig as module
from understudy.gitops.cluster.kubeconfig import Access, find_access
from understudy.redaction import redacted

Document = dict[str, Any]


def config(name: str = "home", **others: object) -> Document:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.example"}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "users": [{"name": name, "user": {"token": f"token-of-{name}"}}],
        **others,
    }


def write(path: Path, document: Document | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def found(path: Path | None, context: str | None = None, **environ: str) -> Access:
    access = find_access(path, context, environ=environ)
    assert access is not None
    return access


def test_the_file_that_is_named_goes_before_all_others(tmp_path: Path) -> None:
    named = write(tmp_path / "named", config("named"))
    other = write(tmp_path / "other", config("other"))

    assert found(named, KUBECONFIG=str(other)).context == "named"


def test_the_variable_goes_before_the_file_at_home(tmp_path: Path) -> None:
    write(tmp_path / ".kube" / "config", config("home"))
    other = write(tmp_path / "other", config("other"))

    assert found(None, HOME=str(tmp_path)).context == "home"
    assert found(None, HOME=str(tmp_path), KUBECONFIG=str(other)).context == "other"


def test_several_files_are_one_and_the_first_to_name_something_is_believed(tmp_path: Path) -> None:
    one = write(tmp_path / "one", config("one"))
    two = write(tmp_path / "two", {**config("two"), "users": config("one")["users"]})
    three = write(tmp_path / "three", config("two"))
    late = config("one", clusters=[{"name": "one", "cluster": {"server": "https://late"}}])
    four = write(tmp_path / "four", late)
    several = f"{one}:{tmp_path / 'missing'}:{two}:{three}:{four}"

    assert found(None, KUBECONFIG=several).context == "one"
    assert found(None, KUBECONFIG=several).cluster.server == "https://one.example"
    access = found(None, "two", KUBECONFIG=several)
    assert access.cluster.server == "https://two.example"
    assert access.user.token == "token-of-two"  # noqa: S105 - of a test


def test_files_beside_a_kubeconfig_are_meant_from_its_own_folder(tmp_path: Path) -> None:
    user = {"client-certificate": "me.crt", "client-key": "/abs/me.key", "exec": {"command": "./p"}}
    cluster = {"server": "https://a", "certificate-authority": "pki/ca.crt"}
    document = config(
        clusters=[{"name": "home", "cluster": cluster}], users=[{"name": "home", "user": user}]
    )

    access = found(write(tmp_path / "sub" / "config", document))

    assert access.cluster.certificate_authority == str(tmp_path / "sub" / "pki" / "ca.crt")
    assert access.user.client_certificate == str(tmp_path / "sub" / "me.crt")
    assert access.user.client_key == "/abs/me.key"
    assert access.user.exec is not None
    assert Path(access.user.exec.command) == tmp_path / "sub" / "p"


def test_nothing_names_a_cluster(tmp_path: Path) -> None:
    assert find_access(None, None, environ={"HOME": str(tmp_path)}) is None
    with pytest.raises(UsageError, match="no context `home`"):
        find_access(None, "home", environ={"HOME": str(tmp_path)})


def test_a_pod_is_in_its_own_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ACCOUNT", tmp_path)
    write(tmp_path / "token", "the-token-of-a-pod")

    access = found(None, KUBERNETES_SERVICE_HOST="fd00::1", KUBERNETES_SERVICE_PORT="443")

    assert access.cluster.server == "https://[fd00::1]:443"
    assert access.user.token_file == str(tmp_path / "token")
    assert "the-token-of-a-pod" not in redacted("it said the-token-of-a-pod")


def test_a_token_of_a_pod_that_is_no_text_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ACCOUNT", tmp_path)
    (tmp_path / "token").write_bytes(b"\xff\xfe")

    with pytest.raises(UsageError, match="token of the pod's service account"):
        found(None, KUBERNETES_SERVICE_HOST="10.0.0.1", KUBERNETES_SERVICE_PORT="443")


def test_nothing_of_a_user_is_shown(tmp_path: Path) -> None:
    access = found(write(tmp_path / "config", config()))

    assert "token-of-home" not in repr(access)
    assert redacted("Bearer token-of-home") == "Bearer ***"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("clusters: [", "is no YAML"),
        ("- a\n- b\n", "is none: Expected `object`, got `array`"),
        (
            config(users=[{"name": "home", "user": {"token": 5}}]),
            "Expected `str | null`, got `int`",
        ),
        (config("home", **{"current-context": ""}), "has no current context"),
        (config("home", **{"current-context": "work"}), "has no context `work`"),
        (config(contexts=[{"name": "home", "context": {"cluster": "a"}}]), "the cluster `a`"),
        (
            config(contexts=[{"name": "home", "context": {"cluster": "home", "user": "b"}}]),
            "the user `b`",
        ),
        (config(clusters=[{"name": "home", "cluster": {}}]), "has no `server`"),
        (
            config(
                clusters=[
                    {"name": "home", "cluster": {"server": "https://a", "tls-server-name": "b"}}
                ]
            ),
            "`tls-server-name`",
        ),
        (
            config(users=[{"name": "home", "user": {"auth-provider": {"name": "oidc"}}}]),
            "`auth-provider`",
        ),
    ],
)
def test_a_broken_kubeconfig_is_told_of(
    tmp_path: Path, document: Document | str, said: str
) -> None:
    path = write(tmp_path / "config", document)

    with pytest.raises(UsageError) as raised:
        find_access(path, None, environ={})

    assert said in raised.value.message
    assert raised.value.hint
    assert "token-of-home" not in raised.value.message + raised.value.hint


def test_a_kubeconfig_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="names no file that exists"):
        find_access(None, None, environ={"KUBECONFIG": str(tmp_path / "gone")})
    with pytest.raises(UsageError, match="cannot be read"):
        find_access(tmp_path, None, environ={})


def test_a_context_without_a_user_is_nobody(tmp_path: Path) -> None:
    document = config(contexts=[{"name": "home", "context": {"cluster": "home"}}], users=None)

    assert found(write(tmp_path / "config", document)).user.token is None
