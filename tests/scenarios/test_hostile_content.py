"""Nothing that a pull request brings is ever run, believed or printed raw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.git.stores import Store
from tests.outcomes import drawn
from tests.world import Request

if TYPE_CHECKING:
    from pathlib import Path

    from tests.world import World

PIN = "stages: {staging: {pin: [ci/**]}}\n"
ATTRIBUTES = "* filter=run merge=run diff=run\n"
TITLE = "\x1b[31mred\x1b[0m @everyone fixes #1 <script>alert(1)</script>\r\u202e\x07"


def test_no_program_that_content_or_settings_name_is_run(world: World) -> None:
    machine = world.other_machine()
    world.base({".gitattributes": ATTRIBUTES, "app.yaml": "1\n2\n3\n4\n5\n", "sub/b": "b\n"})
    _let_the_remote_define_drivers(world)
    world.pull_request(1, {"app.yaml": "one\n2\n3\n4\n5\n"})
    world.pull_request(2, {"app.yaml": "1\n2\n3\n4\nfive\n", "sub/.gitattributes": ATTRIBUTES})
    world.pull_request(3, {".gitmodules": _modules(world)})

    printed = world.cli("rebuild", "--pull-requests", "LISTING", on=machine)

    assert (printed.code, printed.err) == (0, ""), printed.out
    assert world.remote_tree()["app.yaml"] == "one\n2\n3\n4\nfive\n"
    assert world.cli("why", "2", on=machine).code == 0
    assert not machine.ran().exists()
    assert not _ran(world).exists()


def test_a_pull_request_does_not_configure_the_rebuild_it_is_in(world: World) -> None:
    world.base({"app.yaml": "app\n"})
    world.pull_request(1, {"understudy.yaml": "stages: {staging: {branch: master}}\n"})
    world.pull_request(2, {"two.yaml": "two\n"}, draft=True)

    outcome = world.rebuild()

    assert outcome.text == "published  master + #1 #2\n#1  included\n#2  included"
    assert world.remote_ref("refs/heads/staging") == outcome.commit


def test_titles_reach_neither_terminal_nor_merge_messages_raw_trap_26(world: World) -> None:
    world.base({"app.yaml": "app\n"})
    world.pull_request(1, {"one.yaml": "one\n"}, title=TITLE, author="\x1b]0;mallory\x07")

    for command in ("rebuild", "show", "log"):
        arguments = ["--pull-requests", "LISTING"] if command == "rebuild" else []
        printed = world.cli(command, *arguments)
        assert (printed.code, printed.err) == (0, ""), printed.out
        assert not set(printed.out) & set("\x1b\r\x07\u202e")
    assert not any(sign in world.messages() for sign in ("@", "fixes", "#", "<", "\x1b"))


@pytest.mark.parametrize(
    "branch",
    [
        "feature/$(touch${IFS}ran)",
        "feature/;touch`ran`",
        "feature/@everyone",
        "feature/-rf",
        "feature/ü'\"",
    ],
)
def test_branch_names_are_only_names(world: World, branch: str) -> None:
    world.base({"app.yaml": "app\n"})
    world.pull_request(1, {"one.yaml": "one\n"}, branch=branch)

    assert world.rebuild(listed=False).text == "published  master + #1\n#1  included"
    assert not list(world.folder.rglob("ran*"))


@pytest.mark.parametrize("address", ["ext::sh -c touch% ran", "--upload-pack=touch ran", "fd::7"])
def test_an_address_that_names_a_command_is_refused(world: World, address: str) -> None:
    world.base({"app.yaml": "app\n"})

    printed = world.cli("rebuild", f"--repo={address}")

    assert printed.code == 2
    assert "is not the address of a Git repository" in printed.err
    assert not (world.clone / "ran").exists()


@pytest.mark.parametrize(
    ("own", "state"),
    [("run\n", "included"), ("own\n", "included  pinned")],
    ids=["no pinned path", "a pinned path beside it"],
)
def test_a_path_that_git_would_not_check_out_stops_only_its_own_request_trap_29(
    world: World, own: str, state: str
) -> None:
    world.base({"app.yaml": "app\n", "ci/run.yaml": "run\n", "understudy.yaml": PIN})
    world.pull_request(1, {"one.yaml": "one\n"})
    _open_one_with_settings_for_git(world, 2)
    world.pull_request(3, {"three.yaml": "three\n", "ci/run.yaml": own})
    world.pull_request(4, {"four.yaml": "four\n"})

    outcome = world.rebuild()

    assert outcome.text == drawn(f"""
        published  master + #1 #3 #4
        #1  included
        #2  excluded  unmergeable
        #3  {state}
        #4  included
    """)
    assert ".git/config" in (outcome.line(2).detail or "")
    assert world.remote_tree() == {
        "app.yaml": "app\n",
        "ci/run.yaml": "run\n",
        "understudy.yaml": PIN,
        "one.yaml": "one\n",
        "three.yaml": "three\n",
        "four.yaml": "four\n",
    }


def _open_one_with_settings_for_git(world: World, number: int) -> None:
    """Write into the remote by hand what no clone could have pushed from a work tree."""
    store = Store(world.remote)
    base = world.remote_ref("refs/heads/master")
    assert base is not None
    config = store.tree(("100644", store.blob(b"[core]\n\tfsmonitor = touch ran\n"), "config"))
    listed = store.git("ls-tree", base).splitlines()
    files = [(row.split()[0], row.split()[2], row.split()[3]) for row in listed]
    head = store.commit_of_tree(store.tree(("040000", config, ".git"), *files), base)
    branch = f"feature/{number}-settings"
    world.move_ref(f"refs/heads/{branch}", head)
    world.requests[number] = Request(number, branch, head, "Settings")


def _let_the_remote_define_drivers(world: World) -> None:
    """Only hooks of the receiving side are its own business; these are settings for merging."""
    command = f"touch {_ran(world)}; false"
    config = world.remote / "config"
    for key in ("merge.run.driver", "filter.run.clean", "filter.run.smudge", "diff.run.textconv"):
        section, name, variable = key.split(".")
        with config.open("a") as file:
            file.write(f'[{section} "{name}"]\n\t{variable} = {command!r}\n'.replace("'", '"'))


def _modules(world: World) -> str:
    return f'[submodule "x"]\n\tpath = x\n\turl = "ext::sh -c touch% {_ran(world)}"\n'


def _ran(world: World) -> Path:
    return world.folder / "ran"
