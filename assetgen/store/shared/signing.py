"""Ed25519 signatures of records: whoever believes only `assets.pub` need not trust the server."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from assetgen.model.errors import StoreError, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PUBLIC = "assets.pub"
"""The file beside the manifest: one public key a line, as `ssh-keygen -t ed25519` writes it."""

PRIVATE = "ASSETGEN_SIGNING_KEY"
_CONTEXT = b"assetgen-record-1\0"


class Signing(Struct, frozen=True):
    """`believed` are the keys of `assets.pub`, None without that file; `own` is this machine's private key."""

    believed: tuple[Ed25519PublicKey, ...] | None = None
    own: Ed25519PrivateKey | None = None

    @property
    def wanted(self) -> bool:
        return self.believed is not None

    @property
    def obstacle(self) -> str | None:
        """Why what this machine writes would not be believed; None when it would."""
        if self.believed is None:
            return None
        if self.own is None:
            return f"{PUBLIC} asks for signed records, and {PRIVATE} is not set"
        if _raw(self.own.public_key()) not in map(_raw, self.believed):
            return f"{PRIVATE} does not belong to any key in {PUBLIC}"
        return None

    def sign(self, body: bytes) -> str | None:
        """The signature as base64; None without a key."""
        return base64.b64encode(self.own.sign(_CONTEXT + body)).decode() if self.own is not None else None

    def believes(self, body: bytes, signature: object) -> bool:
        """Whether one of the believed keys made this signature; True when no key is asked for."""
        if self.believed is None:
            return True
        from cryptography.exceptions import InvalidSignature

        try:
            raw = base64.b64decode(signature if isinstance(signature, str) else "", validate=True)
        except (binascii.Error, ValueError):
            return False
        for key in self.believed:
            try:
                key.verify(raw, _CONTEXT + body)
            except InvalidSignature:
                continue
            return True
        return False


def open_signing(root: Path | None, private: str | None) -> Signing:
    """Reads `assets.pub` of the project at `root` and the private key's text. UsageError for what is no key,
    StoreError when the package for it is missing."""
    public = root / PUBLIC if root is not None else None
    if not private and (public is None or not public.is_file()):
        return Signing()
    try:
        import cryptography  # noqa: F401
    except ImportError as error:
        raise StoreError("signed records need the extra: pip install 'assetgen[remote]'") from error
    believed = _public_keys(public) if public is not None and public.is_file() else None
    return Signing(believed, _private_key(private) if private else None)


def _public_keys(path: Path) -> tuple[Ed25519PublicKey, ...]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    keys = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            key = load_ssh_public_key(line.strip().encode())
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise UsageError(f"{PUBLIC}:{number}: expected `ssh-ed25519 AAAA…`, as ssh-keygen -t ed25519 writes it")
        keys.append(key)
    if not keys:
        raise UsageError(f"{PUBLIC} holds no key: remove the file, or put the line of a .pub file into it")
    return tuple(keys)


def _private_key(text: str) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    data = text.strip().encode() + b"\n"
    load = load_ssh_private_key if b"OPENSSH" in data else load_pem_private_key
    try:
        key = load(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{PRIVATE} is no Ed25519 private key without a passphrase (OpenSSH or PEM)")
    return key


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes_raw()
