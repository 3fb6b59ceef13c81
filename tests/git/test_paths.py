from __future__ import annotations

import subprocess

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from understudy.git.paths import as_text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (b"apps/base/deploy.yaml", "apps/base/deploy.yaml"),
        ("tür/日本".encode(), "tür/日本"),
        (b"with space\nand line", "with space\nand line"),
        (b"back\\slash", "back\\slash"),
        (b'in"side', 'in"side'),
        (b'"leading', '"\\"leading"'),
        (b"latin\xe9", '"latin\\351"'),
        (b"\xff\t\n\\\x01", '"\\377\\t\\n\\\\\\001"'),
        (b"", ""),
    ],
)
def test_utf_8_stays_and_everything_else_is_quoted_as_git_quotes(path: bytes, text: str) -> None:
    assert as_text(path) == text


@given(one=st.binary(), other=st.binary())
@example(one=b"\xff", other=b'"\\377"')
@example(one=b'"', other=b'"\\""')
def test_two_paths_never_become_one(one: bytes, other: bytes) -> None:
    assert (as_text(one) == as_text(other)) == (one == other)


@given(path=st.binary())
def test_the_text_can_always_be_written_down(path: bytes) -> None:
    as_text(path).encode()


def test_quoting_is_gits_own(tmp_path: object) -> None:
    path = b"\xff" + bytes(range(1, 256)).replace(b"/", b"")
    # `git check-ref-format` knows no quoting, `git rev-parse --sq-quote` another: fast-export's is
    # undone by mktree, which reads C-quoted names where -z is not given.
    entry = b"100644 blob " + b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\t"
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path)], check=True)
    at = ["git", "-C", str(tmp_path)]
    quoted = entry + as_text(path).encode() + b"\n"
    tree = subprocess.run(
        [*at, "mktree", "--missing"], input=quoted, check=True, capture_output=True
    ).stdout.strip()
    listed = subprocess.run(
        [*at, "ls-tree", "-z", "--name-only", tree.decode()], check=True, capture_output=True
    ).stdout
    assert listed == path + b"\0"
