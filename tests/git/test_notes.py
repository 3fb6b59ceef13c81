from __future__ import annotations

from typing import TYPE_CHECKING

from tests.plans import EPOCH
from understudy.core.model import CommitSha
from understudy.git.notes import append_note, read_notes

if TYPE_CHECKING:
    from tests.git.stores import Store
    from understudy.git.command import Git
    from understudy.git.objects import ObjectReader


def test_a_note_is_begun_and_continued(store: Store, git: Git, reader: ObjectReader) -> None:
    commit, other = store.commit({"a": "1"}), store.commit({"a": "2"})
    first = append_note(git, None, commit, '{"lint": "pending"}')
    second = append_note(git, first, commit, '{"lint": "success"}')
    third = append_note(git, second, other, '{"ü": "x"}')
    notes = read_notes(git, reader, third, [commit, other, CommitSha("f" * 40)])
    assert notes.keys() == {commit, other}
    assert [line for line in notes[commit].decode().splitlines() if line] == [
        '{"lint": "pending"}',
        '{"lint": "success"}',
    ]
    assert notes[other].decode() == '{"ü": "x"}\n'
    assert store.git("rev-list", "--count", third) == "3"


def test_nothing_is_left_of_the_writing(store: Store, git: Git) -> None:
    commit = store.commit({"a": "1"})
    append_note(git, None, commit, "x")
    assert store.git("for-each-ref", "refs/notes") == ""


def test_what_a_killed_process_left_of_the_writing_does_not_get_in(
    store: Store, git: Git, reader: ObjectReader
) -> None:
    commit = store.commit({"a": "1"})
    store.ref("refs/notes/being-written", append_note(git, None, commit, "never published"))
    tip = append_note(git, None, commit, "x")
    assert read_notes(git, reader, tip, [commit]) == {commit: b"x\n"}


def test_notes_that_fan_out_into_folders_are_found(
    store: Store, git: Git, reader: ObjectReader
) -> None:
    commits = [CommitSha(f"{number:02x}" * 20) for number in range(3)]
    flat, once, twice = commits
    names = [flat, f"{once[:2]}/{once[2:]}", f"{twice[:2]}/{twice[2:4]}/{twice[4:]}"]
    tip = store.commit({name: f"note {number}" for number, name in enumerate(names)}, when=EPOCH)
    assert read_notes(git, reader, tip, commits) == {
        flat: b"note 0",
        once: b"note 1",
        twice: b"note 2",
    }
