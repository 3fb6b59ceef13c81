"""`understudy version`: what a report of a problem should name."""

from __future__ import annotations

import platform

import click

from understudy.cli import options as shared
from understudy.cli import printing


@click.command("version")
@shared.json_option
@shared.verbose_option
def command(*, as_json: bool) -> None:
    """Print the versions of understudy, git and Python."""
    import understudy
    from understudy import process

    git = process.run(["git", "--version"]).decode().strip().removeprefix("git version ")
    versions = {
        "understudy": understudy.__version__,
        "git": git,
        "python": platform.python_version(),
    }
    if as_json:
        from understudy.render.documents import document

        printing.show_text(document(versions).decode())
        return
    printing.show_text("".join(f"{name} {version}\n" for name, version in versions.items()))
