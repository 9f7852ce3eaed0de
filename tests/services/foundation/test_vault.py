"""The key file: made once, private, and useless to whoever has another one."""

from __future__ import annotations

import hmac
import re
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.foundation.vault import KeyTrouble, Vault, load_key, new_code, same_code


def test_the_key_is_made_once_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = load_key(path)
    assert load_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_short_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(KeyTrouble):
        load_key(tmp_path / "key")


def test_sealed_values_open_with_their_key_and_in_their_place_only() -> None:
    vault = Vault(bytes(32))
    sealed = vault.seal({"name": "王小明"}, "person 1")
    assert vault.open(sealed, "person 1") == {"name": "王小明"}
    with pytest.raises(KeyTrouble):
        vault.open(sealed, "person 2")
    with pytest.raises(KeyTrouble):
        Vault(bytes(31) + b"x").open(sealed, "person 1")
    with pytest.raises(KeyTrouble):
        vault.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "person 1")


@pytest.mark.parametrize(("letters", "sealed"), [(0, 256), (40, 256), (100, 512), (101, 512), (3_000, 16_384)])
def test_a_sealed_value_tells_its_length_only_roughly(letters: int, sealed: int) -> None:
    """The words of a report lie open, and the screens that repeat them are sealed: no length leads to its screen."""
    vault, words = Vault(bytes(32)), "诉" * letters
    assert len(vault.seal({"what": words}, "x")) == sealed + 12 + 16
    assert vault.open(vault.seal({"what": words}, "x"), "x") == {"what": words}


def test_equal_values_are_sealed_differently_and_found_by_their_index() -> None:
    vault = Vault(bytes(32))
    assert vault.seal("a", "p") != vault.seal("a", "p")
    assert vault.index("a", "p") == vault.index("a", "p") != vault.index("a", "q")


@pytest.mark.parametrize("many", [0, 1, 55, 56, 64, 1_000])
def test_keyed_hashes_are_those_of_the_standard(many: int) -> None:
    key, data = bytes(range(32)), b"x" * many
    derived = {
        name: HKDF(hashes.SHA256(), 32, salt=None, info=b"mingcha " + name).derive(key) for name in (b"index", b"mac")
    }
    assert Vault(key).mac(data) == hmac.digest(derived[b"mac"], data, "sha256")
    assert Vault(key).index(data.decode(), "p") == hmac.digest(derived[b"index"], b"p\0" + data, "sha256").hex()


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
