from __future__ import annotations

import pytest

from understudy.gitops.doctor.commands import Commands, secret_missed, without_credentials


def test_each_repeats_what_it_takes() -> None:
    commands = Commands(
        flags="--repo x --stage s", in_clone="--stage s", stage="--stage s", cluster="--context c"
    )

    assert [commands.init, commands.add_app, commands.check, commands.fix] == [
        "understudy init --flux --stage s",
        "understudy overlay add APP --stage s",
        "understudy check --repo x --stage s",
        "understudy doctor --fix --stage s",
    ]
    assert commands.flux("get", "a b") == "flux get 'a b' --context c"


def test_where_nothing_was_given_nothing_is_repeated() -> None:
    assert Commands().check == "understudy check"
    assert Commands().make_secret("s", namespace="n", url="") == (
        "flux create secret git s --namespace n --url URL"
    )


@pytest.mark.parametrize(
    ("url", "typed"),
    [
        ("https://me:word@host:8443/x", "https://host:8443/x"),
        ("https://***@host/x", "https://host/x"),
        ("ssh://git@host/x", "ssh://git@host/x"),
        ("ssh://git:word@host/x", "ssh://***@host/x"),
        ("https://me:word@[host/x", "https://***@[host/x"),
    ],
)
def test_an_address_can_be_typed_and_holds_no_credential(url: str, typed: str) -> None:
    assert without_credentials(url) == typed


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("failed to get secret 'flux-system/key': secrets \"key\" not found", "key"),
        ("Secret 'key' not found", "key"),
        ("the secret is fine, the branch was not found", None),
    ],
)
def test_the_secret_that_flux_misses_is_told_by_its_message(message: str, name: str | None) -> None:
    assert secret_missed(message) == name
