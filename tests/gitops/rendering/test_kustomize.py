from __future__ import annotations

import json
import os
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests import kustomize_program
from tests.test_process import gone
from understudy.core.errors import UsageError
from understudy.gitops.rendering import kustomize
from understudy.gitops.rendering.kustomize import NotBuilt, Program, find_program

if TYPE_CHECKING:
    from pathlib import Path

CM = "apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap\nmetadata:\n  name: x\n"


def script(place: Path, text: str) -> str:
    """Write a program that stands for one that is found."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{text}\n")
    place.chmod(0o755)
    return str(place)


def laid_out(folder: Path, **files: str) -> Path:
    """Write files; `__` in a name stands for a slash, and `kustomization` for the file."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


# --- finding it -----------------------------------------------------------------------------------


def kubectl_that_carries(version: str) -> str:
    told = json.dumps({"clientVersion": {"gitVersion": "v1.32.0"}, "kustomizeVersion": version})
    return f"[ \"$*\" = 'version --client -o json' ] && echo '{told}'"


@pytest.mark.parametrize(
    ("programs", "name", "version"),
    [
        ({"kustomize": "echo v5.8.1"}, "kustomize", "5.8.1"),
        ({"kustomize": "echo v5.4.2"}, "kustomize", "5.4.2"),
        ({"kustomize": "echo '{Version:kustomize/v5.10.0 GitCommit:x}'"}, "kustomize", "5.10.0"),
        ({"kubectl": kubectl_that_carries("v5.5.0")}, "kubectl", "5.5.0"),
        (
            {"kustomize": "echo v5.6.0", "kubectl": kubectl_that_carries("v5.8.0")},
            "kustomize",
            "5.6.0",
        ),
        (
            {"kustomize": "echo v4.5.7", "kubectl": kubectl_that_carries("v5.8.0")},
            "kubectl",
            "5.8.0",
        ),
        ({"kustomize": "exit 1", "kubectl": kubectl_that_carries("v5.8.0")}, "kubectl", "5.8.0"),
    ],
)
def test_the_first_one_that_is_new_enough_is_taken(
    tmp_path: Path, programs: dict[str, str], name: str, version: str
) -> None:
    for each, text in programs.items():
        script(tmp_path / each, text)
    found = find_program({"PATH": str(tmp_path)})
    assert found == Program(
        argv=(str(tmp_path / name), "kustomize" if name == "kubectl" else "build"),
        version=version,
    )


@pytest.mark.parametrize(
    ("programs", "said"),
    [
        ({}, ["there is no `kustomize`", "there is no `kubectl`"]),
        ({"kustomize": "echo v5.4.1"}, ["is version 5.4.1", "there is no `kubectl`"]),
        ({"kubectl": kubectl_that_carries("v5.0.1")}, ["carries Kustomize 5.0.1"]),
        ({"kustomize": "echo unknown"}, ["is version that it does not tell"]),
        ({"kubectl": "echo nonsense"}, ["carries Kustomize that it does not tell"]),
        ({"kubectl": "echo '[1]'"}, ["carries Kustomize that it does not tell"]),
    ],
)
def test_what_was_found_instead_is_told_with_what_to_install(
    tmp_path: Path, programs: dict[str, str], said: list[str]
) -> None:
    for each, text in programs.items():
        script(tmp_path / each, text)
    with pytest.raises(UsageError) as caught:
        find_program({"PATH": str(tmp_path)})
    for each in said:
        assert each in caught.value.message
    assert "5.4.2" in caught.value.hint
    assert kustomize.VARIABLE in caught.value.hint


def test_the_variable_names_the_program_and_no_other_is_tried(tmp_path: Path) -> None:
    named = script(tmp_path / "elsewhere" / "kubectl-1.32", kubectl_that_carries("v5.5.0"))
    script(tmp_path / "kustomize", "echo v5.8.1")
    environ = {"PATH": str(tmp_path), kustomize.VARIABLE: named}
    assert find_program(environ).argv == (named, "kustomize")
    with pytest.raises(UsageError, match=r"there is no `/nowhere/kustomize`"):
        find_program({**environ, kustomize.VARIABLE: "/nowhere/kustomize"})


def test_the_tests_use_the_one_that_is_pinned() -> None:
    assert kustomize_program.program().version == "5.8.1"


# --- running it -----------------------------------------------------------------------------------


def test_it_renders_a_file_beside_its_folder_as_flux_does(tmp_path: Path) -> None:
    laid_out(tmp_path, overlay__kustomization="resources: [../cm.yaml]", cm=CM)
    built = kustomize_program.program().build(tmp_path / "overlay", deadline=30)
    assert built == CM.encode()


