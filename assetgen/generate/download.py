"""Files that a reply names by URL: https only, never the key, never a private address, never without end."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from assetgen.generate.transport import Transport
from assetgen.model.errors import ProviderError

MAX_REDIRECTS = 3
EXPIRED = frozenset({401, 403, 404, 410})
"""Statuses of a signed address that is good no more: a fresh one may help."""

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ExpiredError(ProviderError):
    """The address is not good any more."""


class UnusableFileError(ProviderError):
    """What the address gives can never be used, however often it is asked."""


class Downloads(Struct, frozen=True):
    """`local`: the service itself is on loopback, so that its files may be, over plain http too.
    `in_process`: it is an application in this process, whose addresses are no real ones."""

    transport: Transport
    local: bool = False
    in_process: bool = False

    async def fetch(self, url: str, *, limit: int) -> bytes:
        """The bytes at `url`. Raises ExpiredError, UnusableFileError, or ProviderError after all retries."""
        for _hop in range(MAX_REDIRECTS + 1):
            await self._check(url)
            reply = await self.transport.call("GET", url, authorized=False, limit=limit)
            if reply.status in (301, 302, 303, 307, 308):
                url = urljoin(url, reply.headers.get("location", ""))
                continue
            if reply.cut:
                raise UnusableFileError(f"is larger than {limit >> 20} MiB, which no picture here should be")
            if reply.status in EXPIRED:
                raise ExpiredError(f"its address is not good any more ({reply.status})")
            if not reply.ok:
                raise ProviderError(f"the file server answers {reply.status}")
            return reply.body
        raise UnusableFileError("is redirected without end")

    async def _check(self, url: str) -> None:
        """Raises UnusableFileError for an address that must not be asked."""
        if self.in_process:
            return
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise UnusableFileError(f"is at an address that nobody can read ({error})") from None
        if parts.scheme not in ("http", "https") or not host:
            raise UnusableFileError(f"is at an address that is no web address ({parts.scheme}:)")
        addresses = await self._resolved(host, port or (443 if parts.scheme == "https" else 80))
        loopback = bool(addresses) and all(address.is_loopback for address in addresses)
        if loopback and self.local:
            return
        if parts.scheme != "https":
            raise UnusableFileError(f"is at {host} over plain http; only https is fetched")
        if not all(address.is_global for address in addresses):
            raise UnusableFileError(f"is at {host}, a private address: not fetched")

    async def _resolved(self, host: str, port: int) -> list[_Address]:
        try:
            return [ipaddress.ip_address(host)]
        except ValueError:
            pass
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            if self.transport.behind_proxy:  # the proxy resolves names, this machine may not be able to
                return []
            raise ProviderError(f"the file server {host} cannot be found: {error.strerror or error}") from None
        except ValueError:  # a label that is empty or too long
            raise UnusableFileError("is at an address that is no name of a server") from None
        return [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
