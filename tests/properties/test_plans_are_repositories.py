from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings

from tests.gitenv import clean_environment
from tests.plans import Plan, build
from tests.strategies import plans


@settings(max_examples=max(10, settings().max_examples // 4))
@given(plan=plans())
def test_a_plan_becomes_a_repository_that_git_finds_sound(plan: Plan) -> None:
    with TemporaryDirectory() as folder:
        built = build(plan, Path(folder, "remote.git"))
        environment = clean_environment(Path(folder))
        listed = ["git", "-C", str(built.store), "ls-tree", "-r", "-z", built.base]
        rows = subprocess.check_output(listed, env=environment).split(b"\0")[:-1]
        check = ["git", "-C", str(built.store), "fsck", "--full"]
        subprocess.run(check, env=environment, check=True, capture_output=True)
        assert {row.split(b"\t", 1)[1] for row in rows} == set(plan.trees()[plan.base])
