"""What `understudy overlay` tells: apps in a list, and what was written for one."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from understudy.render.inspection_page import finding_document, findings_rows
from understudy.render.page import Page, Row, Span, Tone, indented, row
from understudy.scaffolding import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from understudy.cli.overlaying import Addition
    from understudy.gitops.writing.apps import Listed
    from understudy.scaffolding import PlannedFile

_UNUSED = "not listed"


def list_page(apps: Sequence[Listed], *, again: str) -> Page:
    """Return the apps as a table. `again` is what commands repeat of the options."""
    width = max([len(each.name) for each in apps] + [len("App")])
    page = [row(Span(f"{'App'.ljust(width)}  {'Stage'.ljust(10)}  Production", Tone.TITLE))]
    for each in apps:
        tone = Tone.WAITING if each.on_stage is False else Tone.PLAIN
        stage = Span(_stage(each).ljust(10), tone)
        production = "yes" if each.in_production else "-"
        page.append(row(each.name.ljust(width), "  ", stage, "  ", production))
    what_next = list(_what_next(apps, again))
    return [*page, row(), *what_next] if what_next else page


def _stage(app: Listed) -> str:
    return {True: "yes", False: _UNUSED, None: "-"}[app.on_stage]


def _what_next(apps: Sequence[Listed], again: str) -> Iterator[Row]:
    unused = next((each for each in apps if each.on_stage is False), None)
    missing = next((each for each in apps if each.on_stage is None and each.has_base), None)
    if unused:
        yield row(f"`{_UNUSED}`: it has an overlay that nothing applies. To list it:")
        yield indented(4, Span(f"understudy overlay add {unused.name}{again}", Tone.COMMAND))
    if missing:
        yield row("To make an overlay for an app that has none:")
        yield indented(4, Span(f"understudy overlay add {missing.name}{again}", Tone.COMMAND))


def list_document(apps: Iterable[Listed]) -> str:
    """Return the same as JSON."""
    from understudy.render.documents import document

    return document(
        {
            "apps": [
                {
                    "name": each.name,
                    "has_base": each.has_base,
                    "on_stage": each.on_stage is True,
                    "has_overlay": each.on_stage is not None,
                    "in_production": each.in_production,
                }
                for each in apps
            ]
        }
    ).decode()


# --- one that is added ---------------------------------------------------------------------------


def addition_page(added: Addition, titles: Mapping[str, str], *, again: str, dry_run: bool) -> Page:
    """Return what was written, what it renders, and what a person must do.

    `titles` say in a few words what each rule is about, `again` is what commands repeat.
    """
    changed = [each for each in added.files if each.change is not Change.UNCHANGED]
    verb = "Would write" if dry_run else "Wrote"
    count = f"{len(changed)} file{'' if len(changed) == 1 else 's'}" if changed else "nothing"
    page = [row(Span(f"{verb} {count}", Tone.TITLE))]
    page += [row("  ", each.change.value.ljust(10), each.path) for each in added.files]
    if dry_run:
        for file in changed:
            page += [row(), *(_difference(file.difference()))]
    page += [row(), *_rendered(added), *findings_rows(added.findings, titles), *_to_decide(added)]
    return [*page, *_next_step(changed, again)] if changed and not dry_run else page


def addition_document(added: Addition, *, dry_run: bool) -> str:
    """Return the same as JSON."""
    from understudy.render.documents import document

    return document(
        {
            "app": added.app.name,
            "overlay": added.app.overlay,
            "base": added.app.base,
            "dry_run": dry_run,
            "files": [{"path": e.path, "change": e.change.value} for e in added.files],
            "objects": added.objects,
            "namespaces": added.namespaces,
            "to_decide": added.drafts.to_decide,
            "errors": added.errors,
            "findings": [finding_document(each) for each in added.findings],
        }
    ).decode()


def _rendered(added: Addition) -> Iterator[Row]:
    where = ", ".join(added.namespaces) or "no namespace"
    yield row(f"It renders {added.objects} objects in {where}.")
    if not added.compared:
        yield row(Span(_NOT_COMPARED, Tone.WAITING))
    elif not added.findings:
        yield row(Span("Nothing in them touches production.", Tone.GOOD))
    if added.errors:
        yield row(Span(f"Errors left to you: {added.errors}. {_MEND}", Tone.BAD))


_NOT_COMPARED = (
    "No overlay of production is known, so nothing was compared with it: name it as"
    " `kustomize.production` in the configuration."
)


_MEND = "Mend each in the overlay, or allow it in the configuration, with a reason."


def _to_decide(added: Addition) -> Iterator[Row]:
    if added.drafts.to_decide:
        yield row()
        yield row(Span("To decide", Tone.WAITING))
    for each in added.drafts.to_decide:
        yield row("  - ", each, hang=4)


def _difference(lines: Iterable[str]) -> Iterator[Row]:
    tones = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.QUIET}
    return (row(Span(line, tones.get(line[:1], Tone.PLAIN))) for line in lines)


def _next_step(changed: Sequence[PlannedFile], again: str) -> Iterator[Row]:
    paths = shlex.join(each.path for each in changed)
    yield row()
    yield row("When it is as you want it, check the whole, and bring it to the default branch:")
    yield indented(4, Span(f"understudy overlay check{again} && git add {paths}", Tone.COMMAND))
