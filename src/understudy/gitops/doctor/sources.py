"""Whether Flux reads the stage's branch: its `GitRepository`, as the files tell it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.diagnosis import fine, problem, warning
from understudy.gitops.doctor.subject import is_made, named, secret_key
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.diagnosis import Observation
    from understudy.gitops.controllers import GitSource
    from understudy.gitops.doctor.subject import Files

INTERVAL = "1m0s"
"""How often the stage's source should be looked at, where nothing tells Flux of a push."""

_OF_INSTANCES = "1m"
"""How often the Flux operator has a source looked at, if it is not told."""

SLOW = timedelta(minutes=10)


def sources(files: Files) -> Iterator[Observation]:
    """Look at each source that is for the stage."""
    found = files.meant_sources()
    if not found:
        configured = files.stage.flux.source
        what = f"is called `{configured}`" if configured else f"follows `{files.stage.branch}`"
        evidence = f"no GitRepository {files.where} {what}, so Flux never sees the stage"
        yield warning("flux-source", evidence, remedy=files.commands.init)
    for source in found:
        yield _branch(files, source)
        yield from _url(files, source)
        yield from _secret(files, source)
        yield _interval(files, source)
        yield from _suspended(source)


def _branch(files: Files, source: GitSource) -> Observation:
    row, wanted = "flux-source", files.stage.branch
    said = f"{source.path}: {named(source)} follows"
    if source.branch == wanted:
        return fine(row, f"{said} `{wanted}`")
    follows = f"`{phrases.shown(source.branch)}`" if source.branch else "no branch"
    evidence = f"{said} {follows}, and the stage is `{wanted}`"
    remedy, repair = files.setting(source, "spec.ref.branch", wanted)
    return problem(row, evidence, remedy=remedy, repair=repair)


def _url(files: Files, source: GitSource) -> Iterator[Observation]:
    """The stage is in the repository that production comes from."""
    production = files.production_source(source)
    if production is None or repository_of(production.url) == repository_of(source.url):
        return
    evidence = (
        f"{source.path}: {named(source)} reads {phrases.shown(redacted(source.url))}, and"
        f" {named(production)} reads {phrases.shown(redacted(production.url))}: the stage would"
        " come from elsewhere"
    )
    remedy, repair = files.setting(source, "spec.url", production.url)
    yield problem("flux-source-url", evidence, remedy=remedy, repair=repair)


def _secret(files: Files, source: GitSource) -> Iterator[Observation]:
    """Without credentials a private repository is read over ssh by nobody, and seldom else."""
    if source.secret:
        return
    row, production = "flux-source-secret", files.production_source(source)
    known = production.secret if production else ""
    if production and known and _scheme(production.url) == _scheme(source.url):
        evidence = (
            f"{source.path}: {named(source)} names no secret, and {named(production)} reads the"
            f" same server with `{phrases.shown(known)}`"
        )
    elif _scheme(source.url) == "ssh":
        evidence = f"{source.path}: {named(source)} reads over ssh and names no secret"
    else:
        return
    remedy = f"In {source.path}, add `{secret_key(source, known or 'NAME')}`."
    yield problem(row, evidence, remedy=remedy)


def _interval(files: Files, source: GitSource) -> Observation:
    interval = source.interval or (_OF_INSTANCES if is_made(source) else "")
    row, every = "flux-source-interval", duration(interval)
    said = f"{source.path}: {named(source)} is looked at every {phrases.shown(interval)}"
    remedy, repair = files.setting(source, "spec.interval", INTERVAL)
    if every is None:
        evidence = f"{source.path}: `{phrases.shown(interval)}` is no interval that Flux takes"
        return problem(row, evidence, remedy=remedy, repair=repair)
    told = any(source.name in receiver.sources for receiver in files.layout.receivers)
    if every > SLOW and not told:
        evidence = f"{said}, and no Receiver tells Flux of a push"
        remedy = f"{remedy}; or let a push tell Flux: {files.commands.init} --receiver"
        return warning(row, evidence, remedy=remedy, repair=repair)
    return fine(row, said + (", and a Receiver tells Flux of each push" if told else ""))


def _suspended(source: GitSource) -> Iterator[Observation]:
    if source.suspended:
        evidence = f"{source.path}: {named(source)} is suspended, so Flux does not read the stage"
        remedy = f"In {source.path}, take `suspend: true` away."
        yield warning("flux-source-suspended", evidence, remedy=remedy)


# --- addresses and intervals ---------------------------------------------------------------------

_URL = re.compile(r"(?:(?P<scheme>[a-z+]+)://)?(?:[^@/]*@)?(?P<rest>.*)", re.IGNORECASE | re.DOTALL)


def _scheme(url: str) -> str:
    """Return how a server is reached, in the two ways there are to be let in."""
    match = _URL.fullmatch(url)
    scheme = (match["scheme"] or "ssh").lower() if match else ""
    return "http" if scheme in {"http", "https"} else scheme


def repository_of(url: str) -> str:
    """Return what two addresses of one repository have in common."""
    match = _URL.fullmatch(url)
    rest = match["rest"].lower() if match else url
    host, _, path = rest.replace(":", "/", 1).partition("/")
    path = re.sub(r"^\d+/", "", path)
    return f"{host}/{path.strip('/').removesuffix('.git')}"


_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST = 20


def duration(text: str) -> timedelta | None:
    """Read an interval by the pattern that Flux's own definition has; None: it is none."""
    if len(text) > _LONGEST or not _DURATION.fullmatch(text):
        return None
    parts = _PART.findall(text)
    try:
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError:
        return None
