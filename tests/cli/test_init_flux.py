from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.clones import WORKFLOW
from tests.gitops.doctor.homes import kustomization
from tests.gitops.writing.fleets import CLUSTER, FLEET, ORIGIN, OVERLAY, SOURCE, STAGE, STAGED, SYNC
from understudy.core.errors import ExitCode

if TYPE_CHECKING:
    from tests.cli.clones import Clone

NOT_COPIED = (
    "To decide     Not copied from production's `apps-production`: `postBuild`. Give the stage"
    " values of its own where it needs any.\n"
)

ADD = (
    "\nThe stage has no app yet. There are bases for `notes` and `web`. To add one:\n"
    "    understudy overlay add notes\n"
)


def a_fleet(clone: Clone, files: dict[str, str] = FLEET, *, origin: str | None = ORIGIN) -> None:
    for path, text in files.items():
        clone.write(path, text)
    if origin is not None:
        clone.git("remote", "add", "origin", origin)


def test_on_github_it_is_all_written_in_one_go(clone: Clone) -> None:
    a_fleet(clone)

    told = clone.init("--flux")

    assert told == (
        "Wrote 5 files\n"
        f"  created       {WORKFLOW}\n"
        "  created       understudy.yaml\n"
        f"  created       {SOURCE}\n"
        f"  created       {STAGE}\n"
        f"  created       {OVERLAY}\n"
        "\n"
        "Base          main\n"
        "CI workflows  Lint\n"
        f"{NOT_COPIED}"
        f"{ADD}"
        "\n"
        "Bring it to the default branch; from then on the stage builds itself. Nothing has to be"
        " set up on GitHub: the workflow asks for the permissions it needs. What is deployed"
        " follows the branch `staging`.\n"
        f"    git add {WORKFLOW} understudy.yaml {SOURCE} {STAGE} {OVERLAY}"
        " && git commit --message 'Build a staging branch' && git push\n"
    )
    assert "    branch: staging\n" in clone.read(SOURCE)


def test_a_workflow_that_is_there_stays_as_it_is(clone: Clone) -> None:
    a_fleet(clone)
    clone.write(WORKFLOW, "on: push\n# by hand\n")

    told = clone.init("--flux")

    assert clone.read() == "on: push\n# by hand\n"
    assert f"Workflow      {WORKFLOW} is left as it is\n" in told
    assert (
        "Bring it to the default branch. What is deployed follows the branch `staging`.\n" in told
    )
    assert "git commit --message 'Deploy the staging branch'" in told


@pytest.mark.parametrize("origin", [None, "https://git.example.org/ada/home.git"])
def test_elsewhere_no_workflow_is_written(clone: Clone, origin: str | None) -> None:
    a_fleet(clone, origin=origin)

    told = clone.init("--flux")

    assert told.startswith("Wrote 3 files\n")
    assert not (clone.folder / WORKFLOW).exists()


def test_again_it_changes_nothing_and_says_what_is_there(clone: Clone) -> None:
    a_fleet(clone)
    clone.init("--flux", "--receiver")
    before = clone.files()

    told = clone.init("--flux", "--receiver")

    assert clone.files() == before
    assert told == (
        "Wrote nothing\n"
        f"  unchanged     {SOURCE}\n"
        f"  unchanged     {STAGE}\n"
        f"  unchanged     {CLUSTER}/receiver-staging.yaml\n"
        "\n"
        "Base          main\n"
        f"Workflow      {WORKFLOW} is left as it is\n"
        "There already GitRepository flux-system/flux-system-staging\n"
        "There already Kustomization flux-system/apps-staging\n"
        "There already Receiver flux-system/receiver-staging\n"
        f"{ADD}"
    )


def test_where_the_stage_has_an_app_none_is_asked_for(clone: Clone) -> None:
    web = "apps/staging/web/kustomization.yaml"
    a_fleet(clone, {**FLEET, OVERLAY: "resources: [web]\n", web: "resources: [../../base/web]\n"})

    assert "has no app yet" not in clone.init("--flux")


def test_a_stage_of_things_that_are_no_app_is_not_empty(clone: Clone) -> None:
    a_fleet(clone, {**FLEET, OVERLAY: "components: [../../base/web]\n"})

    assert "has no app yet" not in clone.init("--flux")


def test_without_bases_the_folder_of_an_app_is_asked_for(clone: Clone) -> None:
    a_fleet(clone, {path: text for path, text in FLEET.items() if "/base/" not in path})

    told = clone.init("--flux", "--stage", "staging")

    assert (
        "The stage has no app yet. Name the folder that one is made of. To add one:\n"
        "    understudy overlay add APP --from FOLDER --stage staging\n"
    ) in told


def test_of_many_bases_a_few_are_named(clone: Clone) -> None:
    many = {f"apps/base/a{n:02}/kustomization.yaml": "" for n in range(11)}
    a_fleet(clone, {**FLEET, **many})

    assert "`a08` and `a09`, and 3 more. To add one:" in clone.init("--flux")


def test_a_dry_run_shows_the_difference_and_writes_nothing(clone: Clone) -> None:
    applied = kustomization("apps-staging", "apps/staging", "flux-system")
    a_fleet(clone, {**FLEET, STAGE: applied, OVERLAY: "resources: []\n"}, origin=None)
    before = clone.files()

    told = clone.init("--flux", "--dry-run")

    assert clone.files() == before
    assert told.startswith("Would write 2 files: a dry run\n")
    assert f"--- a/{SOURCE}\n+++ b/{SOURCE}\n@@ -0,0 +1," in told
    assert "+    branch: staging\n" in told
    assert "-    name: flux-system\n+    name: flux-system-staging\n" in told


