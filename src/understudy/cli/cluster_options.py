"""The options that name a cluster, and how long it is followed."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import click

from understudy.cli.options import FILE

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.cli.options import Handler


_DURATION = re.compile(r"(?P<count>[0-9]{1,6})(?P<unit>[smh]?)")
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


class Duration(click.ParamType[float]):
    """`90`, `90s`, `5m` or `1h`, as seconds."""

    name = "duration"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds."""
        if isinstance(value, int | float):
            return float(value)
        match = _DURATION.fullmatch(value.strip())
        if match is None:
            self.fail(f"`{value}` is no duration such as `90s` or `5m`.", param, ctx)
        return int(match["count"]) * _SECONDS[match["unit"]]


def timeout_option(handler: Handler) -> Handler:
    """Add `--timeout`; the handler gets it in seconds."""
    return click.option(
        "--timeout",
        type=Duration(),
        default="5m",
        show_default=True,
        metavar="DURATION",
        help="How long to wait at most.",
    )(handler)


def cluster_options(*, may_do_without: bool) -> functools.partial[Handler]:
    """Add the options that name a cluster; the handler gets them as one `where`."""
    return functools.partial(_with_cluster, may_do_without=may_do_without)


def _with_cluster(handler: Handler, *, may_do_without: bool) -> Handler:
    @functools.wraps(handler)
    def with_where(
        *, kubeconfig: Path | None, context: str | None, no_cluster: bool = False, **others: object
    ) -> object:
        from understudy.deployment_wiring import ClusterOptions

        where = ClusterOptions(kubeconfig=kubeconfig, context=context, ask=not no_cluster)
        return handler(where=where, **others)

    named: Handler = with_where
    if may_do_without:
        named = click.option(
            "--no-cluster", is_flag=True, help="Ask no cluster: read what the forge was told."
        )(named)
    named = click.option(
        "--context", metavar="NAME", help="The context in it. [default: the current one]"
    )(named)
    return click.option(
        "--kubeconfig",
        type=FILE,
        help="The cluster. [default: KUBECONFIG, else ~/.kube/config, else the pod's own]",
    )(named)
