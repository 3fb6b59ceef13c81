from __future__ import annotations

import io
import re

from benchmarks.generated import Size, write_stream

SIZE = Size(files=120, heads=200, depth=20)


def stream(size: Size) -> str:
    out = io.BytesIO()
    write_stream(size, out)
    return out.getvalue().decode()


def test_the_same_size_gives_the_same_repository() -> None:
    assert stream(SIZE) == stream(SIZE)


def test_another_seed_gives_another_one() -> None:
    assert stream(SIZE) != stream(Size(files=120, heads=200, depth=20, seed=2))


def test_every_pull_request_has_its_ref() -> None:
    refs = re.findall(r"^(?:commit|reset) refs/pull/(\d+)/head$", stream(SIZE), re.MULTILINE)
    assert {int(ref) for ref in refs} == set(range(1, SIZE.heads + 1))


def test_the_first_commit_has_every_file() -> None:
    first = stream(SIZE).split("\ncommit ", 1)[0]
    paths = re.findall(r"^M 100644 inline (.*)$", first, re.MULTILINE)
    assert len(set(paths)) == SIZE.files


def test_some_pull_requests_bring_nothing_and_some_take_files_away() -> None:
    written = stream(SIZE)
    assert re.search(r"^reset refs/pull/\d+/head\nfrom :\d+$", written, re.MULTILINE)
    assert re.search(r"^D apps/", written, re.MULTILINE)
