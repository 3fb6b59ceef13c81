"""The documentation is true: its sessions run, its links lead somewhere, its tables are complete.

After a change of the output: `python -m tests.console docs/tutorial*.md docs/how-to/*.md`.
After a change of a command's help: `python -m tests.reference --write`.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tests import console, reference
from tests.pages import all_keys, paths_in, rows, settings
from understudy import process, scaffolding
from understudy.cli.main import COMMANDS, INTERRUPTED
from understudy.core import config, config_file, record
from understudy.core.checks import STATES
from understudy.core.errors import ExitCode
from understudy.core.guard import HELD
from understudy.core.model import ConflictKind, Reason
from understudy.core.record import DecisionWord, LineState
from understudy.forges.listing import Listing, parse_listing
from understudy.git import command, refusals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import Enum

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
EVERY_PAGE = [
    *PAGES,
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")),
]
HOW_TO = [page for page in sorted((DOCS / "how-to").glob("*.md")) if not console.is_on_github(page)]
UNWANTED = re.compile(r"\b(TODO|FIXME|TBD|XXX|WIP|lorem ipsum|coming soon|not yet implemented)\b")

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def test_the_tutorial_is_what_happens(tutorial: Path) -> None:
    assert_same(console.TUTORIAL, (tutorial / "said").read_text().split("\0"))


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_the_sessions_of_a_how_to_are_what_happens(
    page: Path, tutorial: Path, tmp_path: Path
) -> None:
    session = console.typed_in(page.read_text())
    if session:
        clone = console.continued(tutorial, tmp_path)
        assert_same(page, console.run(session, clone, tmp_path))


@pytest.fixture(scope="session")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the tutorial was followed to its end."""
    folder = tmp_path_factory.mktemp("tutorial")
    session = console.typed_in((ROOT / console.TUTORIAL).read_text())
    (folder / "said").write_text("\0".join(console.run(session, folder, folder)))
    return folder


def assert_same(page: Path, said: list[str]) -> None:
    session = console.typed_in((ROOT / page).read_text())
    shown = [f"$ {typed.command}\n{console.stable(typed.shown)}" for typed in session]
    found = [
        f"$ {typed.command}\n{console.stable(now)}"
        for typed, now in zip(session, said, strict=True)
    ]
    assert shown == found, f"python -m tests.console {page}"


# --- pages and links -----------------------------------------------------------------------------


def test_every_page_is_in_the_menu_once() -> None:
    site = tomllib.loads((ROOT / "zensical.toml").read_text())["project"]
    named = list(_pages_in(site["nav"]))

    assert sorted(named) == [str(page.relative_to(DOCS)) for page in PAGES]


def _pages_in(entry: Any) -> Iterator[str]:  # noqa: ANN401 - a page's name, or more entries
    if isinstance(entry, str):
        yield entry
        return
    for each in entry.values() if isinstance(entry, dict) else entry:
        yield from _pages_in(each)


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(_without_code(page.read_text())):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_file(), link
        assert page not in PAGES or target.is_relative_to(DOCS), f"{link} leaves the site"
        assert not anchor or anchor in _anchors(target), link


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_is_unfinished(page: Path) -> None:
    assert not UNWANTED.findall(page.read_text())


def test_how_to_pages_are_listed() -> None:
    for index in DOCS.rglob("index.md"):
        linked = set(_LINK.findall(index.read_text()))
        beside = {page.name for page in index.parent.glob("*.md")} - {"index.md"}
        if index.parent != DOCS:
            assert beside <= linked, index


def _without_code(text: str) -> str:
    return re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", _without_code(page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


# --- commands, exit codes, environment -----------------------------------------------------------


def test_the_page_of_commands_is_current() -> None:
    assert (ROOT / reference.PAGE).read_text() == reference.page(), reference.__doc__


def test_the_schema_that_editors_fetch_is_current() -> None:
    assert (ROOT / reference.SCHEMA).read_text() == reference.schema(), reference.__doc__
    assert scaffolding.SCHEMA.endswith(f"/{reference.SCHEMA}")


def test_every_document_that_a_command_prints_is_told_of() -> None:
    page = (ROOT / reference.PAGE).read_text()
    said = {name: page.partition(f"\n## understudy {name}\n")[2] for name in COMMANDS}
    printing = {name for name in COMMANDS if "--json" in said[name].partition("\n## ")[0]}
    told = rows(DOCS / "reference/record.md", "Other documents")

    others = {row[0].strip("`").removesuffix(" --json") for row in told}
    assert printing == others | {"rebuild", "plan", "restore", "show"}


def test_every_exit_code_is_told_of() -> None:
    codes = {*map(int, ExitCode), INTERRUPTED}
    told = rows(DOCS / "reference/exit-codes.md", "Exit codes")

    assert {int(row[0]) for row in told} == codes
    for code in set(ExitCode) - {ExitCode.DONE}:
        assert f"{code.value} " in _paragraph_with("Exit codes:", ROOT / "README.md")


