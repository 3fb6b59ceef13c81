"""The socket of the fake: HTTP/1.1 on the loopback, one thread a connection."""

from __future__ import annotations

import socket
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tests.github.fake.faults import CutError
from tests.github.fake.git_http import is_git
from tests.github.fake.graphql_api import operation_of
from tests.github.fake.messages import Reply, Request, Seen, refusal
from tests.smart_http import body_of

if TYPE_CHECKING:
    from tests.github.fake.hub import Hub
    from tests.github.fake.messages import Group

GRAPHQL = ("/api/graphql", "/graphql")
REST = "/api/v3"
PROBE = b"0000"
"""What git sends first, to find out whether it may send more."""

NOT_MODIFIED = 304


class Server:
    """Serves one hub until it is closed."""

    def __init__(self, hub: Hub) -> None:
        """Listen on a free port of the loopback address."""
        self.hub = hub
        self._http = _Listening(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
        hub.root = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        request = _request(self)
        try:
            reply = _answer(self.hub, request)
        except CutError as cut:
            self.hub.requests.append(_seen(request, 0))
            self._cut(cut.sent)
        else:
            self.hub.requests.append(_seen(request, reply.status))
            self._send(reply, len(reply.body))

    def _cut(self, sent: Reply | None) -> None:
        if sent:
            sent.body = sent.body[: len(sent.body) // 2]
            self._send(sent, 2 * len(sent.body) + 2)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, reply: Reply, length: int) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != NOT_MODIFIED:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()


def _answer(hub: Hub, request: Request) -> Reply:
    try:
        return hub.answer(request)
    except CutError:
        raise
    except Exception:  # noqa: BLE001 - the test fails with it when the server is closed
        hub.failures.append(traceback.format_exc())
        return refusal(500, "The fake GitHub failed.")


def _request(handler: BaseHTTPRequestHandler) -> Request:
    url = urlsplit(handler.path)
    path, body = unquote(url.path), body_of(handler)
    group = _group(handler.command, path, url.query, body)
    name, writes = (None, group in {"rest-write", "git-push"})
    if group == "graphql":
        name, writes = operation_of(body)
    if group.startswith("rest"):
        path = path.removeprefix(REST)
    return Request(
        method=handler.command,
        path=path,
        query=url.query,
        headers=handler.headers,
        body=body,
        group=group,
        operation=name,
        writes=writes,
    )


def _group(method: str, path: str, query: str, body: bytes) -> Group:
    if path in GRAPHQL:
        return "graphql"
    if not is_git(path):
        return "rest-read" if method == "GET" else "rest-write"
    if path.endswith("/git-receive-pack") and body != PROBE:
        return "git-push"
    if path.endswith("/git-receive-pack") or "service=git-receive-pack" in query:
        return "git-push-start"
    return "git-read"


def _seen(request: Request, status: int) -> Seen:
    return Seen(
        request.method,
        request.path,
        "write" if request.writes else "read",
        status,
        request.operation,
        request.group,
    )
