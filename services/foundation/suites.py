"""The algorithms that a key works with: the international ones, or the national ones of GB/T 39786.

A suite seals with authentication (AES-256-GCM, or SM4-GCM of GM/T 0002) and hashes with a key (HMAC-SHA-256, or
HMAC-SM3 of GM/T 0004). Both come from the `cryptography` library.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Name = Literal["international", "national"]
SECRET_BYTES = 32  # of a key in the file, from which a suite derives its own
TAG_BYTES = 16
_BLOCK = 64  # bytes of both hashes: keys are worked in by the block


class Sealing(Protocol):
    """Encryption with authentication. `decrypt` raises InvalidTag."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...


@dataclass(frozen=True)
class Suite:
    name: Name
    digest: type[hashes.HashAlgorithm]
    cipher: Callable[[bytes], Sealing]
    cipher_bytes: int
    keyed: Callable[[bytes], Callable[[bytes], bytes]]  # a key of SECRET_BYTES to its HMAC of 32 bytes

    def derived(self, secret: bytes, purpose: bytes, length: int = SECRET_BYTES) -> bytes:
        """A key of its own for a purpose (HKDF, RFC 5869)."""
        return HKDF(self.digest(), length, salt=None, info=b"mingcha " + purpose).derive(secret)

    def sealing(self, secret: bytes, purpose: bytes) -> Sealing:
        return self.cipher(self.derived(secret, purpose, self.cipher_bytes))

    def hashing(self, secret: bytes, purpose: bytes) -> Callable[[bytes], bytes]:
        return self.keyed(self.derived(secret, purpose))


class Sm4Gcm:
    """SM4 in Galois counter mode, with the interface of the library's AESGCM, which it has for AES alone."""

    def __init__(self, key: bytes) -> None:
        self._cipher = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        working = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        working.authenticate_additional_data(associated_data or b"")
        return working.update(data) + working.finalize() + working.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        sealed, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
        if len(tag) < TAG_BYTES:
            raise InvalidTag
        working = Cipher(self._cipher, modes.GCM(nonce, tag)).decryptor()
        working.authenticate_additional_data(associated_data or b"")
        return working.update(sealed) + working.finalize()


class HmacSha256:
    """HMAC-SHA-256 (RFC 2104) whose key is worked in once: every turn and every event asks for a few."""

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(_BLOCK, b"\0")
        self._inner, self._outer = (sha256(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))

    def __call__(self, data: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(data)
        outer.update(inner.digest())
        return outer.digest()


class HmacSm3:
    """HMAC-SM3; SM3 is not in every interpreter's hashlib."""

    def __init__(self, key: bytes) -> None:
        self._keyed = HMAC(key, hashes.SM3())

    def __call__(self, data: bytes) -> bytes:
        working = self._keyed.copy()
        working.update(data)
        return working.finalize()


SUITES: dict[Name, Suite] = {
    "international": Suite("international", hashes.SHA256, AESGCM, 32, HmacSha256),
    "national": Suite("national", hashes.SM3, Sm4Gcm, 16, HmacSm3),
}
