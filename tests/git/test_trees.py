from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.git.stores import Store
from tests.plans import LINK, SUBMODULE, Entry
from understudy.core.errors import DamagedCacheError, UsageError
from understudy.core.model import TreeSha
from understudy.git.objects import ObjectReader
from understudy.git.trees import GitTree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.git.stores import Files

FILES: Files = {
    "README.md": "read me\n",
    "apps/base/app/deployment.yaml": "kind: Deployment\n",
    "apps/base/app/run.sh": Entry(b"#!/bin/sh\n", "100755"),
    "apps/staging/kustomization.yaml": "resources: [app]\n",
    "apps/übung.yaml": "kind: Übung\n",
}
ABROAD = "../../../../../../../../etc/hostname"


def tree_of(store: Store, reader: ObjectReader, files: Files) -> GitTree:
    return GitTree(reader, store.tree_of(store.commit(files)))


@pytest.mark.parametrize("hashing", ["sha1", "sha256"])
def test_a_tree_says_what_git_says(tmp_path: Path, hashing: str) -> None:
    store = Store.create(tmp_path / "it.git", hashing=hashing)
    reader = ObjectReader(store.opened(tmp_path / "scratch"))
    commit = store.commit(FILES)
    tree = GitTree(reader, store.tree_of(commit))
    assert tree.files() == store.paths(commit)
    assert tree.files("apps/base") == [p for p in store.paths(commit) if p.startswith("apps/base/")]
    assert tree.folder_id("") == store.tree_of(commit)
    assert tree.folder_id("apps/base") == store.git("rev-parse", f"{commit}:apps/base")
    for path in store.paths(commit):
        assert tree.read(path) == store.raw("show", f"{commit}:{path}")
    reader.close()


@pytest.mark.parametrize(
    "path",
    ["", "apps", "nothing", "apps/nothing", "README.md/x", "apps//base", "apps/", "/apps", "../x"],
)
def test_what_is_no_file_is_not_read(store: Store, reader: ObjectReader, path: str) -> None:
    assert tree_of(store, reader, FILES).read(path) is None


@pytest.mark.parametrize("path", ["README.md", "nothing", "apps/nothing/base", "apps/", "..", "."])
def test_what_is_no_folder_has_no_id_and_no_files(
    store: Store, reader: ObjectReader, path: str
) -> None:
    tree = tree_of(store, reader, FILES)
    assert tree.folder_id(path) is None
    assert tree.files(path) == []


def test_an_export_has_the_folders_that_were_asked_for_and_nothing_else(
    store: Store, reader: ObjectReader, tmp_path: Path
) -> None:
    tree = tree_of(store, reader, FILES)
    tree.export(["apps/base", "apps/base/app", "nowhere"], tmp_path / "out")
    assert laid_out(tmp_path / "out") == {
        "apps/base/app/deployment.yaml": b"kind: Deployment\n",
        "apps/base/app/run.sh": b"#!/bin/sh\n",
    }


def test_the_root_is_exported_whole(store: Store, reader: ObjectReader, tmp_path: Path) -> None:
    tree = tree_of(store, reader, FILES)
    tree.export(["", "apps"], tmp_path / "out")
    assert list(laid_out(tmp_path / "out")) == tree.files()


def test_links_and_submodules_are_no_files(
    store: Store, reader: ObjectReader, tmp_path: Path
) -> None:
    """A link may lead anywhere on the machine: none is followed, and none is laid out."""
    elsewhere = store.commit({"secret.yaml": "kind: Secret\n"})
    files: Files = {
        "apps/file.yaml": "kind: ConfigMap\n",
        "apps/out": Entry(ABROAD.encode(), LINK),
        "apps/absolute": Entry(b"/etc", LINK),
        "apps/inside": Entry(b"file.yaml", LINK),
        "apps/module": Entry(elsewhere.encode(), SUBMODULE),
    }
    tree = tree_of(store, reader, files)
    assert tree.files() == ["apps/file.yaml"]
    for path in ("apps/out", "apps/absolute/hostname", "apps/inside", "apps/module/secret.yaml"):
        assert tree.read(path) is None
    assert tree.folder_id("apps/absolute") is None
    assert tree.folder_id("apps/module") is None
    tree.export(["apps"], tmp_path / "out")
    assert laid_out(tmp_path / "out") == {"apps/file.yaml": b"kind: ConfigMap\n"}


@pytest.mark.parametrize("name", [".", "..", ".git", ".GIT", "a/b"])
def test_a_name_that_git_would_not_check_out_is_not_there(
    store: Store, reader: ObjectReader, tmp_path: Path, name: str
) -> None:
    blob = store.blob(b"hostile\n")
    # git refuses to make such a tree, so its content is written as it is.
    content = b"100644 %s\0" % name.encode() + bytes.fromhex(blob)
    content += b"100644 good\0" + bytes.fromhex(blob)
    tree = GitTree(reader, TreeSha(hand_made(store, content)))
    assert tree.files() == ["good"]
    assert tree.read(name) is None
    tree.export([""], tmp_path / "deep" / "out")
    assert laid_out(tmp_path / "deep") == {"out/good": b"hostile\n"}


def test_a_folder_of_a_hostile_name_leads_nowhere(
    store: Store, reader: ObjectReader, tmp_path: Path
) -> None:
    inner = store.tree(("100644", store.blob(b"hostile\n"), "file"))
    content = b"40000 ..\0" + bytes.fromhex(inner)
    tree = GitTree(reader, TreeSha(hand_made(store, content)))
    assert tree.folder_id("..") is None
    tree.export(["", ".."], tmp_path / "deep" / "out")
    assert laid_out(tmp_path / "deep") == {}


def test_a_name_that_is_no_text_is_told_quoted_and_laid_out_as_it_is(
    store: Store, reader: ObjectReader, tmp_path: Path
) -> None:
    names = {"a\nb": b"line\n", "\udcff.yaml": b"bytes\n", 'quo"te': b"quote\n"}
    tree = tree_of(store, reader, {f"x/{name}": content for name, content in names.items()})
    assert sorted(tree.files()) == ['x/"\\377.yaml"', "x/a\nb", 'x/quo"te']
    assert [tree.read(path) for path in sorted(tree.files())] == [b"bytes\n", b"line\n", b"quote\n"]
    tree.export(["x"], tmp_path / "out")
    assert laid_out(tmp_path / "out") == {f"x/{name}": text for name, text in names.items()}


def test_a_file_that_no_disk_takes_is_a_clear_error(
    store: Store, reader: ObjectReader, tmp_path: Path
) -> None:
    tree = tree_of(store, reader, {"apps/" + "x" * 300: "too long\n"})
    with pytest.raises(UsageError, match=r"^The file `apps/xxx.*too long\.$") as caught:
        tree.export([""], tmp_path / "out")
    assert caught.value.hint


def test_folders_may_be_nested_deeper_than_calls(store: Store, reader: ObjectReader) -> None:
    tree = tree_of(store, reader, {"d/" * 1500 + "file": "deep\n"})
    assert tree.files() == ["d/" * 1500 + "file"]
    assert tree.read("d/" * 1500 + "file") == b"deep\n"


def test_a_tree_that_is_lost_is_damage(reader: ObjectReader) -> None:
    tree = GitTree(reader, TreeSha("1" * 40))
    with pytest.raises(DamagedCacheError):
        tree.files()


def laid_out(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder; links are files here."""
    found = [each for each in folder.rglob("*") if each.is_symlink() or not each.is_dir()]
    return {str(each.relative_to(folder)): each.read_bytes() for each in sorted(found)}


def hand_made(store: Store, content: bytes) -> str:
    return store.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=content)
