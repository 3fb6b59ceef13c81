"""REST endpoints that only read: the repository, its branches, rules and pushes, the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github.fake.messages import Reply, refusal, reply_json
from tests.github.fake.rest_call import Call, Document, Route, paged
from tests.github.fake.values import stamp

if TYPE_CHECKING:
    from tests.github.fake.values import Activity, Protection, Ruleset

_URLS = (
    *("archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits"),
    *("compare", "contents", "contributors", "deployments", "downloads", "events", "forks"),
    *("git_commits", "git_refs", "git_tags", "hooks", "issue_comment", "issue_events", "issues"),
    *("keys", "labels", "languages", "merges", "milestones", "notifications", "pulls"),
    *("releases", "stargazers", "statuses", "subscribers", "subscription", "tags", "teams"),
    "trees",
)
_COUNTS = (
    *("forks", "forks_count", "size", "stargazers_count", "watchers", "watchers_count"),
    *("network_count", "subscribers_count"),
)
_RULES: dict[str, Document] = {
    "pull_request": {
        "parameters": {
            "dismiss_stale_reviews_on_push": False,
            "require_code_owner_review": False,
            "require_last_push_approval": False,
            "required_approving_review_count": 1,
            "required_review_thread_resolution": False,
        }
    }
}
_HAS = ("issues", "projects", "wiki", "pages", "discussions")


def _repository(call: Call) -> Reply:
    it, token = call.repository, call.token
    pushed = stamp(it.activity[-1].at if it.activity else it.created_at)
    admin = token is not None and not token.of_app and token.login == it.owner.login
    pushes = admin or (token is not None and token.may("contents", "write"))
    count = len(it.open())
    return reply_json(
        200,
        {
            "id": it.id,
            "node_id": it.node_id,
            "name": it.name,
            "full_name": it.full_name,
            "owner": call.user(it.owner),
            "private": it.private,
            "visibility": "private" if it.private else "public",
            "description": None,
            "fork": False,
            "url": call.api,
            "html_url": call.html,
            "clone_url": f"{call.html}.git",
            "git_url": f"{call.html}.git",
            "svn_url": call.html,
            "ssh_url": f"git@localhost:{it.full_name}.git",
            **dict.fromkeys(("mirror_url", "homepage", "language", "license")),
            **{f"{name}_url": f"{call.api}/{name}" for name in _URLS},
            **dict.fromkeys(_COUNTS, 0),
            **{f"has_{name}": name == "issues" for name in _HAS},
            "default_branch": it.default_branch,
            "archived": False,
            "disabled": False,
            "open_issues": count,
            "open_issues_count": count,
            "pushed_at": pushed,
            "created_at": stamp(it.created_at),
            "updated_at": pushed,
            "permissions": {"admin": admin, "push": pushes, "pull": True},
        },
    )


def _branch(call: Call) -> Reply:
    name = call.parts["branch"]
    oid = call.repository.branches.get(name)
    if oid is None:
        return refusal(404, "Branch not found")
    protection = call.repository.protections.get(name)
    url = f"{call.api}/branches/{name}"
    return reply_json(
        200,
        {
            "name": name,
            "commit": _commit(call, oid),
            "_links": {"self": url, "html": f"{call.html}/tree/{name}"},
            "protected": protection is not None,
            "protection": _protection(protection),
            "protection_url": f"{url}/protection",
        },
    )


def _protection(it: Protection | None) -> Document:
    """Describe what everybody may know of a protection: its required checks."""
    contexts = list(it.required) if it else []
    return {
        "enabled": it is not None,
        "required_status_checks": {
            "enforcement_level": "non_admins" if contexts else "off",
            "contexts": contexts,
            "checks": [{"context": name, "app_id": None} for name in contexts],
        },
    }


def _commit(call: Call, oid: str) -> Document:
    """Describe a commit, as far as anybody asks: git has the rest."""
    form = "%an%n%ae%n%aI%n%T%n%P%n%s"
    shown = call.hub.git.run("show", "--no-patch", f"--format={form}", oid).splitlines()
    name, email, date, tree, parents, subject = (*shown, "")[:6]
    who = {"name": name, "email": email, "date": date}
    url = f"{call.api}/commits/{oid}"
    return {
        "sha": oid,
        "node_id": call.hub.model.commit(oid).node_id,
        "url": url,
        "html_url": f"{call.html}/commit/{oid}",
        "comments_url": f"{url}/comments",
        "commit": {
            "url": f"{call.api}/git/commits/{oid}",
            "author": who,
            "committer": who,
            "message": subject,
            "comment_count": 0,
            "tree": {"sha": tree, "url": f"{call.api}/git/trees/{tree}"},
        },
        "author": None,
        "committer": None,
        "parents": [
            {"sha": it, "url": f"{call.api}/commits/{it}", "html_url": f"{call.html}/commit/{it}"}
            for it in parents.split()
        ],
    }


def _rules(call: Call) -> Reply:
    name = call.parts["branch"]
    rulesets = [it for it in call.repository.rulesets if it.branch == name]
    rules = [rule for it in rulesets for rule in _rules_of(call, it)]
    return paged(call, f"/rules/branches/{name}", rules)


def _rules_of(call: Call, it: Ruleset) -> list[Document]:
    source: Document = {
        "ruleset_source_type": "Repository",
        "ruleset_source": call.repository.full_name,
        "ruleset_id": it.id,
    }
    rules = [{**_RULES.get(name, {}), "type": name, **source} for name in it.rules]
    if it.required:
        parameters = {
            "required_status_checks": [{"context": name} for name in it.required],
            "strict_required_status_checks_policy": False,
        }
        rules.append({"type": "required_status_checks", "parameters": parameters, **source})
    return rules


def _activity(call: Call) -> Reply:
    wanted = call.query.get("ref")
    full = wanted if wanted is None or wanted.startswith("refs/") else f"refs/heads/{wanted}"
    kind = call.query.get("activity_type")
    named = f"{call.parts['owner']}/{call.parts['repo']}"
    repository = call.hub.model.forks.get(named, call.repository)
    chosen = [
        it for it in repository.activity if full in {None, it.ref} and kind in {None, it.kind}
    ]
    if call.query.get("direction", "desc") == "desc":
        chosen.reverse()
    return _after(call, chosen)


def _after(call: Call, whole: list[Activity]) -> Reply:
    """Answer with a page of a list that is paged by cursor."""
    after, size = call.query.get("after"), int(call.query.get("per_page", 30))
    start = next((n + 1 for n, it in enumerate(whole) if it.node_id == after), 0)
    chosen = whole[start : start + size]
    reply = reply_json(200, [_push(call, it) for it in chosen])
    if start + size >= len(whole):
        return reply
    link = f"{call.api}/activity?per_page={size}&after={chosen[-1].node_id}"
    for key in ("ref", "direction", "activity_type"):
        link += f"&{key}={call.query[key]}" if key in call.query else ""
    return reply | {"Link": f'<{link}>; rel="next"'}


def _push(call: Call, it: Activity) -> Document:
    return {
        "id": it.id,
        "node_id": it.node_id,
        "before": it.before,
        "after": it.after,
        "ref": it.ref,
        "timestamp": stamp(it.at),
        "activity_type": it.kind,
        "actor": call.user(it.actor),
    }


def _user(call: Call) -> Reply:
    if call.token is None:
        return refusal(401, "Requires authentication")
    if call.token.of_app:
        return refusal(403, "Resource not accessible by integration")
    made = stamp(call.repository.created_at)
    nothing = ("name", "company", "blog", "location", "email", "hireable", "bio")
    counts = ("public_repos", "public_gists", "followers", "following")
    return reply_json(
        200,
        {
            **call.user(call.actor),
            **dict.fromkeys(nothing),
            **dict.fromkeys(counts, 0),
            "created_at": made,
            "updated_at": made,
            "user_view_type": "public",
        },
    )


def _rate_limit(call: Call) -> Reply:
    rate = call.hub.rate
    now: Document = {
        "limit": rate.limit,
        "remaining": rate.remaining,
        "used": rate.limit - rate.remaining,
        "reset": int(rate.resets_at),
    }
    resources = {"core": now, "graphql": now, "search": now}
    return reply_json(200, {"resources": resources, "rate": now})


_REPO = "/repos/{owner}/{repo}"
ROUTES = (
    Route(
        method="GET",
        template=f"{_REPO}/rules/branches/{{branch}}",
        handler=_rules,
        permissions=(("metadata", "read"),),
    ),
    Route(
        method="GET",
        template=f"{_REPO}/branches/{{branch}}",
        handler=_branch,
        permissions=(("contents", "read"),),
    ),
    Route(
        method="GET",
        template=f"{_REPO}/activity",
        handler=_activity,
        permissions=(("contents", "read"),),
        of_forks=True,
    ),
    Route(method="GET", template=_REPO, handler=_repository, permissions=(("metadata", "read"),)),
    Route(method="GET", template="/user", handler=_user),
    Route(method="GET", template="/rate_limit", handler=_rate_limit),
)
