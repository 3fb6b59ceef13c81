"""Real git against a real server that demands a token."""

from __future__ import annotations

import base64
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING

import pytest

from tests.gitenv import clean_environment
from tests.scripted_http import Asked, Says, Scripted, scripted
from tests.smart_http import Asked as AskedOfGit
from tests.smart_http import run_backend
from understudy.core.errors import UnavailableError
from understudy.forges.github.auth import GitAccess, GivenToken
from understudy.forges.github.place import place_of
from understudy.git.command import Git
from understudy.git.remote import RemoteGit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.scripted_http import Answer
    from understudy.process import Completed

TOKEN = "ghs_for-git-alone-1234"  # noqa: S105 - invented
BASIC = "Basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
DENIED = Says(status=401, headers={"www-authenticate": 'Basic realm="GitHub"'})


def _git(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=cwd,
        env=clean_environment(cwd),
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.strip()


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A server with one repository, a mirror of ours, and the home of a user."""

    server: Scripted
    folder: Path

    @property
    def url(self) -> str:
        return f"{self.server.address}/ada/fleet.git"

    def git(self, *arguments: str, at: str | None = None, token: str = TOKEN) -> Completed:
        return self.opened(at=at, token=token).transport(*arguments)

    def opened(self, *, at: str | None = None, token: str = TOKEN) -> Git:
        place = place_of(at or self.url, {}, certain=True)
        assert place is not None
        access = GitAccess(place, GivenToken(token))
        mirror = self.folder / "mirror.git"
        return Git(directory=mirror, scratch=mirror / "scratch", access=access)

    def says_at_home(self, *settings: tuple[str, str]) -> None:
        for key, value in settings:
            _git(
                "config",
                "--file",
                str(self.folder / "home.conf"),
                "--add",
                key,
                value,
                cwd=self.folder,
            )

    def authorizations(self) -> list[str | None]:
        return [each.headers.get("authorization") for each in self.server.log]


@contextmanager
def _serving(folder: Path) -> Iterator[Scripted]:
    def answer(asked: Asked) -> Answer:
        if asked.headers.get("authorization") != BASIC:
            return DENIED
        path, _, query = asked.path.partition("?")
        status, headers, content = run_backend(
            folder,
            AskedOfGit(
                method=asked.method,
                path=path,
                query=query,
                headers=_as_message(asked),
                body=asked.body,
            ),
        )
        return Says(status=status, headers=headers, body=content)

    with scripted(answer) as server:
        yield server


def _as_message(asked: Asked) -> Message[str, str]:
    message: Message[str, str] = Message()
    for name, text in asked.headers.items():
        message[name] = text
    return message


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Place]:
    hub = tmp_path / "hub"
    (hub / "ada").mkdir(parents=True)
    _git("init", "-q", "--bare", "ada/fleet.git", cwd=hub)
    _git("config", "http.receivepack", "true", cwd=hub / "ada/fleet.git")
    _git("init", "-q", "work", cwd=tmp_path)
    work = tmp_path / "work"
    me = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    _git(*me, "commit", "-q", "--allow-empty", "-m", "one", cwd=work)
    _git("push", "-q", str(hub / "ada/fleet.git"), "HEAD:refs/heads/main", cwd=work)
    _git("clone", "-q", "--bare", str(work), "mirror.git", cwd=tmp_path)
    (tmp_path / "home.conf").touch()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "home.conf"))
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.delenv("GIT_ASKPASS", raising=False)
    monkeypatch.delenv("SSH_ASKPASS", raising=False)
    with _serving(hub) as server:
        yield _Place(server=server, folder=tmp_path)


def test_git_reads_and_writes_with_the_token(place: _Place) -> None:
    read = place.git("ls-remote", place.url)
    written = place.git("push", place.url, "HEAD:refs/heads/staging")

    assert (read.code, written.code) == (0, 0), (read.stderr, written.stderr)
    assert b"refs/heads/main" in read.stdout
    assert set(place.authorizations()) == {BASIC}


def test_the_token_is_in_no_argument_and_in_no_file(place: _Place) -> None:
    place.git("fetch", place.url, "refs/heads/main")

    known = [TOKEN.encode(), BASIC.removeprefix("Basic ").encode()]
    files = [each for each in place.folder.rglob("*") if each.is_file()]
    assert len(files) > 20
    assert not [each for each in files for secret in known if secret in each.read_bytes()]


@pytest.mark.parametrize("suffix", [".git", ""])
@pytest.mark.parametrize("scope", ["", "/", "/ada", "/ada/fleet.git", "/ada/fleet"])
def test_our_header_takes_the_place_of_any_that_the_user_has_set(
    place: _Place, scope: str, suffix: str
) -> None:
    """The server has both names of the repository: one is a link to the other."""
    (place.folder / "hub/ada/fleet").symlink_to("fleet.git")
    url = place.url.removesuffix(".git") + suffix
    theirs = "Authorization: Basic dGhlaXJzOnRoZWlycw=="
    place.says_at_home(
        ("http.extraHeader", theirs), (f"http.{place.server.address}{scope}.extraHeader", theirs)
    )

    done = place.git("ls-remote", url, at=url)

    assert done.code == 0, done.stderr
    assert place.authorizations() == [BASIC] * len(place.server.log)


def _helper(folder: Path) -> tuple[str, str]:
    """Return a helper that offers a password, and notes everything it is asked to do."""
    script = folder / "helper.sh"
    script.write_text(
        f'#!/bin/sh\necho "$1" >> {folder}/asked\ncat >> {folder}/asked\n'
        'if [ "$1" = get ]; then echo username=ada; echo password=of-the-user; fi\n'
    )
    script.chmod(0o755)
    return "credential.helper", str(script)


def test_the_users_helper_is_not_asked_to_keep_our_token(place: _Place) -> None:
    place.says_at_home(_helper(place.folder))

    assert place.git("ls-remote", place.url).code == 0
    assert not (place.folder / "asked").exists()


def test_a_token_that_is_refused_does_not_cost_the_user_his_own_password(place: _Place) -> None:
    """Git tells helpers to erase what did not help."""
    name, helper = _helper(place.folder)
    place.says_at_home((name, helper), (f"credential.{place.server.address}.helper", helper))

    assert place.git("ls-remote", place.url, token="expired").code != 0  # noqa: S106 - invented
    assert not (place.folder / "asked").exists()


def _other_server(log: Sequence[Asked]) -> list[str | None]:
    return [each.headers.get("authorization") for each in log]


def test_another_server_is_not_given_the_token(place: _Place) -> None:
    with scripted(lambda _: DENIED) as other:
        place.git("ls-remote", f"{other.address}/ada/fleet.git")

    assert _other_server(other.log)
    assert set(_other_server(other.log)) == {None}


def test_a_rewritten_address_does_not_take_the_token_along(place: _Place) -> None:
    with scripted(lambda _: DENIED) as other:
        place.says_at_home((f"url.{other.address}/.insteadOf", f"{place.server.address}/"))
        place.git("ls-remote", place.url)

    assert set(_other_server(other.log)) == {None}


def test_a_redirect_does_not_take_the_token_to_another_server(place: _Place) -> None:
    with _serving(place.folder / "hub") as other:
        plain = other.script
        other.script = lambda asked: plain(_with_token(asked))

        def away(asked: Asked) -> Answer:
            return Says(status=302, headers={"location": f"{other.address}{asked.path}"})

        place.server.script = away
        place.git("ls-remote", place.url)

    assert set(_other_server(other.log)) <= {None}


def _with_token(asked: Asked) -> Asked:
    headers = {**asked.headers, "authorization": BASIC}
    return Asked(method=asked.method, path=asked.path, headers=headers, body=asked.body)


def test_a_repository_that_was_renamed_is_told_by_its_status(place: _Place) -> None:
    place.server.script = lambda asked: Says(
        status=301, headers={"location": f"{place.server.address}/ada/new{asked.path[10:]}"}
    )

    done = place.git("ls-remote", place.url)

    assert (done.code, b"error: 301" in done.stderr) == (128, True)
    link = RemoteGit(git=place.opened(), address=place.url)
    with pytest.raises(UnavailableError) as caught:
        link.read()
    assert "give its new address" in caught.value.hint
