"""A signed receipt: had by one tap after filing, the same on every channel, and checked by anybody."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader
from sqlalchemy import update

from bot.build import Program
from channels.fake import FakePerson
from models.tables import cases as table
from services import cases
from tests.conftest import rows
from tests.drivers.desk_pages import WORDS, complains
from tests.web.conftest import Browser

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def receipt(program: Program) -> cases.Receipt:
    case_id = str(rows(program, "cases")[0]["id"])
    found = program.acts.look(cases.receipt_of, case_id)
    assert found
    return found


def read(data: bytes) -> str:
    [page] = PdfReader(io.BytesIO(data)).pages
    return page.extract_text()


async def test_a_receipt_is_the_same_whenever_it_is_asked_for_and_is_checked_by_anybody(
    program: Program, citizen: FakePerson, browser
) -> None:
    await complains(citizen, WORDS)
    made = receipt(program)
    assert made == receipt(program) == cases.read_receipt(program.vault, made.line)
    guest: Browser = await browser()
    page = await guest.opens(f"/receipt/{made.line}")
    assert "真的" in page
    assert made.digest in page
    assert WORDS not in page
    # Another letter, number or day, and nobody has signed it.
    for before, after in ((made.line[-2:], "AA"), (made.digest[:4], "0000"), (str(made.day), "2026-11-22")):
        assert "不是本办出具" in await guest.opens(f"/receipt/{made.line.replace(before, after)}")
        assert (await guest.client.get(f"/receipt/{made.line.replace(before, after)}.pdf")).status == 404


async def test_what_was_filed_and_changed_since_does_not_fit_its_receipt(
    program: Program, citizen: FakePerson, browser
) -> None:
    await complains(citizen, WORDS)
    made = receipt(program)
    program.database.transact(lambda tx: tx.execute(update(table).values(unit_id=None, category="slow")))
    assert program.acts.look(cases.still_so, made)  # the office may put these right
    program.database.transact(lambda tx: tx.execute(update(table).values(what="别的话")))
    guest: Browser = await browser()
    assert "对不上" in await guest.opens(f"/receipt/{made.line}")


@ON_SQLITE
async def test_the_pdf_shows_number_day_and_fingerprint_and_can_be_searched(
    program: Program, citizen: FakePerson, browser
) -> None:
    await complains(citizen, WORDS)
    made = receipt(program)
    guest: Browser = await browser()
    answer = await guest.client.get(f"/receipt/{made.line}.pdf")
    data = await answer.read()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{made.number}.pdf"'
    said = re.sub(r"\s", "", read(data))
    assert all(one in said for one in ("来件回执", made.number, "2026-11-21", made.digest, made.line[-86:]))
    assert WORDS not in said
    info = PdfReader(io.BytesIO(data)).metadata
    assert info
    assert info.subject == made.line
    assert info.creation_date is None or info.creation_date.year  # of the drawing, not of the filing
    assert len(data) < 100_000


@ON_SQLITE
async def test_it_is_one_tap_after_filing_and_by_the_receipt_code(program: Program, person, browser) -> None:
    by_web, by_chat = person("web-1", channel="web"), person("chat-1")
    for one in (by_web, by_chat):
        await complains(one, WORDS)
        await one.taps("领取回执")
    shown = by_web.screen()
    [file] = [key for row in shown.rows for key in row if key.url]
    assert re.fullmatch(r"http://127.0.0.1:8080/receipt/[0-9A-Za-z._-]+\.pdf", file.url or "")
    assert not any(key.url for row in by_chat.screen().rows for key in row)  # there it is a document
    other = person("chat-2")
    [said] = await other.says(f"/receipt {rows(program, 'cases')[0]['id']}")
    assert "回执" not in said.text
    guest: Browser = await browser()
    code = next(m[0] for one in by_web.heard() if (m := re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", one.text)))
    assert "下载回执" in await guest.sends("/track", code=code)
