"""Conflicts as SOPS 3.9 to 3.11 cause them, in each of its formats; values are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.core.model import Conflict, ConflictedFile, ConflictKind, Reencryption
from understudy.core.sops import may_be_encrypted, reencryption_in

LABELS = ("ours", "theirs")


def cipher(letter: str) -> str:
    return f"ENC[AES256_GCM,data:{letter * 12}=,iv:{letter * 8}=,tag:{letter * 8}==,type:str]"


def secret(value: str, mark: str, *, key: str = "k", name: str = "db") -> str:
    """Return a Secret as SOPS encrypts it with age: `key` is what the data key is wrapped in."""
    armour = "\n".join(f"            {key * 64}" for _ in range(3))
    return f"""\
apiVersion: v1
kind: Secret
metadata:
    name: {name}
stringData:
    password: {cipher(value)}
sops:
    age:
        - recipient: age1lnrpvnhtkmzhfhelxse4798f67l86nct2rjahryvt4rgyfu8zg7samjjuw
          enc: |
            -----BEGIN AGE ENCRYPTED FILE-----
{armour}
            {key * 40}==
            -----END AGE ENCRYPTED FILE-----
    lastmodified: "2026-02-1{ord(mark) % 10}T03:20:30Z"
    mac: {cipher(mark)}
    encrypted_regex: ^(data|stringData)$
    version: 3.11.0
"""


def conflicting(
    ours: str, theirs: str, *, kind: ConflictKind = ConflictKind.CONTENT
) -> ConflictedFile:
    """Return two versions as git shows them: lines that differ at one place are one hunk."""
    merged: list[str] = []
    left: list[str] = []
    right: list[str] = []

    def close() -> None:
        if left:
            merged.extend(["<<<<<<< ours", *left, "=======", *right, ">>>>>>> theirs"])
            left.clear()
            right.clear()

    for mine, other in zip(ours.splitlines(), theirs.splitlines(), strict=True):
        if mine == other:
            close()
            merged.append(mine)
        else:
            left.append(mine)
            right.append(other)
    close()
    return ConflictedFile(
        path="apps/staging/db/secret.sops.yaml",
        kind=kind,
        ours=ours.encode(),
        theirs=theirs.encode(),
        merged="\n".join([*merged, ""]).encode(),
        labels=LABELS,
    )


def test_one_that_only_was_written_anew_clashes_in_its_marks() -> None:
    assert reencryption_in(conflicting(secret("v", "a"), secret("v", "b"))) is Reencryption.MARKS


def test_values_clash_where_both_changed_one() -> None:
    assert reencryption_in(conflicting(secret("v", "a"), secret("w", "b"))) is Reencryption.VALUES


def test_a_new_data_key_makes_all_of_it_clash() -> None:
    ours, theirs = secret("v", "a", key="Q"), secret("w", "b", key="Z")
    assert reencryption_in(conflicting(ours, theirs)) is Reencryption.VALUES


def test_two_that_added_the_file_clash_too() -> None:
    ours, theirs = secret("v", "a", key="Q"), secret("w", "b", key="Z")
    found = reencryption_in(conflicting(ours, theirs, kind=ConflictKind.ADD_ADD))
    assert found is Reencryption.VALUES


def test_what_anybody_can_read_and_merge_is_an_ordinary_conflict() -> None:
    ours, theirs = secret("v", "a", name="db"), secret("v", "b", name="cache")
    assert reencryption_in(conflicting(ours, theirs)) is None


JSON = """\
{{
\t"password": "{}",
\t"sops": {{
\t\t"lastmodified": "2026-0{}",
\t\t"mac": "{}"
\t}}
}}
"""
DOTENV = "PASSWORD={}\nsops_lastmodified=2026-0{}\nsops_mac={}\nsops_version=3.11.0\n"
INI = "[db]\npassword = {}\n\n[sops]\nlastmodified = 2026-0{}\nmac = {}\n"


@pytest.mark.parametrize("form", [JSON, DOTENV, INI], ids=["JSON", "dotenv", "INI"])
def test_each_format_of_sops_is_known(form: str) -> None:
    def written(value: str, mark: str) -> str:
        return form.format(cipher(value), ord(mark) % 10, cipher(mark))

    marks = conflicting(written("v", "a"), written("v", "b"))
    values = conflicting(written("v", "a"), written("w", "b"))

    assert reencryption_in(marks) is Reencryption.MARKS
    assert reencryption_in(values) is Reencryption.VALUES


PLAIN = "a: 1\nb: 2\n"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (PLAIN, "a: 1\nb: 3\n"),
        (secret("v", "a"), "\n".join(["x"] * len(secret("v", "a").splitlines())) + "\n"),
        ("mac: ENC[x]\nlast: 1\n", "mac: ENC[y]\nlast: 1\n"),
        ("lastmodified: 1\nmac: a\n", "lastmodified: 2\nmac: b\n"),
    ],
    ids=["plain text", "decrypted on one side", "no time", "no checksum"],
)
def test_what_is_not_encrypted_on_both_sides_is_none(ours: str, theirs: str) -> None:
    assert reencryption_in(conflicting(ours, theirs)) is None


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_one_that_a_side_has_deleted_is_none(side: str) -> None:
    whole = secret("v", "a").encode()
    sides = {"ours": whole, "theirs": whole, side: None}
    file = ConflictedFile(
        path="secret.sops.yaml",
        kind=ConflictKind.MODIFY_DELETE,
        ours=sides["ours"],
        theirs=sides["theirs"],
        merged=whole,
        labels=LABELS,
    )
    assert reencryption_in(file) is None


def test_a_place_too_long_to_be_shown_is_not_vouched_for() -> None:
    def many(letter: str) -> str:
        head = secret(letter, letter)
        return head + "".join(f"    k{n}: {cipher(letter)}\n" for n in range(300))

    assert reencryption_in(conflicting(many("v"), many("w"))) is None


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=300))
def test_whatever_is_in_a_file_it_can_be_looked_at(
    ours: bytes, theirs: bytes, merged: bytes
) -> None:
    file = ConflictedFile(
        path="x", kind=ConflictKind.CONTENT, ours=ours, theirs=theirs, merged=merged, labels=LABELS
    )
    assert reencryption_in(file) is None


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("apps/db/secret.sops.yaml", ConflictKind.CONTENT, True),
        ("apps/authelia/secret-users.yaml", ConflictKind.CONTENT, True),
        ("config/prod.enc.json", ConflictKind.ADD_ADD, True),
        ("deploy/.env", ConflictKind.CONTENT, True),
        ("apps/db/deployment.yaml", ConflictKind.CONTENT, False),
        ("apps/encoder/app.yaml", ConflictKind.CONTENT, False),
        ("apps/db/secret.sops.yaml", ConflictKind.MODIFY_DELETE, False),
        ("secret.png", ConflictKind.BINARY, False),
    ],
)
def test_only_files_that_are_named_so_are_opened(
    path: str, kind: ConflictKind, *, expected: bool
) -> None:
    assert may_be_encrypted(Conflict(path=path, kind=kind)) == expected
