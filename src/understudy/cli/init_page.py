"""What `understudy init` tells: the files, what was found, and the next step."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.core.phrases import listed, shown
from understudy.render.page import Span, Tone, indented, row
from understudy.scaffolding import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from understudy.cli.initializing import Plan
    from understudy.render.page import Page, Row
    from understudy.scaffolding import PlannedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The plan, and the files of it that are written, or would be."""

    plan: Plan
    accepted: tuple[PlannedFile, ...]
    dry_run: bool


def as_json(told: Told) -> str:
    """Return one JSON document."""
    from understudy.render.documents import document

    plan = told.plan
    found: dict[str, object] = {
        "base": plan.base,
        "ci": plan.ci,
        "unread": plan.unread,
        "dry_run": told.dry_run,
        "files": [_file_document(told, file) for file in plan.files],
    }
    if plan.deploying is not None:
        found |= {"present": plan.deploying.present, "to_decide": plan.deploying.to_decide}
        found["addable"] = plan.deploying.addable or ()
    return document(found).decode()


def _file_document(told: Told, file: PlannedFile) -> dict[str, object]:
    change = file.change
    written = not told.dry_run and file in told.accepted and change is not Change.UNCHANGED
    found: dict[str, object] = {"path": file.path, "change": change.value, "written": written}
    return found if change is not Change.CHANGED else {**found, "difference": file.difference()}


def as_page(told: Told, *, differences: bool) -> Page:
    """Return what is shown; a dry run shows what would change in files that exist."""
    plan = told.plan
    changed = [file for file in told.accepted if file.change is not Change.UNCHANGED]
    page = [row(Span(_headline(told, len(changed)), Tone.TITLE))]
    page += [row("  ", _word(told, file).ljust(13), " ", file.path) for file in plan.files]
    page += [row(), *_found(plan)]
    for file in changed:
        if (differences and file.change is Change.CHANGED) or (
            told.dry_run and _deploys(plan, file)
        ):
            page += [row(), *difference(file)]
    if not told.dry_run:
        page += [*_apps_to_add(plan), *(_next_step(plan, changed) if changed else ())]
    return page


def _deploys(plan: Plan, file: PlannedFile) -> bool:
    drafts = plan.deploying.files if plan.deploying is not None else ()
    return any(each.path == file.path for each in drafts)


def difference(file: PlannedFile) -> Iterator[Row]:
    """Return the lines of a unified diff."""
    tones = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.QUIET}
    for line in file.difference():
        yield row(Span(line, tones.get(line[:1], Tone.PLAIN)))


def _headline(told: Told, changed: int) -> str:
    files = f"{changed} file{'' if changed == 1 else 's'}"
    if told.dry_run:
        return f"Would write {files}: a dry run" if changed else "Would write nothing"
    return f"Wrote {files}" if changed else "Wrote nothing"


def _word(told: Told, file: PlannedFile) -> str:
    if file not in told.accepted:
        return "left as it is"
    return file.change.value


def _found(plan: Plan) -> Iterator[Row]:
    yield row(f"Base          {plan.base}")
    if plan.base_is_a_guess:
        guess = "The current branch, for the clone does not know origin's default branch. If it is"
        yield indented(
            14, Span(f"{guess} another: git remote set-head origin --auto", Tone.WAITING)
        )
    if plan.has_workflow:
        ci = ", ".join(plan.ci) or Span(_NO_CI, Tone.WAITING)
        yield row("CI workflows  ", ci, hang=14)
    elif plan.kept_workflow:
        yield row("Workflow      ", f"{plan.kept_workflow} is left as it is", hang=14)
    for problem in plan.unread:
        yield row(Span("Not read      ", Tone.BAD), problem, hang=14)
    if plan.deploying is not None:
        for each in plan.deploying.present:
            yield row("There already ", each, hang=14)
        for each in plan.deploying.to_decide:
            yield row(Span("To decide     ", Tone.WAITING), each, hang=14)


_NO_CI = (
    "none that runs on pull requests, so no CI in Actions starts a rebuild."
    " Run this again when there is one."
)


def _apps_to_add(plan: Plan) -> Iterator[Row]:
    """Tell how an app comes to a stage that has none."""
    addable = plan.deploying.addable if plan.deploying is not None else None
    if addable is None:
        return
    said, chosen = _NO_BASE, "APP --from FOLDER"
    if addable:
        rest = len(addable) - _LISTED
        more = f", and {rest} more" if rest > 0 else ""
        said = f"There are bases for {listed(map(shown, addable[:_LISTED]))}{more}."
        chosen = shown(addable[0])
    stage = shlex.join(("--stage", plan.stage)) if plan.stage else ""
    yield row()
    yield row(f"The stage has no app yet. {said} To add one:")
    yield indented(4, Span(f"understudy overlay add {chosen} {stage}".rstrip(), Tone.COMMAND))


_LISTED = 10
_NO_BASE = "Name the folder that one is made of."


def _next_step(plan: Plan, changed: Sequence[PlannedFile]) -> Iterator[Row]:
    paths = shlex.join(file.path for file in changed)
    title = "Build a staging branch" if plan.has_workflow else "Deploy the staging branch"
    commit = f"git add {paths} && git commit --message '{title}' && git push"
    yield row()
    said = [_BUILT if plan.has_workflow else _BROUGHT]
    if plan.deploying is not None:
        said.append(f"What is deployed follows the branch `{plan.branch}`.")
    yield row(" ".join(said))
    yield indented(4, Span(commit, Tone.COMMAND))


_BUILT = (
    "Bring it to the default branch; from then on the stage builds itself. Nothing has to be set up"
    " on GitHub: the workflow asks for the permissions it needs."
)
_BROUGHT = "Bring it to the default branch."
