"""What a GitHub Actions step is told of a rebuild: its log, its summary page and its outputs.

Nothing here can fail a rebuild: what cannot be written is a warning.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from understudy.core.answers import Report
    from understudy.core.model import Trigger
    from understudy.core.record import Record
    from understudy.core.why import ConflictView
    from understudy.stage import Project

    Conflicts = Mapping[int, tuple[ConflictView, ...]]

MOST_CONFLICTS = 20
"""Conflicts that are merged anew to show both sides of them."""

PATIENCE = 20.0
"""Seconds after which no further conflict is merged anew."""


def inside_actions() -> bool:
    """Tell whether a runner reads what we print."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def trigger(by: str) -> Trigger | None:
    """Say what started the workflow run; None: it is not known here what did."""
    event = os.environ.get("GITHUB_EVENT_NAME", "")
    if not (inside_actions() and event):
        return None
    from understudy.core.errors import UsageError
    from understudy.documents import load
    from understudy.forges.github.events import trigger_of

    try:
        content = Path(os.environ.get("GITHUB_EVENT_PATH", "")).read_bytes()
        payload = load(content, where="the event", failure=UsageError)
    except (OSError, UsageError):
        payload = None
    actor = os.environ.get("GITHUB_ACTOR", by)
    return trigger_of(event, payload if isinstance(payload, dict) else {}, actor)


def wants_summary() -> bool:
    """Tell whether a summary page can be written."""
    return bool(os.environ.get(_SUMMARY))


def conflicts_to_show(project: Project, record: Record) -> Conflicts:
    """Merge anew what conflicts, to show both sides: as many as a page takes, while time is left.

    The stage is published by now, so that a failure here only leaves something out.
    """
    from understudy.core.record import LineState
    from understudy.explanation import conflicts_of

    shown: dict[int, tuple[ConflictView, ...]] = {}
    end = monotonic() + PATIENCE
    for line in record.pull_requests:
        if line.state is not LineState.CONFLICTED:
            continue
        if len(shown) == MOST_CONFLICTS or monotonic() > end:
            break
        try:
            shown[line.number] = conflicts_of(project, record, line.number)
        except Exception as error:  # noqa: BLE001 - see above: whatever it is, it fails nothing
            _warn(f"the conflict of #{line.number} cannot be shown: {error}")
            break
    return shown


def tell(
    record: Record,
    before: Record | None,
    *,
    conflicts: Conflicts | None = None,
    report: Report | None = None,
) -> None:
    """Write the summary page and the outputs where the runner wants them, and print the log."""
    if inside_actions():
        from understudy.render.workflow_commands import log

        _print(log(record, before, report))
    if wants_summary():
        from understudy.render.markdown import LIMIT, summary

        room = LIMIT - _length(os.environ[_SUMMARY])
        page = summary(record, before, conflicts=conflicts, report=report, limit=room)
        _append(_SUMMARY, page)
        if not page:
            _warn("the step's summary is full already, so that this record is not in it")
    if os.environ.get(_OUTPUT):
        _append(_OUTPUT, _outputs(record))


def tell_inspection(lines: Iterable[str], page: str) -> None:
    """Print annotations, and put a page on the summary where the runner wants one."""
    _print(lines)
    if wants_summary():
        from understudy.render.markdown import LIMIT

        if _length(os.environ[_SUMMARY]) + len(page.encode()) < LIMIT:
            _append(_SUMMARY, page)
        else:
            _warn("the step's summary is full already, so that this page is not in it")


def tell_failure(message: str, hint: str) -> bool:
    """Annotate the step with what failed, and put it on the summary page; False: there is none."""
    if not inside_actions():
        return False
    from understudy.render.markdown import failure
    from understudy.render.wording import FAILED
    from understudy.render.workflow_commands import error

    _print([error("\n".join(filter(None, (message, hint))), title=FAILED)])
    if wants_summary():
        _append(_SUMMARY, failure(message, hint))
    return True


def harmless(text: str) -> str:
    """Return what is about to be printed so that a runner takes no line of it for a command."""
    if not inside_actions():
        return text
    from understudy.render.workflow_commands import without_commands

    return without_commands(text)


# --- where the runner wants it -------------------------------------------------------------------

_SUMMARY = "GITHUB_STEP_SUMMARY"
_OUTPUT = "GITHUB_OUTPUT"


def _outputs(record: Record) -> str:
    """Return the outputs, each between two lines that no value can contain."""
    import json
    import secrets

    values = {
        "decision": record.decision.value,
        "sha": record.published.commit if record.published else "",
        "included": json.dumps(sorted(record.incumbents())),
        "record": str(record.serial),
    }
    end = f"end_{secrets.token_hex(16)}"
    return "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value in values.items())


def _append(variable: str, text: str) -> None:
    try:
        with Path(os.environ[variable]).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        _warn(f"{variable} cannot be written: {error.strerror}")


def _length(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _warn(message: str) -> None:
    from understudy.render.untrusted import visible
    from understudy.render.workflow_commands import warning

    inside = inside_actions()
    _print([warning(message, title="understudy") if inside else f"warning: {visible(message)}"])


def _print(lines: Iterable[str]) -> None:
    """Print to standard error, so that `--json` stays one document; the runner reads both."""
    sys.stdout.flush()
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()
