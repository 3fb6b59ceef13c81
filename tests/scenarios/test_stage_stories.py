"""A stage from its first rebuild on, as its people see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.outcomes import drawn

if TYPE_CHECKING:
    from tests.world import World

APP = "image: app\nreplicas: 1\nport: 80\n"


def test_a_stage_is_the_base_with_every_pull_request_that_merges_trap_29(world: World) -> None:
    world.base({"app.yaml": APP, "web.yaml": "image: web\n"})
    world.pull_request(1, {"app.yaml": APP.replace("1", "2")})
    world.pull_request(2, {"web.yaml": "image: web:2\n"}, draft=True)
    world.pull_request(3, {"app.yaml": APP.replace("1", "3")})
    world.pull_request(4, {"new.yaml": "image: new\n"}, checks={"lint": "failure"})
    world.pull_request(5, {"other.yaml": "image: other\n"}, checks={"lint": "pending"})
    world.pull_request(6, {"web.yaml": None}, labels=["no-stage"])

    outcome = world.rebuild()

    assert outcome.text == drawn("""
        published  master + #1 #2
        #1  included
        #2  included
        #3  conflicted  conflicts-with-pull-request  app.yaml content with #1
        #4  excluded  checks-failed
        #5  waiting  checks-pending
        #6  excluded  label-excluded
    """)
    assert world.remote_tree() == {
        "app.yaml": APP.replace("1", "2"),
        "web.yaml": "image: web:2\n",
    }
    assert world.remote_ref("refs/heads/staging") == outcome.commit


def test_what_landed_on_the_base_changes_the_record_but_not_the_branch_trap_23(
    world: World,
) -> None:
    world.base({"app.yaml": APP})
    world.pull_request(1, {"app.yaml": APP.replace("1", "2")})
    world.pull_request(2, {"web.yaml": "image: web\n"})
    world.rebuild()
    before = world.remote_ref("refs/heads/staging"), world.remote_ref("refs/understudy/staging")
    world.land(1)

    outcome = world.rebuild()

    assert outcome.text == "unchanged  master + #2\n#2  included"
    after = world.remote_ref("refs/heads/staging"), world.remote_ref("refs/understudy/staging")
    assert (before[0] == after[0], before[1] == after[1]) == (True, False)


def test_a_newcomer_that_conflicts_is_told_although_nothing_is_pushed_trap_24(world: World) -> None:
    world.base({"app.yaml": APP})
    world.pull_request(1, {"app.yaml": APP.replace("1", "2")})
    world.rebuild()
    world.pull_request(2, {"app.yaml": APP.replace("1", "3")})

    assert world.rebuild().text == drawn("""
        unchanged  master + #1
        #1  included
        #2  conflicted  conflicts-with-pull-request  app.yaml content with #1
    """)


def test_a_head_that_was_merged_otherwise_is_in_without_effect_trap_40(world: World) -> None:
    world.base({"app.yaml": APP})
    world.pull_request(1, {"app.yaml": APP.replace("1", "2")})
    world.base({"app.yaml": APP.replace("1", "2")}, "Squash of change 1")

    assert world.rebuild().text == "published  master + #1\n#1  included  no-effect"


def test_dependants_follow_what_they_depend_on(world: World) -> None:
    world.base({"app.yaml": APP})
    world.pull_request(1, {"app.yaml": APP.replace("1", "2")}, checks={"lint": "failure"})
    world.pull_request(2, {"web.yaml": "image: web\n"}, depends_on=[1])
    assert world.rebuild().line(2).state.value != "included"

    world.mark(1, lint="success")

    assert world.rebuild().text == "published  master + #1 #2\n#1  included\n#2  included"


def test_a_rewritten_base_makes_the_stage_anew_trap_31(world: World) -> None:
    world.base({"app.yaml": APP})
    world.pull_request(1, {"app.yaml": APP.replace("1", "2")})
    world.base({"bad.yaml": "no\n"})
    world.rebuild()
    world.force_base({"good.yaml": "yes\n"})

    assert world.rebuild().text == "published  master + #1\n#1  included"

    assert world.remote_tree() == {"app.yaml": APP.replace("1", "2"), "good.yaml": "yes\n"}
    assert len(world.log()) == 1


def test_a_head_that_is_gone_is_named_and_the_rest_goes_on(world: World) -> None:
    world.base({"app.yaml": APP})
    world.pull_request(1, {"web.yaml": "image: web\n"})
    world.pull_request(2, {"new.yaml": "image: new\n"})
    world.delete_head(1)

    assert world.rebuild().text == drawn("""
        published  master + #2
        #1  excluded  head-missing
        #2  included
    """)


def test_two_machines_publish_the_same_commit(world: World) -> None:
    world.base({"app.yaml": APP})
    world.pull_request(1, {"grüße ñ.yaml": "ü\n"}, title="Grüße")
    world.pull_request(2, {"-rf": "dash\n", "two words": "x\n"})

    here = world.rebuild(dry_run=True)
    there = world.rebuild(dry_run=True, on=world.other_machine())

    assert here.commit == there.commit
