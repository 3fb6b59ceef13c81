"""Check runs and commit statuses → one state per check, and what they say together.

Providers disagree on words, and keep runs that a newer one replaced; this file settles both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.model import Check, CheckState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

STATES = {
    "success": CheckState.PASSED,
    "neutral": CheckState.PASSED,
    "skipped": CheckState.PASSED,
    "passed": CheckState.PASSED,
    "failure": CheckState.FAILED,
    "failed": CheckState.FAILED,
    "error": CheckState.FAILED,
    "timed_out": CheckState.FAILED,
    "cancelled": CheckState.FAILED,
    "canceled": CheckState.FAILED,
    "action_required": CheckState.FAILED,
    "startup_failure": CheckState.FAILED,
    "stale": CheckState.PENDING,
    "queued": CheckState.PENDING,
    "in_progress": CheckState.PENDING,
    "running": CheckState.PENDING,
    "waiting": CheckState.PENDING,
    "requested": CheckState.PENDING,
    "pending": CheckState.PENDING,
    "expected": CheckState.PENDING,
}
"""The words providers use (trap 07). GitHub's two systems, GitLab's and Gitea's pipelines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as a provider reports it. `at`: when it began, None if it has not yet."""

    name: str
    word: str
    source: str = ""
    url: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSummary:
    """Checks that count, by what they ask of the reader: the first that is not empty decides."""

    failed: tuple[Check, ...] = ()
    pending: tuple[Check, ...] = ()
    missing: tuple[Check, ...] = ()
    passed: tuple[Check, ...] = ()


def check_from(run: Run) -> Check:
    """Read one run. A word that is not in the table is pending and kept (fails closed)."""
    state = STATES.get(run.word.lower())
    return Check(
        name=run.name,
        source=run.source,
        url=run.url,
        state=state or CheckState.PENDING,
        word=None if state else run.word,
    )


def newest(runs: Iterable[Run]) -> tuple[Check, ...]:
    """Keep the newest run of each check (trap 04).

    A run that has not begun is newer than one that has; of equals the later in `runs` counts.
    """
    latest: dict[tuple[str, str], Run] = {}
    for run in runs:
        key = (run.source, run.name)
        known = latest.get(key)
        if known is None or run.at is None or (known.at is not None and run.at >= known.at):
            latest[key] = run
    return tuple(check_from(latest[key]) for key in sorted(latest))


def counted(
    checks: Iterable[Check],
    *,
    ignore: Iterable[str] = (),
    own: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Check, ...]:
    """Leave out what must not gate (trap 10, trap 35).

    That is understudy's own statuses, the job that runs it (`own`: source and name), Flux's
    statuses, and names in `ignore`.
    """
    ignored = frozenset(ignore)
    return tuple(
        check
        for check in checks
        if check.name not in ignored
        and (check.source, check.name) not in own
        and not is_foreign_to_verdicts(check.name)
    )


def summarise(checks: Iterable[Check], *, required: Iterable[str] = ()) -> CheckSummary:
    """Sort checks by state.

    Where names are required, those alone count, and one that nothing reported is missing (trap
    06). Several sources may report one name: each of them counts.
    """
    names = tuple(dict.fromkeys(required))
    considered = sorted(checks, key=lambda check: (check.name, check.source))
    if names:
        considered = [check for check in considered if check.name in names]
    reported = {check.name for check in considered}
    missing = [Check(name=n, state=CheckState.MISSING) for n in names if n not in reported]
    return CheckSummary(
        failed=_in_state(CheckState.FAILED, considered),
        pending=_in_state(CheckState.PENDING, considered),
        missing=_in_state(CheckState.MISSING, considered) + tuple(missing),
        passed=_in_state(CheckState.PASSED, considered),
    )


def is_foreign_to_verdicts(name: str) -> bool:
    """Tell whether a status, by its name, is understudy's own or Flux's.

    Flux's notification-controller names its commit statuses `<kind>/<name>/<first part of the
    provider's UID>` in lower case; they speak of a commit that is deployed already. See
    https://fluxcd.io/flux/components/notification/providers/#git-commit-status-updates
    """
    return name == "understudy" or name.startswith("understudy/") or bool(_FLUX.fullmatch(name))


_FLUX = re.compile(
    r"(kustomization|helmrelease|gitrepository|ocirepository|helmrepository|helmchart|bucket"
    r"|imagerepository|imagepolicy|imageupdateautomation)/[a-z0-9.-]+/[0-9a-f]{8}"
)


def _in_state(state: CheckState, checks: Iterable[Check]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.state is state)
