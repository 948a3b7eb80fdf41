"""The one place that listens: on this machine alone."""

from __future__ import annotations

import socket
import sys

from assetgen.model.errors import UsageError

HOST = "127.0.0.1"
WAITING = 256
"""Connections that may wait until they are looked at."""


def listen(port: int) -> socket.socket:
    """A listening socket on 127.0.0.1; port 0 takes a free one. Raises UsageError when the port is taken."""
    # asyncio turns Nagle's delay (40 ms a reply) off only for sockets that say that they are TCP.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # On Windows, SO_REUSEADDR would let another program listen on the same port, and get what is meant for this one.
    if sys.platform == "win32":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
    except OSError as error:
        sock.close()
        raise UsageError(f"--port {port}: cannot listen on {HOST}: {error.strerror or error}") from None
    sock.listen(WAITING)
    return sock
