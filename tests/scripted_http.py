"""A real HTTP server on the loopback that answers from a script and remembers what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.smart_http import body_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came. Names of headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Says:
    """An answer. `announced` bytes are promised where that differs from what is sent."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    announced: int | None = None
    pause: float = 0.0
    """Seconds between each two bytes of the body."""
    silence: float = 0.0
    """Seconds between each two headers."""


class HangsUp:
    """Cut the connection without an answer."""


Answer = Says | HangsUp
Script = Callable[[Asked], Answer]


class Scripted:
    """A server that is running. `log` has what it was asked, in order."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.log: list[Asked] = []
        self.address = ""

    def asked(self, method: str) -> list[str]:
        """Return the paths that were asked with a method."""
        return [each.path for each in self.log if each.method == method]


def says_json(document: object, status: int = 200, **headers: str) -> Says:
    """Answer with a document. A name of a header is written with `_` for `-`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Says(
        status=status,
        headers={"content-type": "application/json; charset=utf-8", **named},
        body=json.dumps(document).encode(),
    )


def in_turn(*answers: Answer) -> Script:
    """Give one answer after the other; the last one serves for all further requests."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def scripted(script: Script, *, tls: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Serve until the block ends."""
    server = Scripted(script)
    with _Listening(("127.0.0.1", 0), _handler(server)) as listening:
        if tls:
            listening.socket = tls.wrap_socket(listening.socket, server_side=True)
        scheme = "https" if tls else "http"
        server.address = f"{scheme}://127.0.0.1:{listening.server_port}"
        threading.Thread(
            target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        try:
            yield server
        finally:
            listening.shutdown()


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that went away."""


def _handler(server: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            asked = Asked(
                method=self.command,
                path=self.path,
                headers={name.lower(): text for name, text in self.headers.items()},
                body=body_of(self),
            )
            server.log.append(asked)
            says = server.script(asked)
            if isinstance(says, HangsUp):
                self.close_connection = True
            else:
                self._send(says)

        do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - as the base calls them

        def log_message(self, *_: object) -> None:
            pass

        def _send(self, says: Says) -> None:
            self.send_response(says.status)
            length = len(says.body) if says.announced is None else says.announced
            for name, text in {**says.headers, "content-length": str(length)}.items():
                self.send_header(name, text)
                self.flush_headers()
                time.sleep(says.silence)
            self.end_headers()
            step = 1 if says.pause else max(1, len(says.body))
            for start in range(0, len(says.body), step):
                self.wfile.write(says.body[start : start + step])
                time.sleep(says.pause)
            if says.announced is not None:
                self.close_connection = True

    return Handler
