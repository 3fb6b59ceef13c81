"""JSON documents beside the record itself: the log, a difference, everything about one line.

New keys may come, those here stay.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import msgspec

from understudy.core.record import difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.core.hunks import Hunk
    from understudy.core.record import Difference, Record
    from understudy.core.why import ConflictView, Explanation


def document(value: object) -> bytes:
    """Encode a value made of what msgspec knows, as records are encoded."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def log_document(records: Sequence[Record], *, limit: int) -> bytes:
    """List records, newest first. One more than `limit` shows what the last changed."""
    pairs = list(zip_longest(records, records[1:]))[:limit]
    return document([_entry(record, difference(before, record)) for record, before in pairs])


def _entry(record: Record, change: Difference) -> dict[str, Any]:
    return {
        "serial": record.serial,
        "at": record.at,
        "decision": record.decision,
        "base": record.base,
        "candidate": record.candidate,
        "published": record.published,
        "hold": record.hold,
        "trigger": record.trigger,
        "entered": change.entered,
        "left": change.left,
        "updated": change.updated,
    }


def why_document(explanation: Explanation) -> bytes:
    """Tell of one pull request: its line, its conflicts with both sides, whom it blocks."""
    return document(
        {
            "serial": explanation.record.serial,
            "stage": explanation.record.stage,
            "line": explanation.line,
            "conflicts": [_conflict(conflict) for conflict in explanation.conflicts],
            "would_be_in_without": explanation.would_be_in_without,
            "blocks": explanation.blocks,
        }
    )


def _conflict(conflict: ConflictView) -> dict[str, Any]:
    return {
        "path": conflict.path,
        "kind": conflict.kind,
        "with": conflict.with_,
        "sops": conflict.sops,
        "hunks": [_hunk(hunk) for hunk in conflict.hunks],
    }


def _hunk(hunk: Hunk) -> dict[str, Any]:
    sides = {"ours": hunk.ours, "theirs": hunk.theirs}
    shown = {name: {"label": side.label, "text": side.text} for name, side in sides.items()}
    return {"start_line": hunk.start_line, **shown}
