"""A fault in a rulebook or in the list of units is told before anything starts: file, line, what is expected."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from bot import rulebooks
from bot.terminal import Terminal
from rulebooks import HERE
from rulebooks.reading import BadRules, Fault
from services import calendar, cases, demo, desk, evidence, obligations, oversight
from services.demo.files import City, Day
from services.obligations.rules import LadderRules
from templates import LANGUAGES, Texts
from tests.drivers.command import mingcha

ROOT = HERE.parent
LADDERS, LIMITS, KEEPING, UPLOADS = "ladders.toml", "limits.toml", "keeping.toml", "uploads.toml"
CITY, DAY = "demo/city.toml", "demo/day.toml"
READ: dict[str, Callable[[Path], object]] = {
    LADDERS: partial(
        obligations.read_rules, kinds=[*desk.KINDS, cases.ACCEPTANCE, cases.HANDLING, cases.RIGHTING, cases.REVIEWING]
    ),
    LIMITS: calendar.limits,
    KEEPING: oversight.keeping,
    UPLOADS: evidence.upload_limits,
    CITY: demo.read_city,
    DAY: lambda file: demo.read_day(file, ["gtj", "gtj-1", "wsj", "wsj-1", "gsj", "swj", "nyj", "jtj"]),
}
FAULTS = [  # file, what stands there, what is written instead, the entry that is told, how
    (LADDERS, "working_days = 15", "working_days = 15 days", "working_days", "syntax"),
    (LADDERS, "working_days = 15", 'working_days = "15"', "working_days", "value"),
    (LADDERS, "working_days = 15", "working_days = 15.0", "working_days", "value"),
    (LADDERS, "working_days = 15", "working_days = true", "working_days", "value"),
    (LADDERS, "working_days = 15", "working_days = 0", "working_days", "value"),
    (LADDERS, "working_days = 15", "working_days = -3", "working_days", "value"),
    (LADDERS, "working_days = 15", "working_days = 9999", "working_days", "value"),
    (LADDERS, "working_days = 15", "working_day = 15", "working_day", "unknown"),
    (LADDERS, "[complaint]", "[complain]", "complain", "unknown"),
    (LADDERS, "[instruction]", "# gone", "instruction", "missing"),
    (LIMITS, 'days = "calendar"', 'days = "kalender"', "days", "value"),
    (LIMITS, "[petition]", "[petitions]", "petitions", "unknown"),
    (LIMITS, "[petition]", "hotline = 3\n[petition]", "hotline", "unknown"),
    (LIMITS, "accept = 15", "accept = 0", "accept", "value"),
    (LIMITS, "handle = 60", "handles = 60", "handles", "unknown"),
    (LADDERS, "[default]\n", "[defaults]\n", "defaults", "unknown"),
    (LADDERS, "superior = 2", "", "superior", "missing"),
    (LADDERS, "superior = 2", "superior = 0", "superior", "value"),
    (LADDERS, '"18:00"', "18:00", "due", "syntax"),
    (LADDERS, '"18:00"', '"18.00"', "due", "value"),
    (LADDERS, '"18:00"', '"24:00"', "due", "value"),
    (LADDERS, '"08:30"', '"18:30"', "morning", "value"),
    (LADDERS, '"08:30"', '"06:00"', "morning", "value"),
    (LADDERS, '["21:00", "08:00"]', '["08:00", "21:00"]', "morning", "value"),
    (LADDERS, '["21:00", "08:00"]', '["21:00"]', "quiet", "value"),
    (LADDERS, '["21:00", "08:00"]', '"21:00"', "quiet", "value"),
    (LADDERS, "[7, 3, 1]", "[1, 3, 7]", "before", "value"),
    (LADDERS, "[7, 3, 1]", "[7, 3, 3]", "before", "value"),
    (LADDERS, "[7, 3, 1]", "[7, 3, 0]", "before", "value"),
    (LADDERS, "[7, 3, 1]", "[7, 3, 1", "before", "syntax"),
    (LADDERS, "[7, 3, 1]", "7", "before", "value"),
    (LADDERS, "late_minutes = 30", "late_minutes = -1", "late_minutes", "value"),
    (LADDERS, "sms_hours = 4", "sms_hours = 0.5", "sms_hours", "value"),
    (LADDERS, "office_days = 2", "office_days = 0", "office_days", "value"),
    (LADDERS, "deputy_days = 1", "deputy_days = 3", "office_days", "value"),
    (LADDERS, "[default.silence]", "[default.silense]", "silense", "unknown"),
    (LIMITS, "accept = 2", 'accept = "2"', "accept", "value"),
    (LIMITS, "accept = 2", "accept = 0", "accept", "value"),
    (LIMITS, "accept = 2", "acept = 2", "acept", "unknown"),
    (LIMITS, "handle = 15", "handle = 251", "handle", "value"),
    (LIMITS, "second_clerk_above = 200", "second_clerk_above = -1", "second_clerk_above", "value"),
    (LADDERS, "[7, 3, 1]", "[10, 3, 1]", "before", "value"),
    (LADDERS, "working_days = 15", "working_days = 7", "before", "value"),
    (LADDERS, "sms_hours = 4", "sms_hours = 25", "sms_hours", "value"),
    (UPLOADS, "day_mb = 20000", "day_mb = 200", "day_mb", "value"),
    (UPLOADS, "sender_mb = 300", "sender_mb = 10001", "day_mb", "value"),
    (UPLOADS, "free_mb = 1000", "free_mb = 19", "free_mb", "value"),
    (UPLOADS, "unused_hours = 24", "unused_hours = 0", "unused_hours", "value"),
    (KEEPING, "events = 30", "events = 1", "events", "value"),
    (KEEPING, "replies = 365", "replies = 0", "replies", "value"),
    (KEEPING, "menus = 90", "menu = 90", "menu", "unknown"),
    (CITY, '"Registration window", "Survey section"', '"Registration window"', "windows_english", "value"),
    (CITY, 'kind = "vertical"', 'kind = "vertikal"', "kind", "value"),
    (CITY, 'head = "周建国"', 'haed = "周建国"', "haed", "unknown"),
    (CITY, 'head = "周建国"', 'head = " "', "head", "value"),
    (CITY, 'head = "周建国"', 'head_phone = "13800138000"', "head", "missing"),
    (CITY, 'head = "周建国"', 'head = "周建国"\nhead_phone = "12"', "head_phone", "value"),
    (CITY, 'id = "gdj"', 'id = "供电"', "id", "value"),
    (CITY, 'id = "gdj"', "", "id", "missing"),
    (CITY, 'id = "gdj"', 'id = "fgw-1"', "id", "twice"),
    (CITY, 'name = "市供电局"', 'name = "市发改 委"', "name", "same_name"),
    (CITY, '["办证窗口", "测绘科"]', '["测绘科", "测 绘科"]', "windows", "same_name"),
    (CITY, 'name = "水秀英"', 'name = "柏 青松"', "name", "same_name"),
    (CITY, 'name = "云舒"', 'name = "章　文"', "name", "same_name"),
    (CITY, 'head = "周建国"', 'head = "\\u202e"', "head", "value"),
    (CITY, 'name = "市供电局"', 'name = "\\u2060"', "name", "value"),
    (CITY, 'head = "周建国"', 'head = "\\u202e"', "head", "value"),
    (CITY, '"slj", "gsjz"', '"slj", "gsjx"', "units", "no_unit"),
    (CITY, "[[supervisor]]", "[[superviser]]", "superviser", "unknown"),
    (DAY, "filed_days_ago = 6", 'filed_days_ago = "6"', "filed_days_ago", "value"),
    (DAY, 'category = "slow"', 'category = "slo"', "category", "value"),
    (DAY, 'roles = ["head"]', 'roles = ["king"]', "roles", "value"),
    (DAY, 'phone = "138 0013 8000"', 'phone = "138"', "phone", "value"),
    (DAY, 'unit = "wsj-1"', 'unit = "wsj-9"', "unit", "no_unit"),
    (DAY, "[notice]", "[notise]", "notise", "unknown"),
]


OF_SEVERAL = ("morning", "office_days", "before", "day_mb")  # entries that are told where they do not fit another


def changed(file: str, old: str, new: str, folder: Path) -> tuple[Path, int]:
    """A copy of the file in which something else stands, and the line of that."""
    text = (HERE / file).read_text(encoding="utf-8")
    assert old in text
    written = folder / Path(file).name
    written.write_text(text.replace(old, new, 1), encoding="utf-8")
    return written, text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("file", READ)
def test_what_is_delivered_is_in_order(file: str) -> None:
    READ[file](HERE / file)


@pytest.mark.parametrize(("file", "old", "new", "key", "code"), FAULTS)
def test_a_fault_is_told_with_its_line_and_what_is_expected(
    file: str, old: str, new: str, key: str, code: str, tmp_path: Path
) -> None:
    written, line = changed(file, old, new, tmp_path)
    with pytest.raises(BadRules) as bad:
        READ[file](written)
    [fault] = [one for one in bad.value.faults if one.key == key]
    assert fault.code == code
    assert abs(fault.line - line) <= new.count("\n") or code == "missing" or key in OF_SEVERAL
    assert key in written.read_text(encoding="utf-8").splitlines()[fault.line - 1] or code == "missing"
    for told in said(fault):
        assert f"{fault.line}" in told
        assert written.name in told
        assert len(told) > 25
        assert not told.rstrip().endswith(("：", ":"))


def said(fault: Fault) -> Iterator[str]:
    for language in LANGUAGES:
        terminal = Terminal(Texts(language, lambda: datetime.now(UTC)))
        for one in rulebooks.told([fault]):
            yield terminal.word(one.words, **one.values)


def entries(shape: type[BaseModel], table: str = "") -> Iterator[tuple[str, str]]:
    """Every entry of a shape and of those in it, with the table that it stands in."""
    for name, field in shape.model_fields.items():
        yield table, name
        for inner in shapes(field.annotation):
            yield from entries(inner, name)


def shapes(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for one in get_args(annotation):
        yield from shapes(one)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shape", [LadderRules, calendar.Limits, oversight.Keeping, evidence.UploadLimits, City, Day])
def test_every_entry_has_words_for_what_is_expected(language: str, shape: type[BaseModel]) -> None:
    texts = Texts(language, lambda: datetime.now(UTC))
    silent = [
        (table, key)
        for table, key in entries(shape)
        if not texts.say("rulebook", "expected", {"key": key, "table": table})
    ]
    assert silent == []
    assert all(texts.say("rulebook", "expected", {"key": kind, "table": ""}) for kind in desk.KINDS)


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    written, _ = changed(LADDERS, "superior = 2", "superior = 0", tmp_path)
    written.write_text(written.read_text().replace("working_days = 15", "working_days = 0").replace("[7,", "[-7,"))
    with pytest.raises(BadRules) as bad:
        READ[LADDERS](written)
    assert [fault.key for fault in bad.value.faults] == ["before", "superior"], "the default, on which the rest stands"


def test_times_may_be_written_as_people_do(tmp_path: Path) -> None:
    written, _ = changed(LADDERS, '"08:30"', '"8:30"', tmp_path)
    assert obligations.read_rules(written)["complaint"].morning.hour == 8


def test_a_file_of_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "limits.toml").write_bytes("# 例\naccept = 2 # 受理\n".encode("gb18030"))
    with pytest.raises(BadRules) as bad:
        calendar.limits(tmp_path / "limits.toml")
    assert [(fault.code, fault.line) for fault in bad.value.faults] == [("encoding", 1)]
    (tmp_path / "limits.toml").write_bytes("\ufeffaccept = 3\r\n".encode())
    assert calendar.limits(tmp_path / "limits.toml").accept == 3


@pytest.mark.parametrize("command", ["serve", "work", "demo", "migrate"])
def test_nothing_starts_on_a_fault_and_the_doctor_tells_it_too(command: str, tmp_path: Path) -> None:
    """The program itself, with rulebooks of its own on the disk."""
    shutil.copytree(HERE, tmp_path / "rulebooks")
    ladders = tmp_path / "rulebooks" / LADDERS
    ladders.write_text(ladders.read_text(encoding="utf-8").replace("days = 15", "days = 15 days"), encoding="utf-8")

    def run(command: str) -> subprocess.CompletedProcess[str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("MINGCHA_")}
        environment = {**clean, "PYTHONPATH": f"{tmp_path}:{ROOT}", "MINGCHA_LISTEN": "127.0.0.1:0"}
        asked = [sys.executable, "-m", "bot", command]
        return subprocess.run(asked, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    done = run(command)
    assert done.returncode == 1
    assert "rulebooks/ladders.toml 第 20 行读不懂：working_days = 15 days\n    应写：工作日天数" in done.stderr
    assert not (tmp_path / "var").exists()
    assert command != "serve" or "✗ rulebooks/ladders.toml 第 20 行" in run("doctor").stdout


def test_a_wrong_list_of_units_is_told_in_words(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    (tmp_path / "city.toml").write_text('[[unit]]\nid = "a"\nname = "市国土局\n', encoding="utf-8")
    done = mingcha(tmp_path, "units", "city.toml")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith('city.toml 第 3 行读不懂：name = "市国土局\n    应写：名称，加引号')


def test_the_name_of_a_unit_that_was_loaded_before_is_refused_under_another_id(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    (tmp_path / "units.toml").write_text('[[unit]]\nid = "gtj"\nname = "市国土局"\n', encoding="utf-8")
    mingcha(tmp_path, "units", "units.toml")
    (tmp_path / "more.toml").write_text('[[unit]]\nid = "gt"\nname = "市國土局 "\n', encoding="utf-8")
    done = mingcha(tmp_path, "units", "more.toml")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("more.toml 第 3 行：「市國土局」是以前装入的单位 gtj 的名称")
    assert 'id = "gtj"' in done.stderr


def test_supervisors_may_be_listed_for_units_that_were_loaded_before(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    (tmp_path / "units.toml").write_text('[[unit]]\nid = "a"\nname = "市国土局"\n', encoding="utf-8")
    (tmp_path / "more.toml").write_text('[[supervisor]]\nname = "水"\nunits = ["a"]\n', encoding="utf-8")
    assert "没有单位「a」" in mingcha(tmp_path, "units", "more.toml").stderr
    mingcha(tmp_path, "units", "units.toml")
    assert "人员：新增 1 人" in mingcha(tmp_path, "units", "more.toml").stdout
