"""REST endpoints that tell people something: commit statuses and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github.fake.messages import Reply, refusal, reply_json
from tests.github.fake.reported import STATUSES_A_CONTEXT
from tests.github.fake.rest_call import Call, Document, Route, invalid, paged
from tests.github.fake.values import stamp

if TYPE_CHECKING:
    from tests.github.fake.values import IssueComment, StatusContext

LONGEST_DESCRIPTION = 140
LONGEST_COMMENT = 65_536
STATES = ("error", "failure", "pending", "success")


def _post_status(call: Call) -> Reply:
    sha = call.parts["sha"]
    if not call.knows(sha):
        return refusal(422, f"No commit found for SHA: {sha}")
    texts = {name: call.body.get(name) for name in ("description", "target_url")}
    context, state = call.body.get("context") or "default", call.body.get("state")
    if state not in STATES:
        return invalid("Status", "state", "inclusion")
    if len(texts["description"] or "") > LONGEST_DESCRIPTION:
        words = f"description is too long (maximum is {LONGEST_DESCRIPTION} characters)"
        return invalid("Status", "description", message=words)
    commit = call.hub.model.commit(sha)
    if sum(1 for it in commit.statuses if it.context == context) >= STATUSES_A_CONTEXT:
        words = "This SHA and context has reached the maximum number of statuses."
        return invalid("Status", "base", message=words)
    status = call.hub.model.add_status(sha, context, state, creator=call.actor, **texts)
    return reply_json(201, _status(call, status))


def _list_statuses(call: Call) -> Reply:
    commit = call.commit(call.parts["ref"])
    if commit is None:
        return refusal(422, f"No commit found for SHA: {call.parts['ref']}")
    documents = [_status(call, it) for it in reversed(commit.statuses)]
    return paged(call, f"/commits/{call.parts['ref']}/statuses", documents)


def _post_comment(call: Call) -> Reply:
    pull_request = call.repository.pull_requests.get(int(call.parts["issue_number"]))
    if pull_request is None:
        return refusal(404, "Not Found")
    if refused := _refused_body(call):
        return refused
    comment = call.hub.model.comment(pull_request, call.actor, call.body["body"])
    return reply_json(201, _comment(call, comment))


def _list_comments(call: Call) -> Reply:
    number = call.parts["issue_number"]
    pull_request = call.repository.pull_requests.get(int(number))
    if pull_request is None:
        return refusal(404, "Not Found")
    documents = [_comment(call, it) for it in pull_request.comments]
    return paged(call, f"/issues/{number}/comments", documents)


def _patch_comment(call: Call) -> Reply:
    wanted = int(call.parts["comment_id"])
    for pull_request in call.repository.pull_requests.values():
        for comment in pull_request.comments:
            if comment.id == wanted:
                return _edit(call, comment)
    return refusal(404, "Not Found")


def _edit(call: Call, comment: IssueComment) -> Reply:
    if refused := _refused_body(call):
        return refused
    if comment.author is not call.actor and call.token and call.token.of_app:
        return refusal(403, "Resource not accessible by integration")
    comment.body, comment.updated_at = call.body["body"], call.hub.model.clock.tick()
    return reply_json(200, _comment(call, comment))


def _refused_body(call: Call) -> Reply | None:
    body = call.body.get("body")
    if not isinstance(body, str) or not body.strip():
        return invalid("IssueComment", "body", "missing_field")
    if len(body) > LONGEST_COMMENT:
        words = f"body is too long (maximum is {LONGEST_COMMENT} characters)"
        return invalid("IssueComment", "body", message=words)
    return None


def _status(call: Call, it: StatusContext) -> Document:
    creator = call.user(it.creator)
    return {
        "url": f"{call.api}/statuses/{it.commit.oid}",
        "avatar_url": creator["avatar_url"],
        "id": it.id,
        "node_id": it.node_id,
        "state": it.state,
        "description": it.description,
        "target_url": it.target_url,
        "context": it.context,
        "created_at": stamp(it.created_at),
        "updated_at": stamp(it.created_at),
        "creator": creator,
    }


def _comment(call: Call, it: IssueComment) -> Document:
    number = it.pull_request.number
    return {
        "url": f"{call.api}/issues/comments/{it.id}",
        "html_url": f"{call.html}/pull/{number}#issuecomment-{it.id}",
        "issue_url": f"{call.api}/issues/{number}",
        "id": it.id,
        "node_id": it.node_id,
        "user": call.user(it.author),
        "created_at": stamp(it.created_at),
        "updated_at": stamp(it.updated_at),
        "author_association": "NONE",
        "body": it.body,
        "performed_via_github_app": None,
    }


_REPO = "/repos/{owner}/{repo}"
ROUTES = (
    Route(
        method="POST",
        template=f"{_REPO}/statuses/{{sha}}",
        handler=_post_status,
        permissions=(("statuses", "write"),),
    ),
    Route(
        method="GET",
        template=f"{_REPO}/commits/{{ref}}/statuses",
        handler=_list_statuses,
        permissions=(("statuses", "read"),),
    ),
    Route(
        method="POST",
        template=f"{_REPO}/issues/{{issue_number}}/comments",
        handler=_post_comment,
        permissions=(("issues", "write"), ("pull_requests", "write")),
    ),
    Route(
        method="GET",
        template=f"{_REPO}/issues/{{issue_number}}/comments",
        handler=_list_comments,
        permissions=(("issues", "read"), ("pull_requests", "read")),
    ),
    Route(
        method="PATCH",
        template=f"{_REPO}/issues/comments/{{comment_id}}",
        handler=_patch_comment,
        permissions=(("issues", "write"), ("pull_requests", "write")),
    ),
)
