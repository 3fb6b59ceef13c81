"""A stage's standing as a page and as a document: the branch, Flux, and each pull request."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from understudy.core.delivery import Delivered, Stuck, Underway
from understudy.core.deployment import Deployment, Readiness
from understudy.core.record import IN
from understudy.core.standing import Presence, Unknown
from understudy.render import status_wording, wording
from understudy.render.documents import document
from understudy.render.fragments import cut
from understudy.render.page import Page, Row, Span, Tone, indented, row
from understudy.render.record_page import STATE_TONES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.delivery import Blocker
    from understudy.core.record import Line
    from understudy.core.standing import Member, Standing

_READINESS_TONES = {
    Readiness.READY: Tone.GOOD,
    Readiness.PROGRESSING: Tone.WAITING,
    Readiness.FAILED: Tone.BAD,
    Readiness.SUSPENDED: Tone.BAD,
    Readiness.UNKNOWN: Tone.QUIET,
}
_PRESENCE_TONES = {
    Presence.HEALTHY: Tone.GOOD,
    Presence.DEPLOYED: Tone.GOOD,
    Presence.FAILING: Tone.BAD,
    Presence.ON_THE_WAY: Tone.WAITING,
}
_DELIVERY_WORDS = {Delivered: "delivered", Stuck: "stuck", Underway: "underway"}

_READINESS_WIDTH = max(map(len, status_wording.READINESS_WORDS.values()))
_STATE_WIDTH = max(
    map(len, (*status_wording.PRESENCE_WORDS.values(), *wording.STATE_WORDS.values()))
)
_LONGEST_MESSAGE = 1000


def status_page(standing: Standing, *, flags: str = "") -> Page:
    """Tell where the stage stands. `flags` go with each command."""
    page = [*_branch(standing, flags), row(), *_deployment(standing)]
    return [*page, *_pull_requests(standing)]


def status_document(standing: Standing) -> bytes:
    """Return the same as JSON. New keys may come, those here stay."""
    record, told = standing.record, standing.deployment
    known = told if isinstance(told, Deployment) else None
    presence = {member.line.number: member for member in standing.members}
    return document(
        {
            "stage": standing.stage,
            "branch": standing.branch,
            "commit": standing.tip,
            "base": {"branch": record.base.branch, "sha": standing.base_tip} if record else None,
            "behind_base": standing.is_behind_base,
            "record": record.serial if record else None,
            "delivery": _DELIVERY_WORDS.get(type(standing.delivery)),
            "told_by": known.told_by if known else None,
            "problem": _problem(told),
            "source": _status(known.source) if known and known.source else None,
            "kustomizations": [_status(each) for each in known.kustomizations] if known else [],
            "pull_requests": [
                _entry(line, presence.get(line.number))
                for line in (record.pull_requests if record else ())
            ],
        }
    )


def _problem(told: Deployment | Unknown) -> dict[str, str] | None:
    return {"message": told.message, "hint": told.hint} if isinstance(told, Unknown) else None


def _status(status: Blocker) -> dict[str, Any]:
    return {**asdict(status), "readiness": status.readiness.value}


def _entry(line: Line, member: Member | None) -> dict[str, Any]:
    return {
        "number": line.number,
        "title": line.title,
        "head": line.head,
        "state": line.state,
        "reason": line.reason,
        "detail": line.detail,
        "deployed": member.presence.value if member else None,
        "because": status_wording.because(member) if member else "",
        "url": line.url,
    }


# --- the page ------------------------------------------------------------------------------------


def _branch(standing: Standing, flags: str) -> Iterable[Row]:
    rebuild = indented(4, Span(wording.command("rebuild", flags), Tone.COMMAND))
    record = standing.record
    if record is None:
        yield row(Span(f"{standing.stage}: {wording.NO_RECORD}", Tone.TITLE))
        yield rebuild
        return
    yield row(Span(wording.headline(record), Tone.TITLE))
    yield row(Span(wording.signature(record), Tone.QUIET))
    if standing.is_behind_base:
        yield row(Span(status_wording.base_moved(standing), Tone.WAITING))
        yield rebuild
    if standing.was_pushed_by_others:
        yield row(Span(status_wording.pushed_by_others(standing), Tone.BAD))
        yield rebuild


def _deployment(standing: Standing) -> Iterable[Row]:
    told = standing.deployment
    if isinstance(told, Unknown):
        yield row(Span(told.message, Tone.BAD if told.exit_code else Tone.QUIET))
        if told.hint:
            yield indented(4, Span(told.hint, Tone.QUIET))
        return
    yield row(Span(status_wording.deployment(told, standing.delivery, standing), Tone.TITLE))
    statuses: list[Blocker] = [told.source] if told.source else []
    statuses += told.kustomizations
    width = max((len(status_wording.place(each)) for each in statuses), default=0)
    for each in statuses:
        yield from _object(each, width)


def _object(status: Blocker, width: int) -> Iterable[Row]:
    name = status_wording.place(status).ljust(width)
    word = status_wording.READINESS_WORDS[status.readiness].ljust(_READINESS_WIDTH)
    column = len(name) + len(word) + 6
    tone = _READINESS_TONES[status.readiness]
    yield row("  ", name, "  ", Span(word, tone), "  ", status_wording.holds(status), hang=column)
    trouble = cut(status_wording.trouble(status), _LONGEST_MESSAGE)
    if trouble:
        yield indented(column, Span(trouble, tone))


def _pull_requests(standing: Standing) -> Iterable[Row]:
    record = standing.record
    lines = record.pull_requests if record else ()
    known = {member.line.number: member for member in standing.members}
    width = max((len(str(line.number)) for line in lines), default=0) + 1
    for title, states in wording.GROUPS.items():
        group = [line for line in lines if line.state in states]
        if group:
            yield row()
            yield row(Span(f"{title} ({len(group)})", Tone.TITLE))
        for line in group:
            yield from _line(line, known.get(line.number), width)
    if why := _why_not_healthy(standing):
        yield row()
        yield row(Span(why, Tone.QUIET))


def _why_not_healthy(standing: Standing) -> str:
    told = standing.deployment
    is_told_so = any(each.presence is Presence.DEPLOYED for each in standing.members)
    return status_wording.health(told) if is_told_so and isinstance(told, Deployment) else ""


def _line(line: Line, member: Member | None, width: int) -> Iterable[Row]:
    number = f"#{line.number}".ljust(width)
    if member is not None and line.state in IN:
        said, tone = (
            status_wording.PRESENCE_WORDS[member.presence],
            _PRESENCE_TONES[member.presence],
        )
        why = status_wording.because(member) or wording.reason(line)
    else:
        said, tone = wording.STATE_WORDS[line.state], STATE_TONES[line.state]
        why = wording.reason(line)
    word = said.ljust(_STATE_WIDTH)
    column = len(number) + len(word) + 6
    parts = ("  ", Span(number, Tone.TITLE), "  ", Span(word, tone), "  ")
    yield row(*parts, line.title, hang=column)
    if why:
        yield indented(column, Span(why, Tone.QUIET))
