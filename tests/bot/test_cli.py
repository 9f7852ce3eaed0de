"""The command line, as a person types it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.build import build, utc_now
from bot.cli import prepare_demo
from bot.terminal import Terminal
from models.tables import metadata
from services.foundation.keys import new_line
from templates import Texts
from tests.conftest import settings_for
from tests.drivers.command import mingcha, unread


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where an office has begun: a database, one unit, one clerk."""
    folder = tmp_path_factory.mktemp("office")
    assert mingcha(folder, "migrate").returncode == 0
    (folder / "city.toml").write_text('[[unit]]\nid = "gtj"\nname = "市国土局"\nwindows = ["办证窗口"]\n')
    assert "2" in mingcha(folder, "units", "city.toml").stdout
    return folder


def test_without_a_command_it_shows_what_there_is(tmp_path: Path) -> None:
    installed = [Path(sys.executable).with_name("mingcha")]
    shown = subprocess.run(installed, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    for command in ("serve", "demo", "migrate", "doctor", "export", "preview", "units", "invite"):
        assert command in shown


def test_the_first_clerk_is_invited(office: Path) -> None:
    done = mingcha(office, "invite", "章文", "--role", "clerk")
    assert "http://127.0.0.1:8080/in/" in done.stdout
    assert "在聊天里也可以直接发送" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("invite", "x", "--role", "king"), "king"),
        (("invite", "x", "--role", "head"), "--unit gtj"),
        (("invite", "x", "--role", "head", "--unit", "zzz"), "zzz"),
        (("export", "secrets"), "secrets"),
        (("export", "visits", "--format", "pdf"), "pdf"),
        (("units", "missing.toml"), "missing.toml"),
    ],
)
def test_a_wrong_word_is_told_with_what_to_do(office: Path, arguments: tuple[str, ...], says: str) -> None:
    done = mingcha(office, *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_place_that_cannot_be_written_is_told_in_one_line(office: Path) -> None:
    (office / "file").write_text("")
    for done, told in (
        (mingcha(office, "serve", MINGCHA_DATA_DIR="file"), "不能读写"),
        (mingcha(office, "export", "visits", "-o", "missing/out.csv"), "没有文件夹 missing。请先建好它"),
        (mingcha(office, "export", "visits", "-o", "/dev/full", "--force", "--format", "xlsx"), "不能读写"),
        (mingcha(office, "preview", "file/page.html"), "不能读写"),
    ):
        assert done.returncode == 1
        assert told in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert "✗ 数据目录 file 不能写" in mingcha(office, "doctor", MINGCHA_DATA_DIR="file").stdout


def test_exports_go_to_a_file_or_to_standard_output(office: Path) -> None:
    assert mingcha(office, "export", "complaints", "--format", "csv").stdout.lstrip("\ufeff").startswith("编号,")
    done = mingcha(office, "export", "visits", "--format", "xlsx", "-o", "out.xlsx")
    assert "out.xlsx" in done.stdout
    assert (office / "out.xlsx").read_bytes().startswith(b"PK")
    assert [json.loads(line) for line in mingcha(office, "export", "deliveries").stdout.splitlines()] == []


def test_a_file_that_is_there_is_overwritten_only_on_demand(office: Path) -> None:
    for command in (("export", "visits", "-o"), ("preview",)):
        kept = office / f"{command[0]}.txt"
        kept.write_text("kept")
        done = mingcha(office, *command, kept.name)
        assert (done.returncode, done.stdout, kept.read_text()) == (1, "", "kept")
        assert f"{kept.name} 已经存在" in done.stderr
        assert "--force" in done.stderr
        assert mingcha(office, *command, kept.name, "--force").returncode == 0
        assert kept.read_text() != "kept"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("doctor",), 141),
        (("units", "city.toml"), 141),
        (("export", "visits", "--format", "csv"), 141),
        (("export", "visits", "--format", "xlsx"), 141),
        (("invite", "--help"), 1),
        (("--help",), 1),
    ],
)
def test_it_ends_quietly_when_nobody_reads_on(office: Path, arguments: tuple[str, ...], code: int) -> None:
    done = unread(office, *arguments)
    assert (done.returncode, done.stderr) == (code, "")