def test_a_file_that_exists_is_changed_only_when_that_is_agreed(clone: Clone) -> None:
    applied = kustomization("apps-staging", "apps/staging", "flux-system")
    a_fleet(clone, {**FLEET, STAGE: applied}, origin=None)
    before = clone.files()

    told = clone.init("--flux", code=ExitCode.USAGE)

    assert f"`{STAGE}` would change, and there is no terminal to ask on." in told
    assert "See the difference with `understudy init --flux --dry-run`" in told
    assert clone.files() == before

    clone.init("--flux", "--yes")

    assert "name: flux-system-staging\n" in clone.read(STAGE)


def test_line_ends_of_windows_are_kept(clone: Clone) -> None:
    listing = "resources:\r\n  - apps-production.yaml\r\n"
    a_fleet(clone, {**FLEET, f"{CLUSTER}/kustomization.yaml": listing}, origin=None)

    clone.init("--flux", "--yes")

    assert clone.read(f"{CLUSTER}/kustomization.yaml") == (
        "resources:\r\n  - apps-production.yaml\r\n  - apps-staging.yaml\r\n"
        "  - repo-staging.yaml\r\n"
    )


def test_the_whole_is_told_as_json(clone: Clone) -> None:
    a_fleet(clone, STAGED, origin=None)

    assert clone.json("--flux", "--dry-run") == {
        "base": "main",
        "ci": [],
        "unread": [],
        "dry_run": True,
        "files": [
            {"path": SOURCE, "change": "unchanged", "written": False},
            {"path": STAGE, "change": "unchanged", "written": False},
        ],
        "present": [
            "GitRepository flux-system/flux-system-staging",
            "Kustomization flux-system/apps-staging",
        ],
        "to_decide": [],
        "addable": ["notes", "web"],
    }


def test_where_there_is_no_flux_it_says_so(clone: Clone) -> None:
    told = clone.init("--flux", code=ExitCode.USAGE)

    assert told.startswith("error: No Flux is found in this repository")
    assert "hint: Bootstrap Flux first" in told
    assert not (clone.folder / WORKFLOW).exists()


def test_argo_cd(clone: Clone) -> None:
    clone.write(
        "argocd/apps-production.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        "metadata: {name: apps-production, namespace: argocd}\n"
        "spec: {source: {repoURL: 'https://x/y', path: apps/production}}\n",
    )

    told = clone.init("--argo")

    assert told.startswith("Wrote 2 files\n  created       argocd/apps-staging.yaml\n")
    assert "    targetRevision: staging\n" in clone.read("argocd/apps-staging.yaml")


def test_a_stage_of_several_is_named(clone: Clone) -> None:
    a_fleet(clone, origin=None)
    clone.write("understudy.yaml", "stages: {one: {}, two: {branch: second}}\n")

    assert "There are several stages" in clone.init("--flux", code=ExitCode.USAGE)
    clone.init("--flux", "--stage", "two")

    assert "    branch: second\n" in clone.read(f"{CLUSTER}/repo-two.yaml")
    assert "  path: ./apps/two\n" in clone.read(f"{CLUSTER}/apps-two.yaml")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--receiver"], "`--receiver` goes with `--flux` or `--argo`."),
        (["--per-app"], "`--per-app` goes with `--flux` or `--argo`."),
        (["--cluster", "x", "--argo"], "`--cluster` goes with `--flux`."),
    ],
)
def test_options_that_mean_nothing_alone_are_refused(
    clone: Clone, arguments: list[str], told: str
) -> None:
    assert told in clone.init(*arguments, code=ExitCode.USAGE)


def test_a_credential_in_the_address_is_not_written(clone: Clone) -> None:
    files = {**FLEET}
    files[f"{CLUSTER}/flux-system/gotk-sync.yaml"] = "# made by `flux bootstrap`\n"
    a_fleet(clone, files, origin="https://ada:s3cret@github.com/ada/home.git")

    told = clone.init("--flux") + json.dumps(clone.json("--flux", "--dry-run"))

    assert "s3cret" not in told + "".join(str(each) for each in clone.files().values())
    assert "  url: https://github.com/ada/home.git\n" in clone.read(SOURCE)


def test_the_password_of_the_clone_is_neither_written_nor_told(clone: Clone) -> None:
    a_fleet(clone, {**FLEET, SYNC: ""}, origin="ssh://git:sekrit@h/x?token=sekrit")

    told = clone.init("--flux", "--dry-run") + clone.init("--flux")

    assert "  url: ssh://git@h/x\n" in clone.read(SOURCE)
    assert "sekrit" not in told + clone.read(SOURCE)


def test_a_password_in_a_file_is_not_shown(clone: Clone) -> None:
    secret = FLEET[SYNC].replace("https://", "https://me:sekrit@")
    a_fleet(clone, {**FLEET, SYNC: secret})

    told = clone.init("--flux", "--dry-run")

    assert "https://***@" in told
    assert "sekrit" not in told


def test_an_origin_that_is_no_address_is_told(clone: Clone) -> None:
    a_fleet(clone, {**FLEET, SYNC: ""}, origin="https://[::1")

    assert "`origin` cannot be read" in clone.init("--flux", code=ExitCode.USAGE)
