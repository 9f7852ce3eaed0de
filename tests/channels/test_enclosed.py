"""What the office encloses with an answer, as each channel brings it: by Telegram, in the web chat, by text message."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.build import Program
from channels.sms.drawing import letter_of
from channels.telegram.decode import CHANNEL as TELEGRAM
from channels.webchat.connection import CHANNEL as WEB
from conversation.messages import Attached, Body, Button, Say
from services import cases, desk, evidence, people
from services.evidence import Stored, name_of
from services.foundation.act import Act
from services.people import Contact, Grant, Role
from templates import load_texts
from tests.conftest import rows
from tests.drivers.notice_desk import picture
from tests.drivers.pdf_samples import marked, marks
from tests.drivers.serving import serving
from tests.drivers.webchat_browser import browsing, opened

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TEXTS = load_texts(lambda: datetime(2026, 11, 21, 7, 0, tzinfo=UTC))


def asks(program: Program, channel: str, address: str) -> str:
    """A question to the office from this address; the id of its case."""

    def file(act: Act) -> str:
        [contact_id] = people.ensure_contacts(act, channel, [address], "zh")
        return cases.file_question(act, Contact(contact_id, channel, "zh", None), "几点开门？", ())[0].id

    return program.acts.transact(file)


async def answered(program: Program, case_id: str, *files: tuple[str | None, bytes]) -> list[Stored]:
    """The office's answer with these files."""
    clerk = program.acts.by(program.acts.transact(people.add_person, "钱一", [Grant(Role.CLERK, None)]))
    stored = [await program.store.clean_and_keep(data, documents=True) for _, data in files]
    for (name, _), one in zip(files, stored, strict=True):
        clerk.transact(evidence.add_upload, clerk.actor, name_of(name, one), one)
    report = clerk.look(desk.look, case_id)
    assert report
    assert clerk.transact(desk.answer, case_id, report.seen, "请看附件。", pieces=[one.id for one in stored])
    return stored


@ON_SQLITE
async def test_telegram_brings_the_photo_and_the_file_and_then_the_words(program: Program) -> None:
    async with serving(program) as served:
        citizen = await served.person(1001)
        last = citizen.screen().message_id
        case_id = asks(program, TELEGRAM, "1001")
        await answered(program, case_id, (None, picture()), ("答复函.pdf", marked()))
        await served.until(lambda: "请看附件" in (citizen.screen().text or ""))
        new = [screen for screen in citizen.history() if screen.from_bot and screen.message_id > last]
        assert [one.kind for one in new] == ["photo", "document", "text"]
        assert new[1].raw["document"]["file_name"] == "答复函.pdf"
        assert "评价" in "".join(new[2].labels) or "补充" in "".join(new[2].labels)
        assert served.api.oddities == []


async def test_the_web_chat_shows_them_to_their_citizen_and_to_nobody_else(program: Program) -> None:
    async with browsing(program) as browser, opened(browser.server) as stranger, browser.tab() as tab, stranger.tab():
        case_id = asks(program, WEB, browser.token)
        photo, file = await answered(program, case_id, (None, picture()), ("答复函.pdf", marked()))
        [letter] = await tab.answer()
        assert letter["media"] == [[photo.id, "photo", None], [file.id, "file", "答复函.pdf"]]
        for piece in (photo, file):
            async with browser.client.get(f"/chat/piece/{piece.id}") as answer:
                assert (answer.status, answer.headers["Content-Type"]) == (200, piece.mime)
                assert piece is photo or marks(await answer.read()) == []
            async with stranger.client.get(f"/chat/piece/{piece.id}") as answer:
                assert answer.status == 404
        stray = await program.store.clean_and_keep(picture("red"))
        program.acts.transact(evidence.add_upload, "clerk", None, stray)
        async with browser.client.get(f"/chat/piece/{stray.id}") as answer:
            assert answer.status == 404, "what was only uploaded is nobody's"
        assert [row["ours"] for row in rows(program, "evidence")].count(True) == 2


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh", "附有 2 个图片或文件，短信发不了：请到我们网站「查看进展」，输入查询码看。"),
        ("en", "With 2 pictures or files that a text message cannot carry:"),
    ],
)
def test_a_text_message_says_where_they_can_be_seen(language: str, line: str) -> None:
    pieces = Attached("a", "photo"), Attached("b", "file", "b.pdf")
    say = Say(
        "status.closed", {"number": "20261121-0042", "text": "已经整改。"}, (Button("/add x", words="add"),), pieces
    )
    [with_them] = letter_of(Body(say=say), TEXTS[language], 8).texts
    assert line in with_them
    [without] = letter_of(Body(say=Say(say.words, say.values, say.buttons)), TEXTS[language], 8).texts
    assert line not in without


@ON_SQLITE
async def test_of_merged_cases_each_citizen_opens_what_went_out_with_the_answer(program: Program) -> None:
    async with browsing(program) as browser, opened(browser.server) as other, browser.tab(), other.tab():
        master, second = (asks(program, WEB, one.token) for one in (browser, other))
        clerk = program.acts.by(program.acts.transact(people.add_person, "孙二", [Grant(Role.CLERK, None)]))
        whole, child = (clerk.look(desk.look, one) for one in (master, second))
        assert whole
        assert child
        clerk.transact(desk.merge, master, whole.seen, child.number, desk.OVER)
        [photo] = await answered(program, master, (None, picture()))
        for one in (browser, other):
            async with one.client.get(f"/chat/piece/{photo.id}") as answer:
                assert answer.status == 200