HELP_WORDS = re.compile(r"usage|options|arguments|commands|show this|required|default|error|\btry\b|missing|such", re.I)


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (("--help",), "用法：mingcha [选项] 命令 …", "Usage: mingcha [OPTIONS] COMMAND …"),
        (("invite", "--help"), "  --days 天数（1 到 90，不写就是 7）", "  --days DAYS (1 to 90, default: 7)"),
        (("backup", "--help"), "用法：mingcha backup [选项] [文件]", "Usage: mingcha backup [OPTIONS] [FILE]"),
        (("doctr",), "没有「doctr」这个命令。是不是 doctor？", 'There is no command "doctr". Do you mean doctor?'),
        (("invite",), "缺少「姓名」：", "NAME is missing:"),
        (("invite", "x"), "缺少选项 --role 角色：", "The option --role ROLE is missing:"),
        (
            ("invite", "--rol", "x"),
            "没有 --rol 这个选项。是不是 --role",
            "There is no option --rol. Do you mean --role",
        ),
        (("invite", "x", "--role"), "选项 --role 后面要写角色。", "The option --role must be followed by ROLE."),
        (("invite", "x", "--new=1"), "选项 --new 后面不写值。", "The option --new takes no value."),
        (("invite", "x", "--role", "clerk", "--days", "0"), "应是 1 到 90 的整数。", "a whole number from 1 to 90."),
        (("restore", "a", "b"), "多写了：b。", "Too many words: b."),
    ],
)
def test_help_and_what_is_typed_wrong_are_told_in_one_language(
    tmp_path: Path, arguments: tuple[str, ...], zh: str, en: str
) -> None:
    for language, told in (("zh", zh), ("en", en)):
        done = mingcha(tmp_path, *arguments, MINGCHA_LANGUAGE=language)
        said = done.stdout + done.stderr
        assert told in said
        assert done.returncode == (0 if "--help" in arguments else 2)
        assert not re.search("[\u3000-\u9fff]", said) if language == "en" else not HELP_WORDS.search(said)


def test_no_help_is_cut_off(tmp_path: Path) -> None:
    words = Texts("zh", lambda: pytest.fail("no moment is said")).say("terminal", "help_role")
    assert words in mingcha(tmp_path, "invite", "--help").stdout


def test_serving_an_old_schema_is_refused(tmp_path: Path) -> None:
    done = mingcha(tmp_path, "serve")
    assert done.returncode == 1
    assert "mingcha migrate" in done.stderr


def test_the_doctor_says_what_is_missing_and_changes_nothing(tmp_path: Path) -> None:
    done = mingcha(tmp_path, "doctor")
    assert done.returncode == 1
    assert "mingcha migrate" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_looks_at_a_begun_office(office: Path) -> None:
    said = mingcha(office, "doctor").stdout
    assert "✓ 数据库（SQLite）应答正常" in said
    assert "✓ 单位 2 个" in said
    assert "MINGCHA_TELEGRAM_TOKEN" in said


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MINGCHA_LISTN=127.0.0.1:1\nOTHER=1\n")
    for command in ("serve", "work", "demo", "migrate"):
        done = mingcha(tmp_path, command, MINGCHA_TELEGRAM_TOKN="1:a", mingcha_listen="127.0.0.1:8081")
        assert done.returncode == 1
        first, second = done.stderr.splitlines()
        assert "MINGCHA_LISTN 这个设置，是不是 MINGCHA_LISTEN？" in first
        assert "MINGCHA_TELEGRAM_TOKN 这个设置，是不是 MINGCHA_TELEGRAM_TOKEN？" in second
    assert "✗ 没有 MINGCHA_LISTN 这个设置，是不是 MINGCHA_LISTEN？" in mingcha(tmp_path, "doctor").stdout
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_a_name_that_resembles_no_setting_is_told_and_stops_nothing(tmp_path: Path) -> None:
    """As container hosts set them for a service called mingcha."""
    done = mingcha(tmp_path, "migrate", MINGCHA_SERVICE_HOST="10.0.0.1")
    assert (done.returncode, done.stderr.count("MINGCHA_SERVICE_HOST")) == (0, 1)
    assert "– 不认识这些设置，它们不起作用：MINGCHA_SERVICE_HOST" in (
        mingcha(tmp_path, "doctor", MINGCHA_SERVICE_HOST="10.0.0.1").stdout
    )
    assert "不认识" not in mingcha(tmp_path, "doctor", MINGCHA_LISTEN="127.0.0.1:8081").stdout


def test_all_wrong_settings_are_told_at_once(tmp_path: Path) -> None:
    done = mingcha(tmp_path, "serve", MINGCHA_LISTEN="8080", MINGCHA_SMS_PARTS="many", MINGCHA_TIMEZONE="Mars")
    assert [line.split()[0] for line in done.stderr.splitlines()] == [
        "MINGCHA_LISTEN",
        "MINGCHA_SMS_PARTS",
        "MINGCHA_TIMEZONE",
    ]


