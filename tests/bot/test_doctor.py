"""What `mingcha doctor` says about evidence that is gone, and about a year whose holidays nobody has announced."""

from __future__ import annotations

import pytest

from bot.build import Program
from bot.doctor import Found, examine
from channels.fake import FakePerson
from conversation.messages import Media
from services import evidence, notices, obligations
from services.evidence import Stored
from services.notices import Audience, Written
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.desk_pages import complains, instruct
from tests.drivers.media_samples import photo_jpeg
from tests.web.conftest import member


async def year_lines(program: Program) -> list[Found]:
    found = await examine(program.settings, program.clock, program.channel_kinds)
    return [one for one in found if one.words == "doctor_year_unknown"]


async def test_the_doctor_counts_the_deadlines_that_are_provisional(program: Program) -> None:
    """Those that are owed; one of this year and one that is settled are not among them."""
    assert await year_lines(program) == [Found("note", "doctor_year_unknown", {"year": 2027, "count": 0})]
    clerk = member(program, "钱一", Grant(Role.CLERK, None))
    instruct(program, clerk, days=5)
    far = [instruct(program, clerk, days=60) for _ in range(3)]
    whole = program.acts.look(obligations.look, program.tools.kinds, far[0])
    assert whole
    program.acts.by(clerk).transact(obligations.excuse, program.tools.kinds, far[0], whole.seen, "不用再办了")
    [line] = await year_lines(program)
    assert line == Found("note", "doctor_year_unknown", {"year": 2027, "count": 2})
    assert len(rows(program, "obligations")) == 4


@pytest.mark.parametrize(
    ("language", "told"),
    [("zh", "落在这一年的 2 个期限是暂定的"), ("en", "the 2 deadlines in that year are provisional")],
)
def test_it_says_so_in_words(program: Program, language: str, told: str) -> None:
    said = program.texts[language].say("terminal", "doctor_year_unknown", {"year": 2027, "count": 2})
    assert told in said
    none = program.texts[language].say("terminal", "doctor_year_unknown", {"year": 2027, "count": 0})
    assert ("provisional" in none, "暂定" in none) == (False, False)


async def bad_lines(program: Program) -> list[str]:
    """What wants something done about files and key, in words."""
    found = await examine(program.settings, program.clock, program.channel_kinds)
    about = [
        one for one in found if one.level == "bad" and one.words.endswith(("_lost", "_folder", "_empty", "_damaged"))
    ]
    return [program.texts["zh"].say("terminal", one.words, dict(one.values)) for one in about]


async def sent(program: Program, citizen: FakePerson, clerk: str) -> list[Stored]:
    """The photo of a complaint, that of an addition to it, and a document that goes with a notice."""
    await complains(citizen)
    await citizen.says("/add")
    await citizen.says("1")
    await citizen.says("这是窗口的照片")
    await citizen.sends(Media("photo-2", "photo"))
    await citizen.taps("完成")
    stored = []
    for row, data in zip(rows(program, "evidence"), (photo_jpeg(), photo_jpeg(size=(90, 60))), strict=True):
        stored.append(await program.store.clean_and_keep(data, str(row["id"])))
        program.acts.transact(evidence.keep, stored[-1])
    document = await program.store.clean_and_keep(b"notice", documents=True)
    act = program.acts.by(clerk)
    notice_id = act.transact(notices.draft, Written({"zh": "请看附件"}, Audience(roles=("head",)), acknowledges=False))
    act.transact(notices.attach, notice_id, "notice.txt", document)
    return [*stored, document]


async def test_evidence_of_reports_answers_and_notices_that_is_gone_is_told_by_number(
    program: Program, citizen: FakePerson
) -> None:
    photo, answer, document = await sent(program, citizen, member(program, "钱一", Grant(Role.CLERK, None)))
    assert await bad_lines(program) == []
    folder = program.settings.evidence_path
    originals = [folder / "originals" / one.sha256[:2] / one.sha256 for one in (photo, answer, document)]
    copies = [program.store.copy_path(one.id) for one in (photo, answer, document)]
    gone = [originals[0], copies[1], copies[2]]
    for path in gone:
        path.unlink()
    [said] = await bad_lines(program)
    assert "材料缺 3 个文件：原件 1 个，副本 2 个" in said
    number = str(rows(program, "cases")[0]["number"])
    told = [line.split() for line in said.splitlines() if line.startswith("    ")]
    assert [words[-1] for words in told] == [path.relative_to(folder.parent).as_posix() for path in gone]
    assert [words[:2] for words in told[:2]] == [[number, photo.id], [number, answer.id]]
    folder.rename(folder.with_name("moved"))
    [said] = await bad_lines(program)
    assert "不在，数据库里却有 3 件材料" in said


async def test_an_anchor_or_a_key_that_was_there_and_is_gone_is_told(program: Program, citizen: FakePerson) -> None:
    await complains(citizen)
    assert await bad_lines(program) == [], "nothing has been anchored yet"
    await program.anchoring.anchor()
    assert await bad_lines(program) == []
    file = program.settings.anchor_path
    kept = file.read_bytes()
    for spoil, told in (
        (file.unlink, "不见了"),
        (lambda: file.write_bytes(b""), "是空的"),
        (lambda: file.write_bytes(kept[:-1]), "从第 7 行起坏了"),
    ):
        spoil()
        [said] = await bad_lines(program)
        assert "锚文件" in said
        assert told in said
    file.write_bytes(kept)
    assert await bad_lines(program) == []
    program.settings.key_path.unlink()
    [said] = await bad_lines(program)
    assert "请把保存的那份密钥放回去" in said
    assert "doctor_key_none" not in {one.words for one in await examine(program.settings, program.clock, ())}