def test_what_it_wrote_is_told_when_it_fails(tmp_path: Path) -> None:
    laid_out(tmp_path, kustomization="resources: [cm.yaml]", cm="a: [b")
    built = kustomize_program.program().build(tmp_path, deadline=30)
    assert isinstance(built, NotBuilt)
    assert "MalformedYAMLError" in built.said


def test_a_program_that_says_nothing_is_told_by_its_code(tmp_path: Path) -> None:
    assert running(tmp_path, "exit 3").build(tmp_path, deadline=30) == NotBuilt(said="exit code 3")


def running(folder: Path, text: str) -> Program:
    return Program(argv=(script(folder / "bin" / "kustomize", text), "build"), version="5.8.1")


@pytest.mark.parametrize("text", ["sleep 600", "while :; do echo '# more'; sleep 0.1; done"])
def test_a_render_that_never_ends_is_stopped(tmp_path: Path, text: str) -> None:
    begun = time.monotonic()
    assert running(tmp_path, text).build(tmp_path, deadline=0.5) == NotBuilt(too_late=True)
    assert time.monotonic() - begun < 5


def test_what_a_stopped_render_had_started_is_stopped_too(tmp_path: Path) -> None:
    program = running(tmp_path, f"sleep 600 & echo $! > {tmp_path}/pid; wait")
    assert program.build(tmp_path, deadline=0.5) == NotBuilt(too_late=True)
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_render_without_bound_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kustomize, "SIZE", 1 << 20)
    program = running(tmp_path, "exec yes '# more'")
    assert program.build(tmp_path, deadline=60) == NotBuilt(too_large=True)


def test_a_huge_render_of_the_real_program_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kustomize, "SIZE", 1000)
    laid_out(tmp_path, kustomization="resources: [cm.yaml]", cm=CM + "# x\n")
    large = CM.replace("a: b", f"a: {'b' * 2000}")
    assert kustomize_program.program().build(tmp_path, deadline=60) == CM.encode()
    laid_out(tmp_path, cm=large)
    assert kustomize_program.program().build(tmp_path, deadline=60) == NotBuilt(too_large=True)


# --- what it is kept from -------------------------------------------------------------------------


class Listener:
    """A server that notes who connects."""

    def __init__(self) -> None:
        """Listen on a free port of this machine, at an address that is not called localhost."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.connected = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with self._socket:
            connection, _ = self._socket.accept()
            self.connected.set()
            connection.close()


@pytest.mark.parametrize("git", ["https://example.invalid/a/b.git", "git@example.invalid:a/b.git"])
def test_git_is_let_to_no_server(tmp_path: Path, git: str) -> None:
    """A remote base is found before; this is what holds if one were not."""
    laid_out(tmp_path, kustomization=f"resources: ['{git}']")
    built = kustomize_program.program().build(tmp_path, deadline=30)
    assert isinstance(built, NotBuilt)
    assert "not allowed" in built.said


def test_a_file_is_asked_of_no_server(tmp_path: Path) -> None:
    laid_out(tmp_path, kustomization="resources: ['http://example.invalid/cm.yaml']")
    built = kustomize_program.program().build(tmp_path, deadline=30)
    assert isinstance(built, NotBuilt)
    assert "127.0.0.1:9" in built.said


def test_with_the_network_allowed_a_file_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = Listener()
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{listener.port}")
    laid_out(tmp_path, kustomization="resources: ['http://example.invalid/cm.yaml']")
    built = kustomize_program.program().build(tmp_path, deadline=30, network=True)
    assert isinstance(built, NotBuilt)
    assert listener.connected.wait(timeout=10)


def test_with_the_network_allowed_it_is_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a pull request names is fetched without the credentials of whoever renders it."""
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/tmp/agent")  # noqa: S108 - only a name
    program = running(tmp_path, "env; ls -A $HOME")
    built = program.build(tmp_path, deadline=30, network=True)
    assert isinstance(built, bytes)
    lines = built.decode().splitlines()
    assert f"HOME={os.environ['HOME']}" not in lines
    assert "GIT_ALLOW_PROTOCOL=https" in lines
    assert not [line for line in lines if "s3cret" in line or "SSH_AUTH_SOCK" in line]
    assert "=" in lines[-1], "the home is empty"


def test_programs_are_not_run(tmp_path: Path) -> None:
    """They are found before; this is what holds if one were not."""
    marker = tmp_path / "was-run"
    plugin = (
        "apiVersion: example.org/v1\nkind: Maker\nmetadata:\n  name: x\n  annotations:\n"
        "    config.kubernetes.io/function: |\n      exec: {path: ./run.sh}\n"
    )
    script(tmp_path / "run.sh", f"touch {marker}")
    laid_out(tmp_path, kustomization="generators: [plugin.yaml]", plugin=plugin)
    assert isinstance(kustomize_program.program().build(tmp_path, deadline=30), NotBuilt)
    assert not marker.exists()
