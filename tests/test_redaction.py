from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from understudy import redaction
from understudy.redaction import keep_secret, redacted

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(redaction, "_secrets", set())
        yield


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("https://me:word@host/x", "https://***@host/x"),
        ("ssh://git@host/x", "ssh://git@host/x"),
        (
            "see SSH://git@host:22/x, git+ssh://me@host",
            "see SSH://git@host:22/x, git+ssh://me@host",
        ),
        ("ssh://git:word@host/x", "ssh://***@host/x"),
        ("ssh://git%3Aword@host/x", "ssh://***@host/x"),
        ("ssh://a@b@host/x", "ssh://***@host/x"),
        ("ssh://git@host/x https://word@host/x", "ssh://git@host/x https://***@host/x"),
        ("openssh://word@host/x", "openssh://***@host/x"),
        ("https://me:a@b@host/x and http://x:y@z/", "https://***@host/x and http://***@z/"),
        ("git@host:x", "git@host:x"),
        ("https://host/@name", "https://host/@name"),
    ],
)
def test_credentials_in_addresses_are_blanked(said: str, shown: str) -> None:
    assert redacted(said) == shown


def test_what_is_known_to_be_secret_is_blanked_wherever_it_stands() -> None:
    keep_secret("s3cr3t")

    assert redacted("a s3cr3t, as3cr3tb") == "a ***, a***b"


def test_a_secret_that_holds_another_is_blanked_whole() -> None:
    for secret in ("abcd", "abcdefgh", "efgh", "xabcdefghx"):
        keep_secret(secret)

    assert redacted("xabcdefghx") == "***"


def test_no_secret_is_no_secret() -> None:
    keep_secret("")

    assert redacted("plain") == "plain"
