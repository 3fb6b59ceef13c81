"""`python -m benchmarks [SCENARIO]`: measure, print tables, write JSON and a plot.

The exit code is 1 when something came out wrong, never because something was slow.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.environment import workshop
from benchmarks.options import Options, add_options, chosen
from benchmarks.plot import draw
from benchmarks.report import Report, as_json, machine, table
from benchmarks.scenarios import (
    api_requests,
    cold_start,
    command,
    fold,
    incremental,
    memory,
    renders,
    scaling,
    startup,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SCENARIOS: dict[str, Callable[[Options, Path], Iterator[Report]]] = {
    "fold": fold.run,
    "command": command.run,
    "incremental": incremental.run,
    "scaling": scaling.run,
    "memory": memory.run,
    "renders": renders.run,
    "startup": startup.run,
    "cold-start": cold_start.run,
    "api-requests": api_requests.run,
}


def main() -> int:
    """Run what was asked for."""
    arguments = _parser().parse_args()
    options = chosen(arguments)
    names = list(_SCENARIOS) if arguments.scenario == "all" else [arguments.scenario]
    found = machine()
    print("  ".join(f"{name}: {value}" for name, value in found.items()), flush=True)
    reports = []
    for name in names:
        with workshop() as work:
            for report in _SCENARIOS[name](options, work):
                print(f"\n{table(report)}", end="", flush=True)
                reports.append(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(reports, found), indent=1) + "\n")
    if any(report.curves for report in reports):
        arguments.plot.parent.mkdir(parents=True, exist_ok=True)
        arguments.plot.write_text(draw(reports))
        print(f"\nPlot: {arguments.plot}")
    return 1 if any(report.wrong for report in reports) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure understudy against other ways to do the same.",
    )
    parser.add_argument(
        "scenario", nargs="?", default="all", choices=["all", *_SCENARIOS], help="[%(default)s]"
    )
    add_options(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures here")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", default=Path("build/bench.svg"), help="[%(default)s]"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
