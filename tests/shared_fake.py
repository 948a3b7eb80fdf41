"""A team's store in memory that fails as it is told to."""

from __future__ import annotations

import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Fault = Callable[[str, str], int | None]
"""The status that a method on a path gets instead of an answer; -1 cuts the connection, None lets it pass."""


class Server(ThreadingHTTPServer):
    """Bazel-remote's layout in memory, with faults."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.fault: Fault = lambda method, path: None
        self.overwrites = False
        self.seen: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None: ...


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        server, path = self.server, self.path
        server.seen.append((self.command, path))
        status = server.fault(self.command, path)
        if status == -1:
            if self.command == "PUT":
                self.rfile.read(1)
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if status is not None:
            self._send(status, b"trouble")
        elif self.command == "PUT":
            taken = path in server.objects and not server.overwrites
            if not taken:
                server.objects[path] = body
            self._send(412 if taken else 201, b"")
        else:
            found = server.objects.get(path)
            self._send(404 if found is None else 200, found or b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...
