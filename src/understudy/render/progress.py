"""What is being done, drawn on a terminal's standard error while it lasts and then wiped out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from rich.progress import TaskID


class DrawnProgress:
    """A bar for the phase under way. Satisfies `ports.Progress`."""

    def __init__(self, stream: TextIO) -> None:
        """Draw on `stream`, which must be a terminal."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            console=Console(file=stream),
            transient=True,
        )
        self._task: TaskID | None = None

    def phase(self, name: str, total: int | None = None) -> None:
        """Show the phase that begins, with how many steps it has, where that is known."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=total)

    def advance(self) -> None:
        """Count one step of the phase as done."""
        if self._task is not None:
            self._bar.advance(self._task)

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wipe it out, so that only the result stays."""
        self._bar.stop()
