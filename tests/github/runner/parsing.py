"""What GitHub would say of a workflow or an action: npm's `@actions/workflow-parser`, in node."""

from __future__ import annotations

import json
import subprocess
from typing import Any, Literal

from tests.github.fake.schema import NODE_MODULES
from tests.github.runner.expressions import NODE


def problems(content: str, kind: Literal["workflow", "action"] = "workflow") -> list[str]:
    """Return what GitHub would complain of."""
    done = subprocess.run(
        [NODE, "--input-type=module", "--eval", _PROGRAM],
        cwd=NODE_MODULES.parent,
        input=json.dumps({"content": content, "kind": kind}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: Any = json.loads(done.stdout)
    return list(found)


# The package is made for bundlers: it imports JSON without saying so, which node itself refuses.
# Some mistakes are found only when the parsed file is turned into jobs and steps.
_PROGRAM = """
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

registerHooks({ load: (url, context, next) => next(url, url.endsWith(".json")
  ? { ...context, importAttributes: { type: "json" } } : context) });
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow }
  = await import("@actions/workflow-parser");
const { parseAction } = await import("@actions/workflow-parser/actions/action-parser");

const { content, kind } = JSON.parse(readFileSync(0, "utf8"));
const parse = kind === "action" ? parseAction : parseWorkflow;
const result = parse({ name: "file.yaml", content }, new NoOperationTraceWriter());
if (kind === "workflow" && result.value) {
  await convertWorkflowTemplate(result.context, result.value);
}
process.stdout.write(JSON.stringify(result.context.errors.getErrors().map(String)));
"""
