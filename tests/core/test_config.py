from __future__ import annotations

import os
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.gitenv import clean_environment
from understudy.core.config import (
    Config,
    Drafts,
    ForgeKind,
    Forks,
    NoChecks,
    Order,
    OutState,
    Reporting,
    Required,
    json_schema,
    refuse_stage_on_base,
)
from understudy.core.config_file import parse
from understudy.core.errors import ConfigError, ExitCode, UsageError
from understudy.core.refnames import problem_of

if TYPE_CHECKING:
    from pathlib import Path


def _staging(**keys: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a file may say
    return {"stages": {"staging": keys}}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, ()),
        ([], ()),
        (["lint", "branch-protection"], ("lint", "branch-protection")),
        ("branch-protection", Required.BRANCH_PROTECTION),
    ],
)
def test_required_checks_are_listed_or_those_of_the_base(written: object, expected: object) -> None:
    checks = {} if written is None else {"required": written}

    assert parse(_staging(checks=checks)).stages["staging"].checks.required == expected


@pytest.mark.parametrize(
    ("written", "hint"),
    [("lint", "Write `[lint]`."), ("branch_protection", "Did you mean `branch-protection`?")],
)
def test_who_writes_a_word_for_a_list_is_told_how(written: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(_staging(checks={"required": written}))

    assert caught.value.hint == hint


def test_what_is_told_on_the_forge_can_be_chosen() -> None:
    assert parse(None).stages["staging"].report == Reporting()

    config = parse(
        {"forge": "github", **_staging(report={"status": True, "comment": True, "out": "failure"})}
    )

    assert config.forge is ForgeKind.GITHUB
    assert config.stages["staging"].report == Reporting(comment=True, out=OutState.FAILURE)


@pytest.mark.parametrize("nothing", [None, {}, {"stages": {}}, {"stages": {"staging": None}}])
def test_no_file_gives_one_stage_called_staging_with_every_default(nothing: object) -> None:
    name, stage = parse(nothing).stage()

    assert (name, stage.branch) == ("staging", "staging")
    assert (stage.drafts, stage.forks, stage.order) == (
        Drafts.INCLUDE,
        Forks.TRUSTED,
        Order.NUMBER,
    )
    assert (stage.checks.none, stage.checks.grace) == (NoChecks.INCLUDE, timedelta(seconds=60))
    assert stage.labels.exclude == ("no-stage",)
    assert stage.pin == (".github/workflows/**",)


def test_every_key_is_read() -> None:
    config = parse(
        {
            "base": "master",
            "stages": {
                "qa": {
                    "branch": "stage/qa",
                    "drafts": "exclude",
                    "forks": "include",
                    "labels": {"exclude": [], "require": ["qa"], "trust": "seen"},
                    "checks": {"none": "wait", "grace": "5m", "required": ["a"], "ignore": ["b"]},
                    "order": "incumbents",
                    "pin": [],
                }
            },
            "history": {"keep": 7},
            "plain": {"branches": ["refs/pull/*/head"], "notes": "refs/notes/ci"},
        }
    )

    stage = config.stages["qa"]
    assert (config.base, config.history.keep, config.plain.notes) == ("master", 7, "refs/notes/ci")
    assert (stage.branch, stage.drafts, stage.order) == (
        "stage/qa",
        Drafts.EXCLUDE,
        Order.INCUMBENTS,
    )
    assert (stage.labels.require, stage.labels.trust) == (("qa",), "seen")
    assert stage.checks.grace == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("60s", 60), ("5m", 300), ("1h", 3600), ("2d", 172800), ("0", 0), (9, 9)],
)
def test_durations_are_written_as_people_say_them(written: object, seconds: int) -> None:
    stage = parse(_staging(checks={"grace": written})).stages["staging"]
    assert stage.checks.grace == timedelta(seconds=seconds)


