from __future__ import annotations

import subprocess
import sys
import textwrap
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gitenv import clean_environment
from tests.github.fake.tokens import GitHubApp
from understudy.core.config import Config, ForgeKind, Stage
from understudy.core.errors import ConfigError, UsageError
from understudy.core.ports import USERS_OWN_ACCESS
from understudy.forge_choice import Asked, ForgeWhenAsked, Host, host_of
from understudy.forges.github.auth import GitAccess, GivenToken
from understudy.wiring import Options, SystemClock, open_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.ports import Forge

GITHUB = "https://github.com/ada/fleet.git"
VARIABLES = (
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GITHUB_APP_ID",
    "GITHUB_APP_PRIVATE_KEY",
    "GITHUB_SERVER_URL",
    "GITHUB_API_URL",
    "GITHUB_GRAPHQL_URL",
    "GITHUB_RUN_ID",
    "UNDERSTUDY_DEADLINE",
)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


class _Remote:
    """A remote that nobody asks here."""

    def advertised(self, _: object) -> dict[str, str]:
        raise AssertionError

    def default_branch(self) -> str:
        raise AssertionError

    def notes(self, _: object, __: object) -> dict[str, bytes]:
        raise AssertionError


@contextmanager
def _forge(
    address: str = GITHUB,
    *,
    kind: ForgeKind | None = None,
    configured: ForgeKind = ForgeKind.AUTO,
    listing: Path | None = None,
) -> Iterator[Forge]:
    with host_of(address, kind=kind, clock=SystemClock()) as host:
        asked = Asked(
            remote=_Remote(),  # type: ignore[arg-type]
            host=host,
            kind=kind,
            listing=listing,
            config=Config(forge=configured),
            stage_name="staging",
            stage=Stage(branch="staging"),
        )
        yield ForgeWhenAsked(asked)._chosen  # noqa: SLF001 - which one it is, is the question


AUTO, ON_GITHUB, PLAIN = ForgeKind.AUTO, ForgeKind.GITHUB, ForgeKind.PLAIN
ELSEWHERE = "/srv/git/fleet.git"


@pytest.mark.parametrize(
    ("address", "kind", "configured", "expected"),
    [
        (GITHUB, None, AUTO, "GitHubForge"),
        (GITHUB, PLAIN, AUTO, "PlainForge"),
        (GITHUB, None, PLAIN, "PlainForge"),
        (GITHUB, ON_GITHUB, PLAIN, "GitHubForge"),
        (GITHUB, AUTO, PLAIN, "GitHubForge"),
        (ELSEWHERE, None, AUTO, "PlainForge"),
        (ELSEWHERE, None, PLAIN, "PlainForge"),
        ("https://git.corp.example/ada/fleet", None, AUTO, "PlainForge"),
        ("https://git.corp.example/ada/fleet", ON_GITHUB, AUTO, "GitHubForge"),
    ],
)
def test_which_forge_is_asked(
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    kind: ForgeKind | None,
    configured: ForgeKind,
    expected: str,
) -> None:
    monkeypatch.setenv("GH_TOKEN", "a-token-of-forge-choice")

    with _forge(address, kind=kind, configured=configured) as forge:
        assert type(forge).__name__ == expected


def test_a_listing_comes_before_any_forge(tmp_path: Path) -> None:
    with _forge(listing=tmp_path / "list.yaml") as forge:
        assert type(forge).__name__ == "ListingForge"


def test_a_configured_github_needs_an_address_that_is_one() -> None:
    with (
        pytest.raises(UsageError, match="the remote's address is not known"),
        _forge(ELSEWHERE, configured=ON_GITHUB),
    ):
        pass


def test_without_a_token_github_is_not_asked_and_git_goes_its_own_way() -> None:
    with host_of(GITHUB, kind=None, clock=SystemClock()) as host:
        assert host is not None
        assert host.access() is USERS_OWN_ACCESS
    with pytest.raises(UsageError, match="There is no token to read"), _forge():
        pass


def test_a_token_lets_git_in_without_asking_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "a-token-of-forge-choice")

    with host_of(GITHUB, kind=None, clock=SystemClock()) as host:
        assert host is not None
        assert isinstance(host.access(), GitAccess)
        assert host.credentials == GivenToken("a-token-of-forge-choice")


def test_a_remote_elsewhere_is_not_given_what_github_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "a-token-of-forge-choice")

    with host_of("https://git.example/ada/fleet", kind=None, clock=SystemClock()) as host:
        assert host is None


def test_an_app_and_github_are_asked_through_one_transport(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GITHUB_APP_ID", "4242")
    monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY", GitHubApp().private_key)

    with host_of(GITHUB, kind=None, clock=SystemClock()) as host:
        assert isinstance(host, Host)
        assert host.github().transport is host.github().transport


@pytest.mark.parametrize("said", ["soon", "-5", "0", "1.5", "\N{ARABIC-INDIC DIGIT FIVE}"])
def test_a_deadline_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "a-token-of-forge-choice")
    monkeypatch.setenv("UNDERSTUDY_DEADLINE", said)

    with pytest.raises(UsageError, match="must be a number of seconds"), _forge():
        pass


_ASKING = f"""
from understudy.core.errors import ConfigError, UsageError
from understudy.forge_choice import host_of
from understudy.wiring import Options, SystemClock, open_project
with host_of({GITHUB!r}, kind=None, clock=SystemClock()) as host:
    host.access()
"""


def _python(code: str, home: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys{code}"],
        env={
            **clean_environment(home),
            "PYTHONPATH": str(Path(__file__).parents[1] / "src"),
            **environment,
        },
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.strip()


def test_what_is_not_needed_is_not_loaded(tmp_path: Path) -> None:
    """Reading history from a clone of GitHub loads no HTTP client, even with a token."""
    code = "print(*sorted({'httpx2', 'gidgethub', 'jwt', 'ssl'} & sys.modules.keys()))"

    assert _python(_ASKING + code, tmp_path, GITHUB_TOKEN="a-token") == ""  # noqa: S106 - invented


def _told(done: str) -> str:
    return f"""
try:{textwrap.indent(_ASKING + done, "    ")}
except UsageError as error:
    print(error.message)
"""


@pytest.mark.parametrize("missing", ["httpx2", "gidgethub"])
def test_who_lacks_the_extra_is_told_which(tmp_path: Path, missing: str) -> None:
    key = GitHubApp().private_key
    told = f"GitHub cannot be asked: the Python package `{missing}` is not installed."
    code = f"\nsys.modules[{missing!r}] = None\nfrom understudy.core.errors import UsageError"
    code += _told("    host.github()")

    assert _python(code, tmp_path, GITHUB_TOKEN="a-token") == told  # noqa: S106 - invented
    app = {"GITHUB_APP_ID": "4242", "GITHUB_APP_PRIVATE_KEY": key}
    assert _python(code, tmp_path, **app) == told


def test_a_forge_without_protection_is_not_asked_for_it(tmp_path: Path) -> None:
    """Else `branch-protection` would mean "all checks count", and nobody would know."""
    remote = tmp_path / "fleet.git"
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True)
    configuration = tmp_path / "understudy.yaml"
    configuration.write_text("stages: {staging: {checks: {required: branch-protection}}}\n")
    options = Options(repo=str(remote), config=configuration, cache=tmp_path / "cache")

    with (
        open_project(options) as project,
        pytest.raises(ConfigError, match="there is no forge that has any"),
    ):
        project.forge.snapshot(None)
