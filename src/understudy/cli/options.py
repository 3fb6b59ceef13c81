"""The options that commands share: which repository, which stage, which configuration."""

from __future__ import annotations

import functools
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.wiring import Options

    Handler = Callable[..., Any]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def project_options(handler: Handler) -> Handler:
    """Add the options that name a project; the handler gets them as one `options`."""

    @functools.wraps(handler)
    def with_options(
        *,
        repo: str | None,
        stage: str | None,
        config: Path | None,
        forge: str | None,
        pull_requests: Path | None = None,
        **others: object,
    ) -> object:
        from understudy.core.config import ForgeKind
        from understudy.wiring import Options

        options = Options(
            repo=repo,
            config=config,
            stage=stage,
            pull_requests=pull_requests,
            forge=ForgeKind(forge) if forge else None,
        )
        return handler(options=options, **others)

    return _with_flags(verbose_option(with_options))


def _with_flags(handler: Handler) -> Handler:
    for option in reversed(_PROJECT):
        handler = option(handler)
    return handler


_PROJECT: tuple[Callable[[Handler], Handler], ...] = (
    click.option(
        "--repo", metavar="PATH_OR_URL", help="The remote. [default: this clone's origin]"
    ),
    click.option("--stage", metavar="NAME", help="The stage, where there are several."),
    click.option(
        "--config",
        type=FILE,
        envvar="UNDERSTUDY_CONFIG",
        help="Use this configuration instead of the default branch's.",
    ),
    click.option(
        "--forge",
        type=click.Choice(("auto", "github", "plain")),
        help="Where pull requests are. [default: as configured, else by the remote's address]",
    ),
)


def listing_option(handler: Handler) -> Handler:
    """Add the option that names a listing of pull requests."""
    return click.option(
        "--pull-requests",
        type=FILE,
        metavar="FILE",
        help="Read the open pull requests from this YAML or JSON file.",
    )(handler)


def json_option(handler: Handler) -> Handler:
    """Add `--json`; the handler gets it as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(handler)


def verbose_option(handler: Handler) -> Handler:
    """Add `-v`, which is kept in the session."""
    return click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_be_verbose,
        help="Say more; show the traceback of a failure.",
    )(handler)


def _be_verbose(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.ensure_object(Session).verbose |= value


def trigger_options(handler: Handler) -> Handler:
    """Add the options that say who asked; the handler gets `kind` and `by`."""
    kind = click.option(
        "--trigger",
        "kind",
        metavar="KIND",
        help="What asks for it: manual, schedule, push ... [default: a workflow's event, else"
        " manual]",
    )
    by = click.option(
        "--by",
        default="",
        envvar=["UNDERSTUDY_BY", "USER", "LOGNAME"],
        metavar="WHO",
        help="Who or what stands behind it. [default: the user]",
    )
    return kind(by(handler))


def verbose() -> bool:
    """Tell whether `-v` was given."""
    return click.get_current_context().ensure_object(Session).verbose


def repeated(options: Options) -> str:
    """Return the options that a suggested command must repeat to mean the same project."""
    from understudy.redaction import redacted

    named = (
        ("--repo", options.repo),
        ("--stage", options.stage),
        ("--config", options.config),
        ("--forge", options.forge and options.forge.value),
    )
    words = (word for name, value in named if value for word in (name, str(value)))
    return redacted(shlex.join(words))
