"""Somebody with very many cases is answered like anybody else, and none of the cases is out of reach."""

from __future__ import annotations

from typing import Any

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import cases, people
from services.foundation import vault
from tests.conftest import Clock, rows

MANY = 130  # more than any list shows


async def test_however_many_cases_there_are_as_few_moments_are_opened(
    program: Program, citizen: FakePerson, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await citizen.says("你好")
    key = people.address_hash(program.vault, "fake", "citizen-1")
    contact = program.acts.transact(people.lock_contacts, {key: ("fake", "citizen-1", "zh")})[key]
    for n in range(MANY):
        program.acts.transact(cases.file_question, contact, f"第{n}问", ())
        clock.passes(minutes=30)
    opened: list[str] = []
    real = vault.Vault.open_bytes

    def counted(self: vault.Vault, sealed: bytes, purpose: str) -> bytes:
        opened.append(purpose)
        return real(self, sealed, purpose)

    monkeypatch.setattr(vault.Vault, "open_bytes", counted)
    mine = program.acts.look(cases.own, contact.id)
    assert [case.what for case in mine] == [f"第{n}问" for n in range(MANY - 1, MANY - 51, -1)]
    assert len(opened) <= 100
    first: dict[str, Any] = next(row for row in rows(program, "cases") if row["what"] == "第0问")
    await citizen.says(f"/add {first['id']}")
    await citizen.says("还是没有人")
    await citizen.taps("跳过")
    assert [row["subject_id"] for row in rows(program, "entries")] == [first["id"]]
