"""What one run of the command line knows of itself beside its command's parameters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Session:
    """`verbose` is set while the command line is parsed, and read where failures are told."""

    verbose: bool = False
