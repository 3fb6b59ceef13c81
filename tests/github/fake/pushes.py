"""What a push says on the wire, and what GitHub answers to it."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tests.github.fake.git_store import ZERO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from email.message import Message
    from pathlib import Path

    from tests.github.fake.values import Protection, Repository, Ruleset

RULES = {
    "pull_request": "Changes must be made through a pull request.",
    "update": "Cannot update this protected ref.",
    "creation": "Cannot create ref due to creations being restricted.",
    "non_fast_forward": "Cannot force-push to this branch",
}
"""The types of rules that the fake obeys, and what GitHub says of each."""

_REPORT, _LONGEST = 1, 65_515
_OWN_WORDS = b"error: hook declined to update "


class Command(NamedTuple):
    """One ref that a push wants to change."""

    old: str
    new: str
    ref: str


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a ref is refused: what git prints behind its name, and the lines before that."""

    reason: str
    says: str
    when_forced: bool = False
    """Only a push that throws commits away is refused. The hook knows."""


def body_of_push(body: bytes, headers: Message[str, str]) -> bytes:
    """Return the body of a push, inflated."""
    return gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body


def commands(body: bytes) -> list[Command]:
    """Return the refs that a push wants to change."""
    found = []
    for line in _lines(body):
        words = line.partition(b"\0")[0].decode().rstrip("\n").split(" ", 2)
        found.append(Command(*words))
    return found


def refusals(asked: list[Command], repository: Repository, root: str) -> dict[str, Refusal]:
    """Refuse what protection and rulesets forbid, in GitHub's words."""
    refused: dict[str, Refusal] = {}
    for command in asked:
        branch = command.ref.removeprefix("refs/heads/")
        if (protection := repository.protections.get(branch)) is not None:
            refused |= _protected(command.ref, protection)
        page = f"{root}/{repository.full_name}/rules?ref={command.ref.replace('/', '%2F')}"
        for rule in repository.rulesets:
            if rule.branch == branch:
                refused |= _ruled(command, rule, page)
    return refused


def hand_to_hook(refused: Mapping[str, Refusal], folder: Path) -> None:
    """Write down what the hook shall say."""
    for ref, refusal in refused.items():
        target = folder / ("forced" if refusal.when_forced else "says") / ref
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(refusal.says)


def _protected(ref: str, protection: Protection) -> dict[str, Refusal]:
    if protection.pushes and protection.force:
        return {}
    why = protection.says or "Changes must be made through a pull request."
    if protection.pushes:
        why = "Cannot force-push to this branch"
    says = f"error: GH006: Protected branch update failed for {ref}.\nerror: {why}\n"
    reason = "protected branch hook declined"
    return {ref: Refusal(reason=reason, says=says, when_forced=protection.pushes)}


def _ruled(command: Command, ruleset: Ruleset, page: str) -> dict[str, Refusal]:
    unmet = {rule: RULES[rule] for rule in ruleset.rules}
    if command.old != ZERO:
        unmet.pop("creation", None)
    if not unmet:
        return {}
    forced = set(unmet) == {"non_fast_forward"}
    whys = [ruleset.says] if ruleset.says else unmet.values()
    says = (
        f"error: GH013: Repository rule violations found for {command.ref}.\n"
        f"Review all repository rules at {page}\n\n" + "".join(f"- {why}\n\n" for why in whys)
    )
    reason = "push declined due to repository rule violations"
    return {command.ref: Refusal(reason=reason, says=says, when_forced=forced)}


def refuse_workflow(path: str, *, app: bool, classic: bool) -> str:
    """Return why a push may not change a workflow."""
    who = "a GitHub App" if app else "a Personal Access Token"
    what = "`workflow` scope" if classic else "`workflows` permission"
    return f"refusing to allow {who} to create or update workflow `{path}` without {what}"


def with_reasons(content: bytes, reason: Callable[[str], str | None]) -> bytes:
    """Return the backend's answer with GitHub's reasons where a hook declined."""
    others, report = b"", b""
    for line in _lines(content):
        if line[0] == _REPORT:
            report += line[1:]
        elif not line[1:].startswith(_OWN_WORDS):
            others += _packet(line)
    if not report:
        return content
    told = b"".join(_packet(_retold(line, reason)) for line in _lines(report)) + b"0000"
    packets = (told[at : at + _LONGEST] for at in range(0, len(told), _LONGEST))
    return others + b"".join(_packet(bytes([_REPORT]) + part) for part in packets) + b"0000"


def _retold(line: bytes, reason: Callable[[str], str | None]) -> bytes:
    words = line.decode().rstrip("\n").split(" ", 2)
    if words[0] == "ng" and words[2] == "hook declined" and (found := reason(words[1])):
        return f"ng {words[1]} {found}\n".encode()
    return line


def _lines(body: bytes) -> Iterator[bytes]:
    """Yield the content of packets up to the first flush."""
    at = 0
    while at + 4 <= len(body) and (size := int(body[at : at + 4], 16)):
        yield body[at + 4 : at + size]
        at += size


def _packet(content: bytes) -> bytes:
    return b"%04x" % (len(content) + 4) + content
