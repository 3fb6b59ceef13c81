"""What a stage's records, its branch and what is open now say that somebody should act on.

Rows of a diagnosis, made of values: it reads no repository and asks no forge.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from understudy.core.diagnosis import Health, fine, problem, warning
from understudy.core.guard import HELD
from understudy.core.model import Eligible, Excluded, Reason, Waiting
from understudy.core.record import IN, DecisionWord, Line, LineState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from understudy.core.diagnosis import Observation
    from understudy.core.eligibility import Judged
    from understudy.core.model import CommitSha, PullRequest, Verdict
    from understudy.core.record import Record, RevisionLine

LONG = timedelta(days=1)
"""What has been waiting for so long waits for somebody."""

SHOWN = 10
"""How many pull requests get a row of their own."""

_CHOSEN = frozenset(
    {
        Reason.DRAFT,
        Reason.FORK,
        Reason.LABEL_EXCLUDED,
        Reason.LABEL_MISSING,
        Reason.OTHER_BASE,
        Reason.STAGE_BRANCH,
    }
)
"""Reasons to be out that somebody has chosen."""

_JUDGED = frozenset({LineState.WAITING, LineState.EXCLUDED})
_ONLY_MERGING_TELLS = frozenset({Reason.DEPENDENCY, Reason.UNMERGEABLE, Reason.HEAD_MISSING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A stage as it is now, beside its records, newest first.

    `judged` are the open pull requests as they would be judged now; None: nobody could be asked.
    `advise` says what would let a pull request in, `rebuild` is the command that asks for one, and
    `flags` are what commands repeat to mean the same project.
    """

    branch: str
    base: str
    base_tip: CommitSha | None
    stage_tip: CommitSha | None
    records: Sequence[Record]
    judged: Judged | None
    now: datetime
    advise: Callable[[Line, Record], str]
    rebuild: str
    flags: str = ""

    def command(self, words: str) -> str:
        """Return a command of ours about this stage."""
        return f"understudy {words} {self.flags}".rstrip()


def observations(scene: Scene) -> Iterator[Observation]:
    """Say what became of the stage, whether it is still true, and who is out of it and why."""
    if not scene.records:
        yield _without_records(scene)
        return
    latest = scene.records[0]
    yield from _decided(scene, latest)
    yield from _branch(scene, latest)
    yield _base(scene, latest)
    yield from _news(scene, latest)
    yield from _pull_requests(scene, latest)


def _without_records(scene: Scene) -> Observation:
    if scene.stage_tip is None:
        evidence = f"no rebuild has made `{scene.branch}` yet"
        return fine("record", evidence, remedy=scene.rebuild)
    evidence = f"`{scene.branch}` is there, and no rebuild of it is recorded: others made it"
    return warning("record", evidence, remedy=scene.rebuild)


# --- what the newest record says of the stage ----------------------------------------------------


def _decided(scene: Scene, record: Record) -> Iterator[Observation]:
    """Tell why the stage was not published, if it was not."""
    row, named = "record", _named(record)
    if record.hold is not None:
        hold, by = record.hold, f" by {record.hold.by}" if record.hold.by else ""
        evidence = (
            f"since {_when(hold.since)} `{scene.branch}` is held at record {hold.serial}{by}:"
            " nothing new gets on it"
        )
        yield warning("held", evidence, remedy=scene.command("rebuild --resume"))
    against = [finding for finding in record.findings if finding.rule != HELD]
    match record.decision:
        case DecisionWord.PUBLISHED | DecisionWord.UNCHANGED | DecisionWord.DRY_RUN:
            yield fine(row, f"the newest is {named}: {record.decision.value}")
        case DecisionWord.WITHHELD if not against:
            yield fine(row, f"the newest is {named}: nothing is published while the stage is held")
        case DecisionWord.WITHHELD | DecisionWord.REFUSED:
            for finding in against:
                where = f" ({finding.path})" if finding.path else ""
                evidence = (
                    f"{named} was {record.decision.value}, so `{scene.branch}` stays as it was:"
                    f" {finding.subject}{where}: {finding.message}"
                )
                remedy = f"{finding.remedy} Then: {scene.rebuild}".lstrip()
                yield problem(record.decision.value, evidence, remedy=remedy)
        case _:
            assert_never(record.decision)


def _branch(scene: Scene, record: Record) -> Iterator[Observation]:
    row, published = "stage-branch", record.published
    if published is None or scene.stage_tip == published.commit:
        return
    if scene.stage_tip is None:
        evidence = f"`{scene.branch}` is gone; by {_named(record)} it was at {_short(published)}"
    else:
        evidence = (
            f"`{scene.branch}` is at {scene.stage_tip[:7]}, and {_named(record)} left it at"
            f" {_short(published)}: others pushed to it, which the next rebuild overwrites"
        )
    yield warning(row, evidence, remedy=scene.rebuild)


