"""What would refuse a push to the stage branch: classic protection, and rulesets (trap 22).

Neither covers `refs/understudy/*`, where the records are: they speak of branches and tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from understudy.core.diagnosis import Examination, fine, problem, warning
from understudy.core.errors import RefusedError
from understudy.forges.github.protection import rules
from understudy.forges.github.queries import query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from understudy.core.diagnosis import Observation
    from understudy.forges.github.client import GitHub
    from understudy.forges.github.doctor_subject import Subject
    from understudy.forges.github.protection import Rule

REFUSING = {
    "update": "refuses every push",
    "non_fast_forward": "refuses force-pushes, and the stage is built anew each time",
    "pull_request": "refuses pushes that go past a pull request",
    "required_linear_history": "refuses merge commits",
    "required_signatures": "refuses commits without a signature",
    "required_status_checks": "refuses commits whose checks have not passed yet",
    "required_deployments": "refuses commits that were not deployed before",
    "merge_queue": "refuses what does not come through the merge queue",
    "workflows": "refuses commits for which its workflows have not passed yet",
    "code_scanning": "refuses commits that were not scanned before",
    "license_compliance_scanning": "refuses commits that were not scanned before",
}
"""Rules that no stage gets past. https://docs.github.com/en/rest/repos/rules names them all."""

NEW_BRANCH = {"creation": "refuses new branches"}
"""Rules that stand in the way until the branch is there."""

TEXTS = {
    "commit_message_pattern": "the message is `Merge pull request <number> (<commit>)`",
    "commit_author_email_pattern": "the author is understudy <noreply@understudy.invalid>",
    "committer_email_pattern": "the committer is understudy <noreply@understudy.invalid>",
    "branch_name_pattern": "the name of the branch is the stage's",
    "file_path_restriction": "every path that a pull request touches is pushed",
    "max_file_path_length": "every path that a pull request touches is pushed",
    "file_extension_restriction": "every file that a pull request touches is pushed",
    "max_file_size": "every file that a pull request touches is pushed",
}
"""Rules that hold for some pushes and not for others."""

HARMLESS = frozenset(("deletion", "tag_name_pattern", "copilot_code_review"))

_BYPASSED = frozenset(("always", "exempt"))


class _Ruleset(msgspec.Struct, frozen=True):
    current_user_can_bypass: str = ""


class UpdateRule(msgspec.Struct, frozen=True, rename="camel"):
    """What of classic protection binds the one who asks; the same to administrators and others."""

    allows_force_pushes: bool = True
    viewer_can_push: bool = True
    requires_linear_history: bool = False
    requires_signatures: bool = False
    required_approving_review_count: int | None = None
    required_status_check_contexts: tuple[str | None, ...] | None = None


class _Ref(msgspec.Struct, frozen=True, rename="camel"):
    ref_update_rule: UpdateRule | None = None


class _Repository(msgspec.Struct, frozen=True):
    ref: _Ref | None = None


class Ruled(msgspec.Struct, frozen=True):
    """The answer to `UpdateRule`."""

    repository: _Repository


def stage_branch(subject: Subject) -> tuple[Examination, ...]:
    """Return a look at each of GitHub's two systems."""
    return (
        Examination(id="stage-rules", look=lambda: _rules(subject)),
        Examination(id="stage-protection", look=lambda: _protection(subject)),
    )


# --- rulesets ------------------------------------------------------------------------------------


def _rules(subject: Subject) -> Iterator[Observation]:
    branch = subject.lane.stage.branch
    held = rules(subject.github, branch)
    bypassed = _bypassed(subject.github, {rule.ruleset_id for rule in held})
    binding = [rule for rule in held if rule.ruleset_id not in bypassed]
    place = f"{subject.github.place.url}/rules?ref=refs%2Fheads%2F{branch.replace('/', '%2F')}"
    yield from judged(binding, branch, place=place, is_new=subject.tip(branch) is None)


def judged(
    binding: Iterable[Rule], branch: str, *, place: str, is_new: bool
) -> Iterator[Observation]:
    """Say what each rule means for the stage branch. `place` is the page that shows the rules."""
    row, seen = "stage-rules", False
    remedy = f"Let understudy bypass the ruleset, or take `{branch}` out of it: {place}"
    refusing = REFUSING | (NEW_BRANCH if is_new else {})
    for kind in dict.fromkeys(rule.type for rule in binding):
        seen = True
        if kind in refusing:
            evidence = f"the rule `{kind}` holds for `{branch}`: it {refusing[kind]}"
            yield problem(row, evidence, remedy=remedy)
        elif kind in TEXTS:
            evidence = f"the rule `{kind}` holds for `{branch}`, and {TEXTS[kind]}"
            yield warning(row, evidence, remedy=f"See that it fits, or: {remedy}")
        elif kind in HARMLESS or kind in NEW_BRANCH:
            yield fine(row, f"the rule `{kind}` holds for `{branch}`, and stops no rebuild")
        else:
            evidence = f"the rule `{kind}` holds for `{branch}`, and it is not known what it does"
            yield warning(row, evidence, remedy=f"See what it does: {place}")
    if not seen:
        yield fine(row, f"no rule of a ruleset binds us on `{branch}`")


def _bypassed(github: GitHub, rulesets: Iterable[int | None]) -> frozenset[int]:
    """Return those that do not hold for us. One that is not shown to us is taken to hold."""
    found = set()
    for ruleset in rulesets:
        if ruleset is None:
            continue
        try:
            shown = github.get(github.path("rulesets", ruleset), _Ruleset)
        except RefusedError:
            continue
        if shown.current_user_can_bypass in _BYPASSED:
            found.add(ruleset)
    return frozenset(found)


# --- classic protection --------------------------------------------------------------------------


def _protection(subject: Subject) -> Iterator[Observation]:
    row, branch, github = "stage-protection", subject.lane.stage.branch, subject.github
    if subject.tip(branch) is None:
        yield fine(row, f"`{branch}` is not there yet")
        return
    place = github.place
    answer, _ = github.graphql(
        query("UpdateRule"),
        Ruled,
        owner=place.owner,
        name=place.name,
        branch=f"refs/heads/{branch}",
    )
    rule = answer.repository.ref.ref_update_rule if answer.repository.ref else None
    yield of_protection(rule, branch, place=f"{place.url}/settings/branches")


def of_protection(rule: UpdateRule | None, branch: str, *, place: str) -> Observation:
    """Say what classic protection means for a stage. `place` is the page of its settings."""
    row = "stage-protection"
    if rule is None:
        return fine(row, f"no classic protection binds us on `{branch}`")
    against = {
        "we may not push": not rule.viewer_can_push,
        "force-pushes are not allowed": not rule.allows_force_pushes,
        "merge commits are not allowed": rule.requires_linear_history,
        "commits must be signed": rule.requires_signatures,
        "pull requests are demanded": rule.required_approving_review_count is not None,
        "checks are demanded": bool(rule.required_status_check_contexts),
    }
    reasons = [reason for reason, holds in against.items() if holds]
    if not reasons:
        return fine(row, f"the protection of `{branch}` lets us force-push")
    remedy = f"Allow understudy to force-push to `{branch}`, or take its protection off: {place}"
    return problem(row, f"`{branch}` is protected: {', '.join(reasons)}", remedy=remedy)
