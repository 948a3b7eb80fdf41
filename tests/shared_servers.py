"""Places that can hold a shared store, real ones started on loopback: a directory, nginx with WebDAV, moto's S3."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from patience import LONG

NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)
MOTO_PYTHON = os.environ.get("ASSETGEN_MOTO_PYTHON", sys.executable)
MOTO = (importlib.util.find_spec("moto") is not None or sys.executable != MOTO_PYTHON) and importlib.util.find_spec(
    "obstore"
) is not None

NGINX_CONFIG = """\
daemon off;
worker_processes 2;
pid {root}/nginx.pid;
error_log {root}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {root}/body;
  proxy_temp_path {root}/proxy; fastcgi_temp_path {root}/fcgi; uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;
  client_max_body_size 64m;
  server {{
    listen 127.0.0.1:{port};
    root {root}/files;
    dav_methods PUT;
    create_full_put_path on;
    if ($request_method = PUT) {{ set $put P; }}
    if (-f $request_filename) {{ set $put "${{put}}F"; }}
    if ($put = PF) {{ return 412; }}
    location ~ "/ac/[0-9a-f]{{64}}$" {{ client_body_timeout 500ms; }}
    {extra}
  }}
}}
"""


@dataclass
class Place:
    """A shared store. `url` is what ASSETGEN_SHARED_STORE is set to, `env` what else its client needs. `files`: the
    folder in which its objects lie, where they do."""

    kind: str
    url: str
    env: dict[str, str] = field(default_factory=dict)
    files: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    def part(self, name: str) -> Place:
        """A store of its own inside this one's server."""
        base, mark, query = self.url.partition("?")
        files = self.files / name if self.files is not None else None
        return Place(self.kind, f"{base}/{name}{mark}{query}", self.env, files)

    @property
    def variables(self) -> dict[str, str]:
        return {"ASSETGEN_SHARED_STORE": self.url, **self.env}

    def kill(self) -> None:
        """As a power cut does it."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    """A port that nobody listens on, and that the system gives to nobody who asks it for any: it stays free."""
    for port in random.SystemRandom().sample(range(20_000, 30_000), 100):
        with contextlib.suppress(OSError), socket.socket() as sock:
            sock.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def need(kind: str) -> None:
    """Skips the test where the server is not installed; with ASSETGEN_SERVERS=required it fails."""
    missing = pytest.fail if os.environ.get("ASSETGEN_SERVERS") == "required" else pytest.skip
    if kind == "nginx" and NGINX is None:
        missing("nginx is not installed (Debian: apt install nginx-light)")
    if kind == "s3" and not MOTO:
        missing("pip install 'assetgen[remote]' 'moto[server]'")


@contextlib.contextmanager
def place(
    kind: str, root: Path, *, port: int | None = None, extra: str = "", at: Path | None = None
) -> Iterator[Place]:
    """A new, empty store of a kind (`directory`, `nginx`, `s3`) while the block runs. `extra`: lines for nginx.
    `at`: the folder of an nginx that was here before."""
    need(kind)
    if kind == "nginx":
        root = at or Path(tempfile.mkdtemp(prefix="assetgen-nginx-"))
    root.mkdir(parents=True, exist_ok=True)
    if kind == "directory":
        (root / "files").mkdir(exist_ok=True)
        yield Place(kind, (root / "files").as_uri(), files=root / "files")
        return
    port = port or free_port()
    if kind == "nginx":
        # Its workers are another user, and pytest closes its own folders to others: hence a folder elsewhere.
        root.chmod(0o755)
        (root / "files").mkdir(exist_ok=True)
        (root / "files").chmod(0o777)
        config = root / "nginx.conf"
        config.write_text(NGINX_CONFIG.format(root=root, port=port, extra=extra))
        assert NGINX is not None
        command = [NGINX, "-p", str(root), "-c", str(config), "-e", str(root / "error.log")]
        found = Place(kind, f"http://127.0.0.1:{port}", files=root / "files")
    else:
        command = [MOTO_PYTHON, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        env = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
        found = Place(kind, f"s3://art/team?endpoint=http://127.0.0.1:{port}", env)
    with _started(command, port) as process:
        found.process = process
        if kind == "s3":
            request = urllib.request.Request(f"http://127.0.0.1:{port}/art", method="PUT")
            urllib.request.urlopen(request, timeout=LONG).close()
        yield found
    if kind == "nginx" and at is None:
        shutil.rmtree(root, ignore_errors=True)


@contextlib.contextmanager
def _started(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    none = subprocess.DEVNULL
    process = subprocess.Popen(command, start_new_session=True, stdin=none, stdout=none, stderr=none)
    try:
        deadline = time.monotonic() + LONG
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{command[0]} did not start"
            time.sleep(0.05)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
