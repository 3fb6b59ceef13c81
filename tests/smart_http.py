"""A real `git http-backend` behind a small server on the loopback address."""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests.gitenv import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import Message
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request to git's backend. `path` begins with a slash and the repository's folder."""

    method: str
    path: str
    query: str
    headers: Message[str, str]
    body: bytes
    user: str = "ada"
    environment: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the bare repositories in a folder, for reading and writing; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(body_of(self))

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            asked = Asked(
                method=self.command, path=path, query=query, headers=self.headers, body=body
            )
            status, headers, content = run_backend(folder, asked)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def body_of(handler: BaseHTTPRequestHandler) -> bytes:
    """Read the body of the request at hand, however it is sent."""
    if handler.headers.get("Transfer-Encoding") != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    body = b""
    while size := int(handler.rfile.readline(), 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body


def run_backend(folder: Path, asked: Asked) -> tuple[int, dict[str, str], bytes]:
    """Let git answer for the repositories in a folder: status, headers, content."""
    environment = {
        **clean_environment(folder),
        "GIT_PROJECT_ROOT": str(folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROTOCOL": asked.headers.get("Git-Protocol", ""),
        "REQUEST_METHOD": asked.method,
        "PATH_INFO": asked.path,
        "QUERY_STRING": asked.query,
        "CONTENT_TYPE": asked.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(asked.body)),
        "HTTP_CONTENT_ENCODING": asked.headers.get("Content-Encoding", ""),
        "REMOTE_USER": asked.user,
        **asked.environment,
    }
    done = subprocess.run(
        ["git", "http-backend"],
        env=environment,
        input=asked.body,
        capture_output=True,
        check=True,
    )
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    return int(headers.pop("Status", "200").split()[0]), headers, content
