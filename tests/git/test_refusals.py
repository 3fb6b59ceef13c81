from __future__ import annotations

import pytest

from understudy.git.refusals import refusal

GITHUB_RULES = (
    "remote: error: GH013: Repository rule violations found for refs/heads/staging.; remote:"
    " Review all repository rules at https://github.com/o/r/rules?ref=refs%2Fheads%2Fstaging;"
    " remote: - Cannot force-push to this branch;"
    " ! [remote rejected] staging -> staging (push declined due to repository rule violations)"
)
GITHUB_PROTECTED = (
    "remote: error: GH006: Protected branch update failed for refs/heads/staging.; remote: error:"
    " Cannot force-push to this branch;"
    " ! [remote rejected] staging -> staging (protected branch hook declined)"
)
GITHUB_WORKFLOW = (
    "! [remote rejected] staging -> staging (refusing to allow {who} to create or update workflow"
    " `.github/workflows/ci.yml` without `{right}` {word})"
)
GITHUB_403 = (
    "remote: Permission to o/r.git denied to github-actions[bot].; fatal: unable to access"
    " 'https://github.com/o/r/': The requested URL returned error: 403"
)
GITHUB_KEY = (
    "ERROR: The key you are authenticating with has been marked as read only.; fatal: Could not"
    " read from remote repository.; Please make sure you have the correct access rights; and the"
    " repository exists."
)
GITLAB_FORCE = (
    "remote: GitLab: You are not allowed to force push code to a protected branch on this"
    " project.; ! [remote rejected] staging -> staging (pre-receive hook declined)"
)
GITLAB_DEPLOY_KEY = (
    "remote: ERROR: This deploy key does not have write access to this project.; fatal: Could not"
    " read from remote repository.; Please make sure you have the correct access rights"
)
GITLAB_NOT_ALLOWED = (
    "remote: GitLab: You are not allowed to push code to this project.;"
    " ! [remote rejected] staging -> staging (pre-receive hook declined)"
)
GITEA_FORCE = (
    "remote: Gitea: branch staging is protected from force push;"
    " ! [remote rejected] staging -> staging (pre-receive hook declined)"
)
GITEA_PUSH = (
    "remote: Gitea: Not allowed to push to protected branch staging;"
    " ! [remote rejected] staging -> staging (pre-receive hook declined)"
)
GITEA_USER = (
    "remote: Gitea: User permission denied for writing.;"
    " ! [remote rejected] staging -> staging (pre-receive hook declined)"
)
GIT_CHECKED_OUT = (
    "remote: error: refusing to update checked out branch: refs/heads/staging; remote: error: By"
    " default, updating the current branch in a non-bare repository; remote: is denied, because it"
    " will make the index and work tree inconsistent;"
    " ! [remote rejected] staging -> staging (branch is currently checked out)"
)
GIT_NON_FAST_FORWARD = (
    "remote: error: denying non-fast-forward refs/heads/staging (you should pull first);"
    " ! [remote rejected] staging -> staging (non-fast-forward)"
)

TABLE = [
    ("workflows-permission", "who=an OAuth App right=workflow word=scope", GITHUB_WORKFLOW),
    ("workflows-permission", "who=a GitHub App right=workflows word=permission", GITHUB_WORKFLOW),
    (
        "workflows-permission",
        "who=a Personal Access Token right=workflow word=scope",
        GITHUB_WORKFLOW,
    ),
    ("ruleset", "", GITHUB_RULES),
    ("protected-branch", "", GITHUB_PROTECTED),
    ("permission", "", GITHUB_403),
    ("permission", "", GITHUB_KEY),
    ("protected-branch", "", GITLAB_FORCE),
    ("permission", "", GITLAB_DEPLOY_KEY),
    ("permission", "", GITLAB_NOT_ALLOWED),
    ("protected-branch", "", GITEA_FORCE),
    ("protected-branch", "", GITEA_PUSH),
    ("permission", "", GITEA_USER),
    ("checked-out-branch", "", GIT_CHECKED_OUT),
    ("non-fast-forward", "", GIT_NON_FAST_FORWARD),
    ("hidden-ref", "", "! [remote rejected] x -> refs/understudy/x (deny updating a hidden ref)"),
    ("no-atomic-push", "", "fatal: the receiving end does not support --atomic push"),
    (
        "hook",
        "",
        "remote: no staging today; ! [remote rejected] x -> x (pre-receive hook declined)",
    ),
    ("hook", "", "! [remote rejected] staging -> staging (hook declined)"),
    ("remote", "", "! [remote rejected] staging -> staging (something new)"),
    ("remote", "", ""),
]
"""Rule, what fills the text, and what was said. Two GitLab and Gitea lines end in their hook."""


@pytest.mark.parametrize(("rule", "fill", "said"), TABLE)
def test_a_refusal_goes_by_the_rule_that_explains_it_trap_22_trap_20(
    rule: str, fill: str, said: str
) -> None:
    text = said.format(**filled(fill)) if fill else said
    found = refusal(text)
    assert found.rule == rule
    assert found.message == text[:600]
    assert found.remedy.endswith((".", ")."))


def filled(fill: str) -> dict[str, str]:
    who, _, rest = fill.removeprefix("who=").partition(" right=")
    right, _, word = rest.partition(" word=")
    return {"who": who, "right": right, "word": word}


def test_a_long_answer_is_cut_yet_read_to_its_end() -> None:
    found = refusal("x" * 5000 + " (protected branch hook declined)")
    assert found.rule == "protected-branch"
    assert len(found.message) == 600
