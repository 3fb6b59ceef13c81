"""The bare repository behind the fake: refs and ancestry. It knows no pull request's story."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.gitenv import clean_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ZERO = "0" * 40
_SETTINGS = """\
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[receive]
	hideRefs = refs/pull
"""


class GitStore:
    """A bare repository that GitHub would hold."""

    def __init__(self, folder: Path) -> None:
        """Take a bare repository and set it up as GitHub has its own."""
        self.folder = folder
        self._environment = clean_environment(folder.parent)
        with (folder / "config").open("a") as config:
            config.write(_SETTINGS)
        hook = folder / "hooks" / "update"
        hook.write_text(UPDATE_HOOK)
        hook.chmod(0o755)

    def branches(self) -> dict[str, str]:
        """Return the tip of every branch."""
        return self._refs("refs/heads/")

    def default_branch(self) -> str:
        """Return the branch that HEAD names."""
        return self.run("symbolic-ref", "--short", "HEAD").strip()

    def has_commit(self, oid: str) -> bool:
        """Tell whether a full id is a commit here."""
        return self._ask("cat-file", "-e", f"{oid}^{{commit}}")

    def is_ancestor(self, old: str, new: str) -> bool:
        """Tell whether `new` contains `old`."""
        return self._ask("merge-base", "--is-ancestor", old, new)

    def pull_heads_in(self, tip: str) -> dict[int, str]:
        """Return number and head of every pull request that a commit contains."""
        found = self._refs("refs/pull/", f"--merged={tip}")
        return {int(name.partition("/")[0]): oid for name, oid in found.items()}

    def set_pull_heads(self, heads: Mapping[int, str]) -> None:
        """Set `refs/pull/N/head`."""
        lines = (f"update refs/pull/{number}/head {oid}\n" for number, oid in heads.items())
        self.run("update-ref", "--stdin", text="".join(lines))

    def set_ref(self, ref: str, oid: str) -> None:
        """Set any ref."""
        self.run("update-ref", ref, oid)

    def run(self, *arguments: str, text: str = "") -> str:
        """Run git in the repository."""
        done = self._call(arguments, text)
        assert done.returncode == 0, f"git {arguments}: {done.stderr}"
        return done.stdout

    def _refs(self, prefix: str, *options: str) -> dict[str, str]:
        form = "--format=%(objectname) %(refname)"
        lines = self.run("for-each-ref", form, *options, prefix).splitlines()
        pairs = (line.split(" ", 1) for line in lines)
        return {name.removeprefix(prefix): oid for oid, name in pairs}

    def _ask(self, *arguments: str) -> bool:
        return self._call(arguments, "").returncode == 0

    def _call(self, arguments: tuple[str, ...], text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self._environment,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )


UPDATE_HOOK = """\
#!/bin/sh
# Refuses one ref of a push as GitHub would. FAKE_GITHUB is a folder that the server made for this
# push; without it the push came by path, from somebody who may do anything.
[ -n "$FAKE_GITHUB" ] || exit 0
if [ -f "$FAKE_GITHUB/says/$1" ]; then
    cat "$FAKE_GITHUB/says/$1" >&2
    exit 1
fi
old=$(echo "$2" | tr -d 0)
if [ -f "$FAKE_GITHUB/forced/$1" ] && [ -n "$old" ]; then
    if ! git merge-base --is-ancestor "$2" "$3"; then
        cat "$FAKE_GITHUB/forced/$1" >&2
        exit 1
    fi
fi
[ -f "$FAKE_GITHUB/no-workflows" ] || exit 0
mine=$(git rev-parse --quiet --verify "$3:.github/workflows") || exit 0
git for-each-ref --format='%(objectname):.github/workflows' refs/heads |
    git cat-file --batch-check='%(objectname)' | grep -qxF "$mine" && exit 0
base=$(git rev-parse --quiet --verify "$2:.github/workflows") ||
    base=$(git rev-parse --quiet --verify HEAD:.github/workflows) || base=$(git mktree </dev/null)
mkdir -p "$FAKE_GITHUB/workflow/$(dirname "$1")"
git diff-tree -r --name-only "$base" "$mine" | head -n 1 >"$FAKE_GITHUB/workflow/$1"
exit 1
"""