REFUSED: dict[str, tuple[object, tuple[str, ...]]] = {
    "a list for a file": ([], ("The top level is a list",)),
    "unknown key at the top": ({"stage": {}}, ("`stage`", "did you mean `stages`?")),
    "unknown key in a stage": (
        _staging(draft="include"),
        ("`stages.staging`", "`draft`", "did you mean `drafts`?"),
    ),
    "unknown key far from all": (_staging(zzz=1), ("`zzz`", "does not know.")),
    "stages of nothing": ({"stages": None}, ("`stages` is empty",)),
    "a key of later": (_staging(verify=[]), ("`verify`",)),
    "unknown word": (_staging(forks="trustd"), ("`trustd`", "`trusted`, `exclude` or `include`")),
    "text for a list": (_staging(pin="docs/**"), ("`stages.staging.pin`", "must be a list")),
    "number for text": (_staging(branch=1.1), ("`1.1`", "must be text")),
    "number in a list": (_staging(labels={"require": ["a", 7]}), ("labels.require[1]", "`7`")),
    "truth for a number": ({"history": {"keep": True}}, ("`true`", "a whole number")),
    "a key that is no text": ({"stages": {1: {}}}, ("`stages` has the key 1",)),
    "an empty value": (_staging(branch=None), ("is empty", "must be text")),
    "half a character": (_staging(branch="\ud800"), ("must be text",)),
    "duration of nothing": (_staging(checks={"grace": "soon"}), ("`soon`", "such as `60s`")),
    "duration below zero": (_staging(checks={"grace": -1}), ("`-1`",)),
    "no records kept": ({"history": {"keep": 0}}, ("`history.keep` is 0",)),
    "stage on base": ({"base": "staging"}, ("`staging`", "must be two branches")),
    "stage inside base": (
        {"base": "main", **_staging(branch="main/x")},
        ("`main/x`", "must be two branches"),
    ),
    "two stages, one branch": (
        {"stages": {"a": {"branch": "x"}, "b": {"branch": "x"}}},
        ("`a` and `b`", "`x`"),
    ),
    "stage names inside each other": (
        {"stages": {"a": {"branch": "x"}, "a/b": {"branch": "y"}}},
        ("`a`", "`a/b`"),
    ),
    "full name of a branch": (_staging(branch="refs/heads/x"), ("begins with `refs/`",)),
    "stage that is no ref": ({"stages": {"a b": {}}}, ("`a b`", "a space")),
    "base that is an option": ({"base": "--upload-pack=x"}, ("`base`", "begins with `-`")),
    "control character": ({"base": "a\x1bb"}, ("`a\\x1bb`", "a control character")),
    "pin outside": (_staging(pin=["../x"]), ("`../x`", "contains `..`")),
    "pin from the root": (_staging(pin=["/etc"]), ("`/etc`", "begins with `/`")),
    "pin of nothing": (_staging(pin=[""]), ("it is empty",)),
    "required is another word": (
        _staging(checks={"required": "lint"}),
        ("`lint`", "a list or `branch-protection`"),
    ),
    "required is a number": (_staging(checks={"required": 7}), ("`7`", "must be a list")),
    "required has a number": (_staging(checks={"required": [7]}), ("required[0]", "text")),
    "comments without statuses": (
        _staging(report={"comment": True, "status": False}),
        ("stages.staging.report",),
    ),
    "another way to be out": (
        _staging(report={"out": "neutral"}),
        ("report.out", "`success` or `failure`"),
    ),
    "another forge": ({"forge": "gitbub"}, ("`gitbub`",)),
    "required and ignored": (
        _staging(checks={"required": ["a"], "ignore": ["a"]}),
        ("demands `a`", "`ignore`"),
    ),
    "required is understudy's own": (
        _staging(checks={"required": ["understudy/staging"]}),
        ("never counted",),
    ),
    "label demanded and refused": (
        _staging(labels={"require": ["a"], "exclude": ["a"]}),
        ("demands `a`", "`exclude`"),
    ),
    "pattern that is an option": ({"plain": {"branches": ["-x"]}}, ("`plain.branches`",)),
    "notes elsewhere": ({"plain": {"notes": "refs/heads/x"}}, ("`plain.notes`",)),
}


@pytest.mark.parametrize(("mapping", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_right_is_refused_with_its_place(
    mapping: object, said: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(mapping)

    assert caught.value.exit_code is ExitCode.USAGE
    for words in said:
        assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_a_stage_is_refused_when_the_base_turns_out_to_be_its_branch() -> None:
    _, stage = parse(None).stage()

    refuse_stage_on_base(stage, "main")
    with pytest.raises(ConfigError, match="must be two branches"):
        refuse_stage_on_base(stage, "staging")


@pytest.mark.parametrize(
    ("stages", "asked", "found"),
    [
        (["qa"], None, "qa"),
        (["qa", "staging"], None, "staging"),
        (["qa", "staging"], "qa", "qa"),
    ],
)
def test_a_stage_is_found_by_name_or_because_it_is_meant(
    stages: list[str], asked: str | None, found: str
) -> None:
    assert _with_stages(*stages).stage(asked)[0] == found


@pytest.mark.parametrize(("asked", "said"), [(None, "say which one"), ("no", "no stage `no`")])
def test_a_stage_that_is_not_there_names_those_that_are(asked: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        _with_stages("qa", "lab").stage(asked)

    assert "`qa`" in caught.value.message + caught.value.hint


def _with_stages(*names: str) -> Config:
    return parse({"stages": {name: {} for name in names}})


@pytest.mark.parametrize(
    ("mapping", "valid"),
    [
        ({"base": "main", **_staging(drafts="exclude", checks={"grace": "5m"})}, True),
        (_staging(checks={"grace": 60}), True),
        (_staging(checks={"required": ["lint"]}), True),
        (_staging(checks={"required": "branch-protection"}), True),
        (_staging(checks={"required": "lint"}), False),
        ({"forge": "github", **_staging(report={"out": "failure"})}, True),
        (_staging(report={"out": "neutral"}), False),
        (_staging(checks={"grace": "PT60S"}), False),
        (_staging(draft="exclude"), False),
        ({"stage": {}}, False),
    ],
)
def test_the_schema_for_editors_says_the_same(mapping: object, *, valid: bool) -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(mapping) is valid


_ODD = st.sampled_from([*"ab1/.-_@{}~^:?*[]\\ \t\x7f", "..", "@{", ".lock", "//", "ü"])


@given(parts=st.lists(_ODD, max_size=6))
def test_a_branch_name_is_refused_exactly_where_git_refuses_it(parts: list[str]) -> None:
    name = "".join(parts)
    assert (problem_of(name) is None) == _git_takes(name)


def _git_takes(name: str) -> bool:
    # `@{-1}` is a way to write the branch before this one; as a name it is refused all the same.
    command = ["git", "check-ref-format", f"refs/heads/{name}"]
    done = subprocess.run(command, check=False, env={"PATH": os.environ["PATH"]})
    return done.returncode == 0 and not name.startswith("-") and name not in {"@", "HEAD"}


def test_git_itself_takes_the_names_that_are_taken(tmp_path: Path) -> None:
    for name, taken in {"feature/12-a": True, "-x": False, "HEAD": False}.items():
        done = subprocess.run(
            ["git", "check-ref-format", "--branch", name],
            check=False,
            capture_output=True,
            env=clean_environment(tmp_path),
            cwd=tmp_path,
        )
        assert (done.returncode == 0, problem_of(name) is None) == (taken, taken)
