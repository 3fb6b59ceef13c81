"""An inspection as SARIF 2.1.0, which code scanning services and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from understudy.render.documents import document
from understudy.render.untrusted import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from understudy.core.decisions import Finding
    from understudy.core.inspection import Inspection

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def sarif(inspection: Inspection, titles: Mapping[str, str], *, version: str) -> bytes:
    """Return the log of one run. `titles` say in a few words what each rule is about."""
    told = [*inspection.findings, *inspection.known]
    told += [excused.finding for excused in inspection.excused]
    rules = list(dict.fromkeys(found.rule for found in told))
    driver = {
        "name": "understudy",
        "semanticVersion": version,
        "rules": [_rule(rule, titles.get(rule, "")) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": list(_results(inspection, rules)),
    }
    return document({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: str, title: str) -> dict[str, Any]:
    return {"id": rule, **({"shortDescription": {"text": title}} if title else {})}


def _results(inspection: Inspection, rules: list[str]) -> Iterator[dict[str, Any]]:
    """Yield every finding; a service tells by the state, or by its own memory, what is new."""
    states = ("new", "unchanged") if inspection.base else (None, None)
    elsewhere = inspection.stage.path
    for state, findings in zip(states, (inspection.findings, inspection.known), strict=True):
        for found in findings:
            yield {
                **_result(found, rules.index(found.rule), elsewhere),
                **({"baselineState": state} if state else {}),
            }
    for excused in inspection.excused:
        yield {
            **_result(excused.finding, rules.index(excused.finding.rule), elsewhere),
            **({"baselineState": states[0]} if states[0] else {}),
            "suppressions": [{"kind": "external", "justification": visible(excused.reason)}],
        }


def _result(found: Finding, rule_index: int, elsewhere: str) -> dict[str, Any]:
    subject = visible(found.subject)
    said = f"{subject}: {visible(found.message)} {visible(found.remedy)}"
    uri = quote(found.path or elsewhere, errors="surrogateescape")
    place = {"uri": uri, "uriBaseId": "%SRCROOT%"}
    return {
        "ruleId": found.rule,
        "ruleIndex": rule_index,
        "level": found.severity.value,
        "message": {"text": _without_links(said.strip())},
        "locations": [
            {
                # Code scanning shows nothing that has no line. Rendered objects have none.
                "physicalLocation": {"artifactLocation": place, "region": {"startLine": 1}},
                "logicalLocations": [{"fullyQualifiedName": subject, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"ruleAndObject/v1": _fingerprint(found)},
    }


def _without_links(text: str) -> str:
    """Escape what a viewer would take for an embedded link (SARIF 3.11.6)."""
    return text.replace("[", "\\[").replace("]", "\\]") if "](" in text else text


def _fingerprint(found: Finding) -> str:
    """Return what stays the same when a file moves or a sentence is put in other words."""
    words = f"{found.rule}\0{found.subject}".encode(errors="surrogateescape")
    return hashlib.sha256(words).hexdigest()
