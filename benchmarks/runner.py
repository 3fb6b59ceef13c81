"""Runs understudy in this process and writes down what the process itself took, git not counted.

Arguments: a file for the figures, then those of understudy.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from understudy.cli.main import run


def main() -> int:
    """Return the exit code of the command."""
    figures, *arguments = sys.argv[1:]
    code = run(arguments)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    taken = {"peak_kib": _peak_kib(), "cpu": usage.ru_utime + usage.ru_stime}
    Path(figures).write_text(json.dumps(taken))
    return code


def _peak_kib() -> int:
    """Return the peak of resident memory; `ru_maxrss` may be that of whoever started us."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main())
