"""An inspection as the log of a GitHub Actions step: annotations at files, and the whole page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core.decisions import Severity
from understudy.render import inspection_wording as wording
from understudy.render.fragments import fenced
from understudy.render.inspection_page import inspection_page
from understudy.render.page import plain
from understudy.render.untrusted import for_markdown
from understudy.render.workflow_commands import MOST, error, log_line, notice, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from understudy.core.decisions import Finding
    from understudy.core.inspection import Inspection

_SAYING = {Severity.ERROR: error, Severity.WARNING: warning}


def annotated_log(inspection: Inspection, titles: Mapping[str, str]) -> list[str]:
    """Return the lines of the log: the whole page, and as many annotations as GitHub shows."""
    lines = [log_line(line) for line in plain(inspection_page(inspection, titles)).splitlines()]
    for severity in Severity:
        lines += _of(severity, [one for one in inspection.findings if one.severity is severity])
    if not inspection.findings:
        lines.append(notice(wording.headline(inspection), title="understudy"))
    return lines


def summary(inspection: Inspection, titles: Mapping[str, str]) -> str:
    """Return Markdown for the page that GitHub shows of a run."""
    headline, _, rest = plain(inspection_page(inspection, titles)).partition("\n")
    return f"### {for_markdown(headline)}\n\n{fenced(rest.strip())}\n"


def _of(severity: Severity, found: Sequence[Finding]) -> Iterator[str]:
    say = _SAYING[severity]
    shown = found if len(found) <= MOST else found[: MOST - 1]
    for one in shown:
        said = "\n".join(filter(None, (f"{one.subject}: {one.message}", one.remedy)))
        yield say(said, title=one.rule, file=one.path)
    if len(shown) < len(found):
        yield say(wording.more(len(found) - len(shown)), title="understudy")
