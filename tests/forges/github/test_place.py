from __future__ import annotations

import traceback

import pytest

from understudy.core.errors import UsageError
from understudy.forges.github.place import place_of

GHES = "https://git.corp.example"


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/Ada/fleet",
        "https://github.com/Ada/fleet.git",
        "https://github.com/Ada/fleet/",
        "https://github.com/Ada/fleet.git/",
        "https://github.com:443/Ada/fleet",
        "https://GitHub.com/Ada/fleet",
        "HTTPS://github.com/Ada/fleet",
        "http://github.com/Ada/fleet",
        "https://ada@github.com/Ada/fleet",
        "https://ada:word@github.com/Ada/fleet.git",
        "git://github.com/Ada/fleet.git",
        "ssh://git@github.com/Ada/fleet.git",
        "ssh://git@github.com:22/Ada/fleet.git",
        "ssh://git@ssh.github.com:443/Ada/fleet.git",
        "git@github.com:Ada/fleet.git",
        "git@github.com:/Ada/fleet.git",
        "org-77@GITHUB.com:Ada/fleet",
        "git@ssh.github.com:Ada/fleet.git",
        "github.com:Ada/fleet.git",
    ],
)
def test_every_way_to_write_an_address_leads_to_the_same_place(address: str) -> None:
    place = place_of(address, {})

    assert place is not None
    assert (place.server, place.repository) == ("https://github.com", "Ada/fleet")
    assert place.url == "https://github.com/Ada/fleet"
    assert (place.rest, place.graphql) == (
        "https://api.github.com",
        "https://api.github.com/graphql",
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "fleet",
        "/srv/git/fleet.git",
        "./a:b/c",
        "C:/git/fleet",
        "file:///github.com/Ada/fleet",
        "https://gist.github.com/Ada/0123abc",
        "https://github.com.evil.example/Ada/fleet",
        "https://github.com@evil.example/Ada/fleet",
        "https://evil.example/github.com/Ada/fleet",
        "https://github.com/Ada",
        "https://github.com/Ada/fleet/pulls",
        "https://github.com//Ada/fleet",
        "https://github.com/../fleet",
        "https://github.com/Ada/..",
        "https://github.com/Ada/.",
        "https://github.com/Ada/.git",
        "https://github.com/Ada/fl%65et",
        "https://github.com/Ada/fleet\nx",
        "https://[github.com/Ada/fleet",
        "git@github.com:Ada",
        "git@gitlab.com:Ada/fleet.git",
        "https://git.corp.example/Ada/fleet",
    ],
)
def test_what_is_not_on_github_as_far_as_can_be_told_has_no_place(address: str) -> None:
    assert place_of(address, {}) is None


def test_a_repository_may_be_called_as_github_calls_its_own() -> None:
    place = place_of("https://github.com/Ada/.github", {})

    assert place is not None
    assert place.name == ".github"


@pytest.mark.parametrize(
    ("server", "address"),
    [
        (GHES, f"{GHES}/ada/fleet.git"),
        (f"{GHES}/", "https://GIT.corp.example:443/ada/fleet"),
        ("https://GIT.corp.example", f"{GHES}/ada/fleet"),
        (GHES, "git@git.corp.example:ada/fleet.git"),
        (GHES, "ssh://git@git.corp.example:2222/ada/fleet.git"),
        (f"{GHES}:8443", f"{GHES}:8443/ada/fleet.git"),
        (f"{GHES}:8443", "ssh://git@git.corp.example:2222/ada/fleet.git"),
    ],
)
def test_the_server_that_a_workflow_run_names_is_github(server: str, address: str) -> None:
    place = place_of(address, {"GITHUB_SERVER_URL": server})

    assert place is not None
    server = server.rstrip("/")
    assert (place.server, place.repository) == (server, "ada/fleet")
    assert (place.rest, place.graphql) == (f"{server}/api/v3", f"{server}/api/graphql")


def test_the_server_of_the_run_says_where_it_is_asked() -> None:
    environment = {
        "GITHUB_SERVER_URL": GHES,
        "GITHUB_API_URL": "https://api.corp.example/",
        "GITHUB_GRAPHQL_URL": "https://api.corp.example/graphql",
    }

    here = place_of(f"{GHES}/ada/fleet", environment)
    elsewhere = place_of("https://github.com/ada/fleet", environment)

    assert here is not None
    assert elsewhere is not None
    assert (here.rest, here.graphql) == (
        "https://api.corp.example",
        "https://api.corp.example/graphql",
    )
    assert elsewhere.rest == "https://api.github.com"
    assert place_of("https://other.example/ada/fleet", environment) is None


@pytest.mark.parametrize(
    ("address", "server"),
    [
        (f"{GHES}/ada/fleet.git", GHES),
        (f"{GHES}:8443/ada/fleet.git", f"{GHES}:8443"),
        ("ssh://git@git.corp.example:2222/ada/fleet.git", GHES),
        ("git@git.corp.example:ada/fleet.git", GHES),
        ("http://127.0.0.1:8080/ada/fleet", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/ada/fleet", "http://[::1]:8080"),
    ],
)
def test_who_is_certain_may_name_any_server(address: str, server: str) -> None:
    place = place_of(address, {}, certain=True)

    assert place is not None
    assert (place.server, place.rest) == (server, f"{server}/api/v3")


@pytest.mark.parametrize(
    "address", ["", "/srv/git/fleet.git", "https://github.com/ada", "file:///x/y"]
)
def test_who_is_certain_is_told_where_it_cannot_be(address: str) -> None:
    with pytest.raises(UsageError, match="is not the address of a repository on GitHub"):
        place_of(address, {}, certain=True)


def test_an_address_is_told_without_its_password() -> None:
    word = "pass-" + "word"
    with pytest.raises(UsageError) as caught:
        place_of(f"https://ada:{word}@git.corp.example/ada", {}, certain=True)

    assert word not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "environment",
    [
        {"GITHUB_SERVER_URL": "http://git.corp.example"},
        {"GITHUB_SERVER_URL": GHES, "GITHUB_API_URL": "http://git.corp.example/api/v3"},
        {"GITHUB_SERVER_URL": GHES, "GITHUB_GRAPHQL_URL": "http://git.corp.example/graphql"},
        {"GITHUB_SERVER_URL": GHES, "GITHUB_API_URL": "http://127.0.0.1.evil.example/api"},
        {"GITHUB_SERVER_URL": GHES, "GITHUB_API_URL": "api"},
        {"GITHUB_SERVER_URL": GHES, "GITHUB_API_URL": "https:///api"},
        {
            "GITHUB_SERVER_URL": "http://git.corp.example",
            "GITHUB_API_URL": "https://git.corp.example/api/v3",
            "GITHUB_GRAPHQL_URL": "https://git.corp.example/api/graphql",
        },
    ],
)
def test_a_token_is_never_sent_unencrypted(environment: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="a token would be seen"):
        place_of("git@git.corp.example:ada/fleet.git", environment)
