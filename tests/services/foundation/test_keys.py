"""The key file: made once, private, only ever added to; and the algorithms that its keys work with."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from services.foundation.keys import Growing, KeyTrouble, NoMoreKeys, add_key, keys_in, load_keys, new_line
from services.foundation.suites import SUITES, HmacSha256, HmacSm3, Sm4Gcm


def test_the_key_is_made_once_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = load_keys(path, "national")
    assert load_keys(path, "international") == made, "a setting changes no key that is there"
    assert keys_in(made)[0].suite is SUITES["national"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "held",
    [b"", b"short", bytes(32), b"international 00\n", b"other " + b"0" * 64 + b"\n", b"\n", b"national " + b"0" * 64],
)
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, held: bytes) -> None:
    (tmp_path / "key").write_bytes(held)
    with pytest.raises(KeyTrouble):
        load_keys(tmp_path / "key", "international")


def test_a_key_is_added_behind_the_others(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = load_keys(path, "international")
    watch = Growing(path, first)
    assert watch.grown() is None
    add_key(path, "national")
    grown = watch.grown()
    assert grown is not None
    assert grown.startswith(first)
    assert [key.suite.name for key in keys_in(grown)] == ["international", "national"]
    assert watch.grown() is None
    path.unlink()
    assert watch.grown() is None, "what is known already works on"


def test_a_line_that_broke_off_is_none_and_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = load_keys(path, "international")
    path.write_bytes(first + new_line("international")[:40])
    assert keys_in(load_keys(path, "international")) == keys_in(first)
    add_key(path, "international")
    assert len(keys_in(path.read_bytes())) == 2


def test_there_is_a_last_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(new_line("international") * 255)
    with pytest.raises(NoMoreKeys):
        add_key(path, "international")
    assert len(keys_in(path.read_bytes())) == 255


def test_sm4_in_galois_counter_mode_is_that_of_the_standard() -> None:
    """The example of RFC 8998, appendix A.1."""
    cipher = Sm4Gcm(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    nonce, beside = bytes.fromhex("00001234567800000000ABCD"), bytes.fromhex("FEEDFACEDEADBEEF" * 2 + "ABADDAD2")
    words = bytes.fromhex("".join(letter * 16 for letter in "ABCDEFEA"))
    sealed = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert cipher.encrypt(nonce, words, beside) == sealed
    assert cipher.decrypt(nonce, sealed, beside) == words
    for wrong in (sealed[:-1], sealed[:-1] + b"x", b"", sealed[:8]):
        with pytest.raises(InvalidTag):
            cipher.decrypt(nonce, wrong, beside)


def test_sm3_with_a_key_is_that_of_the_standard() -> None:
    """The example of GM/T 0042, appendix D.3."""
    key = bytes.fromhex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20")
    words = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2
    assert HmacSm3(key)(words).hex() == "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"


def test_both_suites_hash_alike_however_often_they_are_asked() -> None:
    for keyed in (HmacSha256(bytes(32)), HmacSm3(bytes(32))):
        assert keyed(b"x") == keyed(b"x") != keyed(b"y")
        assert len(keyed(b"")) == 32
