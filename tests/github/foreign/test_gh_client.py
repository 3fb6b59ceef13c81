"""GitHub's own command line against the fake: what it shows is in the fake, and what we judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.forges.github.opened import opened_in
from tests.github.foreign.gh import Gh
from understudy.core.checks import newest, summarise
from understudy.core.model import CheckState
from understudy.forges.github.protection import required_checks
from understudy.forges.github.reading import Forbidden, read_open_pull_requests
from understudy.forges.github.reported import runs

if TYPE_CHECKING:
    from tests.github.fake.values import StatusState
    from tests.github.world import GitHubWorld
    from understudy.core.model import Check

PASSED, FAILED, PENDING = CheckState.PASSED, CheckState.FAILED, CheckState.PENDING
BUCKETS = {"pass": PASSED, "skipping": PASSED, "fail": FAILED, "pending": PENDING}


@pytest.fixture
def fleet(hub: GitHubWorld, monkeypatch: pytest.MonkeyPatch) -> GitHubWorld:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    hub.base({"app.yaml": "image: 1\n"})
    return hub


@pytest.fixture
def gh(fleet: GitHubWorld) -> Gh:
    return Gh(fleet, fleet.tokens.classic("repo", "workflow"))


def _judged(hub: GitHubWorld) -> dict[int, tuple[Check, ...]]:
    """Return what understudy reads of the checks of each pull request."""
    with opened_in(hub) as github:
        read = read_open_pull_requests(github, "master", stage_ref="staging").pull_requests
    judged = {}
    for each in read:
        assert not isinstance(each.reported, Forbidden)
        judged[each.node.number] = newest(runs(each.reported))
    return judged


def _is_well(checks: tuple[Check, ...]) -> bool:
    summary = summarise(checks)
    return not (summary.failed or summary.pending or summary.missing)


# --- pull requests --------------------------------------------------------------------------------


def test_what_gh_lists_is_what_there_is(fleet: GitHubWorld, gh: Gh) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, labels=["no-stage", "big"], title="One", body="Why")
    fleet.pull_request(2, {"two.yaml": "2\n"}, draft=True, fork="mallory/fleet")
    fleet.pull_request(3, {"three.yaml": "3\n"}, author="renovate[bot]")
    fleet.pull_request(4, {"four.yaml": "4\n"}, branch="topic/4")
    fleet.pull_request(5, {"five.yaml": "5\n"})
    fleet.land(4)
    fleet.close(5)

    fields = ["number", "title", "body", "state", "isDraft", "isCrossRepository", "url", "labels"]
    refs = ["headRefName", "headRefOid", "baseRefName", "author"]
    listed = gh.listed("--state", "all", "--json", ",".join(fields + refs))

    assert [it["number"] for it in listed] == [5, 4, 3, 2, 1]
    for shown in listed:
        known = fleet.at(shown["number"])
        author, labels = shown.pop("author"), shown.pop("labels")
        assert shown == {
            "number": known.number,
            "title": known.title,
            "body": known.body,
            "state": fleet.state(known.number),
            "isDraft": known.draft,
            "isCrossRepository": known.from_fork,
            "url": f"{fleet.fake.root}/ada/fleet/pull/{known.number}",
            "headRefName": known.head_ref,
            "headRefOid": known.head.oid,
            "baseRefName": "master",
        }
        assert author["login"].removeprefix("app/") == known.author.login
        assert author["is_bot"] == (known.author.kind == "Bot")
        assert [it["name"] for it in labels] == [it.name for it in known.labels]
    assert [it["state"] for it in listed] == ["CLOSED", "MERGED", "OPEN", "OPEN", "OPEN"]


def test_trap_09_gh_too_reads_long_lists_to_their_end(fleet: GitHubWorld, gh: Gh) -> None:
    for number in range(1, 106):
        fleet.model.add_pull_request(number, f"{number:040x}")
    for number in range(120):
        fleet.check(1, f"job {number:03d}", "success")
    query = """query($endCursor: String) { repository(owner: "ada", name: "fleet") {
        pullRequests(first: 40, after: $endCursor, states: OPEN) {
            nodes { number } pageInfo { hasNextPage endCursor } } } }"""
    numbers = ".data.repository.pullRequests.nodes[].number"

    listed = gh.listed("--limit", "200", "--json", "number")
    paged = gh.api("graphql", "--paginate", "--jq", numbers, "--raw-field", f"query={query}")
    _, rows = gh.checks(1)

    everything = set(range(1, 106))
    assert {it["number"] for it in listed} == everything
    assert {int(line) for line in paged.split()} == everything == set(_judged(fleet))
    assert [name for name, _ in rows] == [it.name for it in _judged(fleet)[1]]


def test_gh_follows_the_links_of_a_list(fleet: GitHubWorld, gh: Gh) -> None:
    for number in range(1, 5):
        fleet.pull_request(number, {f"{number}.yaml": "1\n"})

    listed = gh.api("repos/ada/fleet/activity?per_page=2", "--paginate", "--jq", ".[].after")

    assert listed.split() == [it.after for it in reversed(fleet.model.repository.activity)]
    assert len(listed.split()) == 5


# --- checks ---------------------------------------------------------------------------------------

CONCLUSIONS = {
    "success": "pass",
    "neutral": "skipping",
    "skipped": "skipping",
    "failure": "fail",
    "cancelled": "fail",
    "timed_out": "fail",
    "action_required": "fail",
    "startup_failure": "pending",
    "stale": "pending",
    "queued": "pending",
    "in_progress": "pending",
    "waiting": "pending",
    "requested": "pending",
    "pending": "pending",
}
DIFFERENT = {"startup_failure": FAILED}
"""gh takes for pending what it does not know. Such a run will never end: for us it has failed."""


def test_trap_07_each_conclusion_is_judged_as_gh_sorts_it(fleet: GitHubWorld, gh: Gh) -> None:
    numbers = dict(enumerate(CONCLUSIONS, start=1))
    for number, word in numbers.items():
        fleet.model.add_pull_request(number, f"{number:040x}")
        fleet.check(number, "lint", word)

    judged = _judged(fleet)

    for number, word in numbers.items():
        [ours] = judged[number]
        is_well, rows = gh.checks(number)
        assert rows == [("lint", CONCLUSIONS[word])], word
        assert ours.state is DIFFERENT.get(word, BUCKETS[CONCLUSIONS[word]]), word
        assert is_well == _is_well((ours,)), word


@pytest.mark.parametrize(
    ("state", "bucket"),
    [("success", "pass"), ("pending", "pending"), ("failure", "fail"), ("error", "fail")],
)
def test_trap_03_each_state_of_a_status_is_judged_as_gh_sorts_it(
    fleet: GitHubWorld, gh: Gh, state: StatusState, bucket: str
) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "success"})
    fleet.status(1, "ci/build", "pending")
    fleet.status(1, "ci/build", state)

    judged = _judged(fleet)[1]

    assert gh.checks(1) == (_is_well(judged), [("ci/build", bucket), ("lint", "pass")])
    assert [(it.name, it.state) for it in judged] == [
        ("ci/build", BUCKETS[bucket]),
        ("lint", PASSED),
    ]


class Rerun(NamedTuple):
    """Runs of one check, in order; what gh shows of them; and what we judge."""

    reported: list[tuple[str, dict[str, Any]]]
    shown: list[list[str]]
    judged: list[CheckState]


RERUNS = {
    "a newer success": Rerun([("failure", {}), ("success", {})], [["pass"]], [PASSED]),
    "a newer failure": Rerun([("success", {}), ("failure", {})], [["fail"]], [FAILED]),
    "a run that was cancelled for a newer one": Rerun(
        [("cancelled", {}), ("success", {})], [["pass"]], [PASSED]
    ),
    "a newer run that goes on": Rerun(
        [("success", {}), ("in_progress", {})], [["pending"]], [PENDING]
    ),
    # gh sorts by the start, and what has not begun comes last: it shows the run that is replaced.
    "a newer run that has not begun": Rerun(
        [("success", {}), ("queued", {})], [["pass"]], [PENDING]
    ),
    # Each counts for us, as on GitHub's pages. gh before 2.32 takes one for a repetition.
    "two events": Rerun(
        [("failure", {"event": "push"}), ("success", {"event": "pull_request"})],
        [["pass"], ["fail", "pass"]],
        [PASSED, FAILED],
    ),
    # Neither app can speak for the other. gh takes one for a repetition.
    "two apps": Rerun(
        [("failure", {"app": "one-ci"}), ("success", {"app": "other-ci"})],
        [["pass"]],
        [FAILED, PASSED],
    ),
    "two workflows": Rerun(
        [("failure", {"workflow": "CI"}), ("success", {"workflow": "Nightly"})],
        [["fail", "pass"]],
        [FAILED, PASSED],
    ),
}


@pytest.mark.parametrize("case", RERUNS.values(), ids=RERUNS)
def test_trap_04_of_several_runs_the_newest_counts(fleet: GitHubWorld, gh: Gh, case: Rerun) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"})
    for word, about in case.reported:
        fleet.check(1, "lint", word, **about)

    _, rows = gh.checks(1)

    assert [bucket for _, bucket in rows] in case.shown
    assert [it.state for it in _judged(fleet)[1]] == case.judged


def test_trap_06_gh_and_we_find_the_same_checks_required(fleet: GitHubWorld, gh: Gh) -> None:
    fleet.pull_request(1, {"one.yaml": "1\n"}, checks={"lint": "success", "spell": "failure"})
    fleet.status(1, "ci/build", "success")
    fleet.protect("master", ["lint"])
    fleet.ruleset("master", ["ci/build"])

    is_well, rows = gh.checks(1, "--required")

    assert (is_well, [name for name, _ in rows]) == (True, ["ci/build", "lint"])
    with opened_in(fleet) as github:
        assert sorted(required_checks(github, "master") or ()) == ["ci/build", "lint"]
