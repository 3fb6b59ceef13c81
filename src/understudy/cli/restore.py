"""`understudy restore RECORD`: put the stage back and hold it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from understudy.cli import options as shared
from understudy.cli import rebuilding, selecting

if TYPE_CHECKING:
    from understudy.wiring import Options


@click.command("restore")
@selecting.record_argument("record")
@shared.trigger_options
@shared.json_option
@shared.project_options
def command(*, options: Options, record: str, kind: str | None, by: str, as_json: bool) -> int:
    """Put the stage back to what it was at RECORD, and hold it there.

    Rebuilds go on recording who would be in, but leave the branch alone until
    `understudy rebuild --resume`. RECORD is named as for `understudy show`.
    """
    from understudy.restoration import restore
    from understudy.wiring import open_project

    with open_project(options) as project:
        records = selecting.all_records(project)
        chosen = selecting.select(records, record)
        restored = restore(project, chosen, trigger=rebuilding.trigger(kind, by))
    done = rebuilding.Done(record=restored, before=records[0])
    rebuilding.show(done, options, as_json=as_json)
    return rebuilding.exit_code(restored)