def _base(scene: Scene, record: Record) -> Observation:
    row, base = "stage-base", record.base
    if scene.base_tip is None or scene.base_tip == base.sha:
        return fine(row, f"the stage was built on what `{base.branch}` has now")
    evidence = (
        f"`{scene.base}` is at {scene.base_tip[:7]}, and the newest rebuild, {_named(record)}, was"
        f" built on {base.sha[:7]}: the stage lacks what has landed since"
    )
    return warning(row, evidence, remedy=scene.rebuild)


# --- what has changed since, and no rebuild has seen ---------------------------------------------


def _news(scene: Scene, record: Record) -> Iterator[Observation]:
    """Tell of what should have started a rebuild, and has not."""
    if scene.judged is None:
        return
    row = "stage-news"
    open_now = {pull_request.number for pull_request, _ in scene.judged}
    changes = [(pr.number, _changed(pr, verdict, record)) for pr, verdict in scene.judged]
    told = [f"#{number} {change}" for number, change in changes if change]
    told += [f"#{e.number} was closed" for e in record.pull_requests if e.number not in open_now]
    if not told:
        yield fine(row, "a rebuild has seen all that happened to pull requests")
        return
    evidence = f"no rebuild has seen what happened since {_named(record)}: {_cut(told)}"
    yield warning(row, evidence, remedy=scene.rebuild)


def _changed(pull_request: PullRequest, verdict: Verdict, record: Record) -> str:
    """Say what has changed about a pull request; nothing if the record still holds."""
    line = record.line(pull_request.number)
    if line is None:
        return "was opened"
    if line.head != pull_request.head:
        return "was pushed to"
    was_out = line.state in _JUDGED and line.reason not in _ONLY_MERGING_TELLS
    match verdict:
        case Eligible():
            return "may get in now" if was_out else ""
        case Waiting(reason=reason) | Excluded(reason=reason):
            return "would be out now" if line.state not in _JUDGED else _differs(line, reason)
        case _:
            assert_never(verdict)


def _differs(line: Line, reason: Reason) -> str:
    return "" if line.reason is reason else f"is out for another reason now: {reason.value}"


# --- who is out, why, and since when -------------------------------------------------------------


def _pull_requests(scene: Scene, record: Record) -> Iterator[Observation]:
    row = "pull-requests"
    out = [line for line in record.pull_requests if line.state not in IN]
    would = "would be" if record.decision in _NOT_PUBLISHED else "are"
    total = len(record.pull_requests)
    yield fine(row, f"{total - len(out)} of {total} open pull requests {would} on the stage")
    rows = sorted((_out(scene, line, record) for line in out), key=_urgency)
    yield from rows[:SHOWN]
    if more := rows[SHOWN:]:
        urgent = [each for each in more if each.verdict is not Health.OK]
        evidence = f"{len(more)} more are out"
        yield (
            warning(row, evidence, remedy=scene.command("show")) if urgent else fine(row, evidence)
        )


_NOT_PUBLISHED = frozenset({DecisionWord.WITHHELD, DecisionWord.REFUSED, DecisionWord.DRY_RUN})


def _out(scene: Scene, line: Line, record: Record) -> Observation:
    first = _first_to_say_so(scene.records, line)
    is_long = scene.now - _moment(first.at) > LONG
    is_quiet = line.reason in _CHOSEN or (line.state is LineState.WAITING and not is_long)
    because = line.detail or (line.reason.value if line.reason else "no reason is recorded")
    long = " for more than a day" if is_long and line.state is LineState.WAITING else ""
    evidence = f"#{line.number} is {line.state.value}{long}, since {_named(first)}: {because}"
    told = fine if is_quiet else warning
    return told("pull-request", evidence, remedy=scene.advise(line, record))


def _first_to_say_so(records: Sequence[Record], line: Line) -> Record:
    """Return the oldest record in a row, back from the newest, that says the same of it."""
    first = records[0]
    for record in records:
        said = record.line(line.number)
        if said is None or (said.head, said.reason) != (line.head, line.reason):
            break
        first = record
    return first


def _urgency(row: Observation) -> bool:
    return row.verdict is Health.OK


# --- how things are named ------------------------------------------------------------------------


def _named(record: Record) -> str:
    return f"record {record.serial} of {_when(record.at)}"


def _when(at: str) -> str:
    return f"{at[:16].replace('T', ' ')} UTC"


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at)


def _short(revision: RevisionLine) -> str:
    return revision.commit[:7]


def _cut(told: Sequence[str]) -> str:
    more = f", and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return ", ".join(told[:SHOWN]) + more
