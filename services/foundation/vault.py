"""What the key file protects: sealed values, keyed hashes to find them again, and the identities apart.

Without the key file nobody can read who filed what; whoever loses it loses every identity for good.
"""

from __future__ import annotations

import os
import secrets
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.foundation.keys import KeyTrouble, keys_in
from services.foundation.suites import Sealing

NONCE_BYTES = 12
SHORTEST_BYTES = 256  # of a sealed value: what is shorter is filled up
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"[:30] + "01"  # 32 letters; typed O, I, L and U are understood
RECEIPT_LETTERS = 16  # at 5 bits each: 80 bits


class Seals(ABC):
    """Seals and opens; `purpose` is authenticated, so that a sealed value fits one place only."""

    @abstractmethod
    def seal_bytes(self, data: bytes, purpose: str) -> bytes: ...

    @abstractmethod
    def open_bytes(self, sealed: bytes, purpose: str) -> bytes:
        """Opens a sealed value. Raises KeyTrouble when the key is another one or the value was changed."""

    def seal(self, value: Any, purpose: str) -> bytes:
        return self.seal_json(msgspec.json.encode(value), purpose)

    def seal_json(self, data: bytes, purpose: str) -> bytes:
        """Seals JSON, filled up with spaces: a screen that repeats a report must not be known by the report's length.

        A length tells no more than the next power of two.
        """
        return self.seal_bytes(data.ljust(max(SHORTEST_BYTES, 1 << (len(data) - 1).bit_length())), purpose)

    def open(self, sealed: bytes, purpose: str) -> Any:
        return msgspec.json.decode(self.open_bytes(sealed, purpose))


class Vault(Seals):
    """Works with the first key of a key file; `identities` has those that can be changed.

    `keys`: the file's bytes. `grown` gives them anew where a key has been added since it was asked last.
    """

    def __init__(self, keys: bytes, grown: Callable[[], bytes | None] = lambda: None) -> None:
        first = keys_in(keys)[0]
        suite, secret = first.suite, first.secret
        self._cipher = suite.sealing(secret, b"seal")
        self._index, self._mac = suite.hashing(secret, b"index"), suite.hashing(secret, b"mac")
        self._signer = Ed25519PrivateKey.from_private_bytes(suite.derived(secret, b"checkpoint"))
        self.identities = Identities(keys, grown)

    def seal_bytes(self, data: bytes, purpose: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, purpose.encode())

    def open_bytes(self, sealed: bytes, purpose: str) -> bytes:
        return _opened(self._cipher, sealed, purpose)

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


class Identities(Seals):
    """Seals who somebody is: names, phones, addresses, who filed what, how people sign in.

    The newest key seals; the first byte of a sealed value names its key, so that one can be changed while the program
    runs (`services.oversight.rotating`).
    """

    def __init__(self, keys: bytes, grown: Callable[[], bytes | None]) -> None:
        self._grown = grown
        self._ciphers = _ciphers(keys)

    @property
    def newest(self) -> int:
        """The number of the key that seals, which is the first byte of what it seals."""
        if (keys := self._grown()) is not None:
            self._ciphers = _ciphers(keys)
        return len(self._ciphers) - 1

    def seal_bytes(self, data: bytes, purpose: str) -> bytes:
        nonce, key = os.urandom(NONCE_BYTES), self.newest
        return bytes((key,)) + nonce + self._ciphers[key].encrypt(nonce, data, purpose.encode())

    def open_bytes(self, sealed: bytes, purpose: str) -> bytes:
        key = sealed[0] if sealed else len(self._ciphers)
        if key >= len(self._ciphers) and (not sealed or key > self.newest):
            raise KeyTrouble("other_key")
        return _opened(self._ciphers[key], sealed[1:], purpose)


def _ciphers(keys: bytes) -> list[Sealing]:
    return [key.suite.sealing(key.secret, b"identities") for key in keys_in(keys)]


def _opened(cipher: Sealing, sealed: bytes, purpose: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError) as error:  # a value that is cut off is no value
        raise KeyTrouble("other_key") from error


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
