"""What is sealed opens with its key and in its place alone; codes are easy to read and to type."""

from __future__ import annotations

import hmac
import re
from typing import get_args

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.foundation.keys import KeyTrouble, new_line
from services.foundation.suites import Name
from services.foundation.vault import Seals, Vault, new_code, same_code

KEYS = new_line("international")


@pytest.mark.parametrize("suite", get_args(Name))
def test_sealed_values_open_with_their_key_and_in_their_place_only(suite: Name) -> None:
    made = Vault(new_line(suite))
    _only_there(made, suite)
    _only_there(made.identities, suite)


def _only_there(vault: Seals, suite: Name) -> None:
    sealed = vault.seal({"name": "王小明"}, "person 1")
    assert vault.open(sealed, "person 1") == {"name": "王小明"}
    with pytest.raises(KeyTrouble):
        vault.open(sealed, "person 2")
    with pytest.raises(KeyTrouble):
        Vault(new_line(suite)).open(sealed, "person 1")
    with pytest.raises(KeyTrouble):
        Vault(new_line(suite)).identities.open(sealed, "person 1")
    with pytest.raises(KeyTrouble):
        vault.open(b"", "person 1")
    with pytest.raises(KeyTrouble):
        vault.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "person 1")


@pytest.mark.parametrize(("letters", "sealed"), [(0, 256), (40, 256), (100, 512), (101, 512), (3_000, 16_384)])
def test_a_sealed_value_tells_its_length_only_roughly(letters: int, sealed: int) -> None:
    """The words of a report lie open, and the screens that repeat them are sealed: no length leads to its screen."""
    vault, words = Vault(KEYS), "诉" * letters
    assert len(vault.seal({"what": words}, "x")) == sealed + 12 + 16
    assert vault.open(vault.seal({"what": words}, "x"), "x") == {"what": words}


def test_equal_values_are_sealed_differently_and_found_by_their_index() -> None:
    vault = Vault(KEYS)
    assert vault.seal("a", "p") != vault.seal("a", "p")
    assert vault.index("a", "p") == vault.index("a", "p") != vault.index("a", "q")


@pytest.mark.parametrize("many", [0, 1, 55, 56, 64, 1_000])
def test_keyed_hashes_are_those_of_the_standard(many: int) -> None:
    key, data = bytes(range(32)), b"x" * many
    derived = {
        name: HKDF(hashes.SHA256(), 32, salt=None, info=b"mingcha " + name).derive(key) for name in (b"index", b"mac")
    }
    keys = f"international {key.hex()}\n".encode()
    assert Vault(keys).mac(data) == hmac.digest(derived[b"mac"], data, "sha256")
    assert Vault(keys).index(data.decode(), "p") == hmac.digest(derived[b"index"], b"p\0" + data, "sha256").hex()


def test_a_receipt_code_has_80_bits_and_reads_well() -> None:
    code = new_code()
    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", code)
    assert not set("OILU") & set("".join(new_code() for _ in range(200)))
    assert len({new_code() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "typed", ["k7qf-2m9d-x4tp-8rwc", "K7QF2M9DX4TP8RWC", " k7qf 2m9d x4tp 8rwc\n", "K7QF—2M9D—X4TP—8RWC"]
)
def test_a_code_is_known_however_it_is_typed(typed: str) -> None:
    assert same_code(typed) == same_code("K7QF-2M9D-X4TP-8RWC")


def test_look_alikes_are_taken_for_each_other() -> None:
    assert same_code("O1Il") == same_code("0111")