def test_a_settings_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("MINGCHA_PUBLIC_URL=http://效能".encode("gb18030"))
    done = mingcha(tmp_path, "migrate", MINGCHA_LANGUAGE="en")
    assert done.returncode == 1
    assert done.stderr.startswith("The file .env here cannot be read.")


def test_a_setting_left_empty_counts_as_not_given(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate", MINGCHA_DATA_DIR="", MINGCHA_KEY_FILE="", MINGCHA_ANCHOR_FILE="")
    assert (tmp_path / "var" / "keys" / "mingcha.key").exists()


def test_the_doctor_knows_another_databases_key(office: Path, tmp_path: Path) -> None:
    mingcha(office, "invite", "甲", "--role", "clerk")
    key = tmp_path / "other.key"
    key.write_bytes(new_line("international"))
    key.chmod(0o600)
    done = mingcha(office, "doctor", MINGCHA_KEY_FILE=str(key))
    assert "不是这个数据库的" in done.stdout


def test_the_doctor_tells_of_a_database_that_does_not_answer(tmp_path: Path) -> None:
    done = mingcha(tmp_path, "doctor", MINGCHA_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert "数据库没有应答" in done.stdout


def test_everything_speaks_english_too(office: Path) -> None:
    said = mingcha(office, "doctor", MINGCHA_LANGUAGE="en").stdout
    assert "✓" in said
    assert not any("\u4e00" <= c <= "\u9fff" for c in said)


def test_commands_on_a_database_without_tables_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text('[[unit]]\nid = "a"\nname = "市国土局"\n')
    for arguments in (("invite", "x", "--role", "clerk"), ("export", "visits"), ("units", "city.toml")):
        assert "mingcha migrate" in mingcha(tmp_path, *arguments).stderr


def test_what_has_had_its_days_is_told_before_it_is_deleted(office: Path) -> None:
    assert "没有到期的内容" in mingcha(office, "forget").stdout
    assert "已删除：0 件里是谁" in mingcha(office, "forget", "--now").stdout


def test_a_taken_address_is_told_before_anything_begins(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = mingcha(tmp_path, "demo", MINGCHA_LISTEN=f"127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "已被占用" in done.stderr
    assert (done.stdout, list(tmp_path.iterdir())) == ("", [])


def test_no_command_makes_another_key_or_works_with_a_wrong_one(office: Path) -> None:
    assert mingcha(office, "invite", "章文", "--role", "clerk").returncode == 0
    key = office / "var/keys/mingcha.key"
    kept = key.rename(office / "kept.key")
    for command in (("migrate",), ("serve",), ("invite", "李四", "--role", "clerk")):
        done = mingcha(office, *command, MINGCHA_LISTEN="127.0.0.1:0")
        assert (done.returncode, "不见了" in done.stderr, key.exists()) == (1, True, False), command
    key.write_bytes(bytes(32))
    for command in (("serve",), ("work",), ("invite", "李四", "--role", "clerk")):
        done = mingcha(office, *command, MINGCHA_LISTEN="127.0.0.1:0")
        assert (done.returncode, "不是这个数据库的密钥" in done.stderr) == (1, True), command
    kept.rename(key)
    assert mingcha(office, "invite", "李四", "--role", "clerk").returncode == 0


def test_the_demo_says_what_it_really_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(Texts("zh", utc_now))
    program = build(settings_for(tmp_path))
    said = []
    for step in (lambda: None, lambda: None, lambda: program.database.transact(empty_all)):
        step()
        prepare_demo(terminal, program)
        said.append(capsys.readouterr().out)
    program.close()
    assert [text.split("，")[0].strip() for text in said] == [
        "正在建库、装入演示城市",
        "这里已有的数据都在",
        "正在装入演示城市",
    ]


def empty_all(tx: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        tx.execute(table.delete())


@pytest.mark.parametrize(
    ("listen", "says"),
    [
        ("192.0.2.1:8080", "不是本机的地址"),
        ("[2001:db8::1]:8080", "不是本机的地址"),
        ("no-such-host.invalid:8080", "主机名解析不了"),
        ("127.0.0.1:80800", "应写成「地址:端口」"),
    ],
)
def test_an_address_that_cannot_be_listened_on_is_told_for_what_it_is(office: Path, listen: str, says: str) -> None:
    done = mingcha(office, "serve", MINGCHA_LISTEN=listen)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert says in line
    assert "占用" not in line


def test_the_language_may_stand_in_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MINGCHA_LANGUAGE=en\n")
    assert "migrate" in mingcha(tmp_path, "doctor").stdout
    assert not any("\u4e00" <= c <= "\u9fff" for c in mingcha(tmp_path, "doctor").stdout)
