"""The key file and what it protects: sealed values, and keyed hashes to find them again.

The key file lies outside the database and outside its backup. Without it nobody can read who filed what; whoever loses
it loses every identity for good.
"""

from __future__ import annotations

import os
import secrets
import unicodedata
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
SHORTEST_BYTES = 256  # of a sealed value: what is shorter is filled up
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"[:30] + "01"  # 32 letters; typed O, I, L and U are understood
RECEIPT_LETTERS = 16  # at 5 bits each: 80 bits


class KeyTrouble(RuntimeError):
    """The key file cannot be used as it is."""


class Vault:
    """Seals and opens with AES-256-GCM; `purpose` is authenticated, so that a sealed value fits one place only."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise KeyTrouble("short")
        self._cipher = AESGCM(_derived(key, b"seal"))
        self._index, self._mac = _Keyed(_derived(key, b"index")), _Keyed(_derived(key, b"mac"))
        self._signer = Ed25519PrivateKey.from_private_bytes(_derived(key, b"checkpoint"))

    def seal_bytes(self, data: bytes, purpose: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, purpose.encode())

    def open_bytes(self, sealed: bytes, purpose: str) -> bytes:
        """Opens a sealed value. Raises KeyTrouble when the key is another one or the value was changed."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
        except InvalidTag as error:
            raise KeyTrouble("other_key") from error

    def seal(self, value: Any, purpose: str) -> bytes:
        return self.seal_json(msgspec.json.encode(value), purpose)

    def seal_json(self, data: bytes, purpose: str) -> bytes:
        """Seals JSON, filled up with spaces: a screen that repeats a report must not be known by the report's length.

        A length tells no more than the next power of two.
        """
        return self.seal_bytes(data.ljust(max(SHORTEST_BYTES, 1 << (len(data) - 1).bit_length())), purpose)

    def open(self, sealed: bytes, purpose: str) -> Any:
        return msgspec.json.decode(self.open_bytes(sealed, purpose))

    def index(self, value: str, purpose: str) -> str:
        """A keyed hash of 64 hex digits: equal for equal values, and no help in finding the value."""
        return self._index(f"{purpose}\0{value}".encode()).hex()

    def mac(self, data: bytes) -> bytes:
        """A keyed hash of 32 bytes: whoever has no key can neither make nor check it."""
        return self._mac(data)

    def sign(self, data: bytes) -> bytes:
        """An Ed25519 signature, always the same for the same data; it is checked with `public_key` alone."""
        return self._signer.sign(data)

    @property
    def public_key(self) -> bytes:
        return self._signer.public_key().public_bytes_raw()


class _Keyed:
    """HMAC-SHA-256 (RFC 2104) whose key is worked in once: every turn and every event asks for a few."""

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(64, b"\0")
        self._inner, self._outer = (sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))

    def __call__(self, data: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(data)
        outer.update(inner.digest())
        return outer.digest()


def load_key(path: Path) -> bytes:
    """Loads the key, making it on the first start. Raises KeyTrouble when the file is there but holds no key."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise KeyTrouble("short") from None
        return key
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()


def new_id() -> str:
    """An id that says nothing: 80 random bits."""
    return secrets.token_hex(10)


def new_code(letters: int = RECEIPT_LETTERS) -> str:
    """A new code that is easy to read aloud: groups of four, without letters that look alike."""
    code = "".join(CODE_LETTERS[byte % 32] for byte in secrets.token_bytes(letters))  # all 32 are equally likely
    return "-".join(code[i : i + 4] for i in range(0, letters, 4))


def same_code(typed: str) -> str:
    """The code that somebody meant by what they typed: any width, case or spacing, look-alikes taken for each other."""
    narrow = unicodedata.normalize("NFKC", typed).upper()
    plain = "".join(c for c in narrow if c.isascii() and c.isalnum())
    return plain.translate(str.maketrans("OILU", "011V"))


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"mingcha " + purpose).derive(key)