def test_every_variable_is_told_of() -> None:
    page = (DOCS / "reference/environment.md").read_text()
    sources = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    own = set(re.findall(r"\b(?:_?UNDERSTUDY|GITHUB|GH)_[A-Z_]+\b", sources))
    passed_on = {*process._PASSED_ON, *command._TRANSPORT_PASSED_ON}  # noqa: SLF001 - the one list

    assert {"UNDERSTUDY_CONFIG", "UNDERSTUDY_CACHE", "UNDERSTUDY_BY"} <= own
    assert [name for name in sorted(own | passed_on) if name not in page] == []


def test_every_rule_of_a_refused_push_is_told_of() -> None:
    rules = [rule.name for rule in refusals._RULES]  # noqa: SLF001 - the one list
    told = rows(DOCS / "how-to/when-the-push-is-refused.md", "The rules")

    assert [row[0].strip("`") for row in told] == [*rules, refusals.refusal("?").rule]
    assert f"`{HELD}`" in (DOCS / "reference/record.md").read_text()


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("States", LineState),
        ("Reasons", Reason),
        ("Kinds of conflict", ConflictKind),
        ("Decisions", DecisionWord),
    ],
)
def test_every_word_of_a_record_is_told_of(section: str, words: type[Enum]) -> None:
    told = rows(DOCS / "reference/states-and-reasons.md", section)

    assert [row[0].strip("`") for row in told] == [word.value for word in words]


def test_every_reason_has_a_state_that_exists() -> None:
    states = {state.value for state in LineState}
    for row in rows(DOCS / "reference/states-and-reasons.md", "Reasons"):
        assert set(re.findall(r"`([^`]+)`", row[1])) <= states


def test_the_table_of_check_words_is_that_of_the_code() -> None:
    """Providers disagree on words: one table says what each means (trap 07)."""
    told = rows(DOCS / "explanation/checks-and-verdicts.md", "From words to states")

    assert {row[0].strip("`"): row[1] for row in told} == {
        word: state.value for word, state in STATES.items()
    }


# --- formats -------------------------------------------------------------------------------------


def test_every_key_of_the_configuration_is_told_of() -> None:
    assert _keys_told("configuration") == settings(config.Config, "", {"stages": "<stage>"})


def test_the_defaults_told_are_those_of_the_code() -> None:
    told: dict[str, Any] = {}
    without = set()
    for key, _, default, *_ in rows(DOCS / "reference/configuration.md", "Keys"):
        if default.startswith("`"):
            _put(told, key.strip("`").replace("<stage>", "staging"), _yaml(default.strip("`")))
        else:
            without.add(key.strip("`"))

    assert config_file.parse(told) == config_file.parse(None)
    of_entries = {key for key in without if "[]." in key}
    assert without - of_entries == {"base", "stages", "stages.<stage>.branch"}


def test_the_whole_configuration_is_one() -> None:
    example = _yaml(_first_block("configuration"))

    Draft202012Validator(config.json_schema()).validate(example)
    assert config_file.parse(example) == msgspec.structs.replace(
        config_file.parse(None), base="main"
    )
    told = {key for key in _keys_told("configuration") - {"stages"} if "[]." not in key}
    assert paths_in(example, "") == {key.replace("<stage>", "staging") for key in told}


def test_every_key_of_a_listing_is_told_of() -> None:
    assert _keys_told("listing") == settings(Listing, "", {})


def test_the_listing_of_the_page_is_one() -> None:
    text = _first_block("listing")
    listing = parse_listing(text.encode(), where="the page")

    assert [each.number for each in listing.pull_requests] == [12, 14]
    assert paths_in(_yaml(text), "", free="pull_requests[].checks") | {
        "pull_requests"
    } == _keys_told("listing")


def test_every_key_of_a_record_is_told_of() -> None:
    assert _keys_told("record") == all_keys(record.Record, "")


def test_the_record_of_the_page_is_one() -> None:
    text = _first_block("record")

    Draft202012Validator(record.json_schema()).validate(json.loads(text))
    assert record.from_json(text.encode()).serial == 3


def _keys_told(page: str) -> set[str]:
    told = rows(DOCS / f"reference/{page}.md", "Keys")
    keys = [row[0].strip("`") for row in told]
    assert len(keys) == len(set(keys))
    return set(keys)


def _put(mapping: dict[str, Any], key: str, value: object) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        mapping = mapping.setdefault(parent, {})
    mapping[last] = value


def _first_block(page: str) -> str:
    text = (DOCS / f"reference/{page}.md").read_text()
    found = re.search(r"^```(?:yaml|json)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def _yaml(text: str) -> Any:  # noqa: ANN401 - a document
    return YAML(typ="safe", pure=True).load(text)


def _paragraph_with(words: str, page: Path) -> str:
    return next(part for part in page.read_text().split("\n\n") if words in part)
