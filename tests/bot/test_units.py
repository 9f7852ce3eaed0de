"""`mingcha units`: what is there is known again, what is new is added, and whatever was not done is told by name."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.drivers.command import mingcha

UNIT = '[[unit]]\nid = "a"\nname = "市国土局"\n'


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder where an office has begun with one unit of two windows."""
    mingcha(tmp_path, "migrate")
    load(tmp_path, f'{UNIT}windows = ["办证窗口", "测绘科"]\n')
    return tmp_path


def load(folder: Path, city: str, *options: str) -> str:
    (folder / "city.toml").write_text(city, encoding="utf-8")
    done = mingcha(folder, "units", "city.toml", *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def units(folder: Path) -> list[tuple[str, str]]:
    """Ids and names of all units, as they are shown."""
    with sqlite3.connect(folder / "var" / "mingcha.db") as database:
        return database.execute("select id, name from units order by parent_id is not null, position, id").fetchall()


def test_a_window_that_is_inserted_is_added_there_and_the_others_stay_who_they_are(office: Path) -> None:
    inserted = f'{UNIT}windows = ["不动产窗口", "办证窗口", "测绘科"]\n'
    told = load(office, inserted)
    assert "新增 1 个，改动 0 个，不变 3 个" in told
    assert "新增：市国土局·不动产窗口。" in told
    assert units(office)[1:] == [("a-3", "不动产窗口"), ("a-1", "办证窗口"), ("a-2", "测绘科")]
    again = load(office, inserted)
    assert "新增 0 个，改动 0 个，不变 4 个" in again
    assert "什么都没有改动。" in again


def test_another_order_is_followed_and_said(office: Path) -> None:
    told = load(office, f'{UNIT}windows = ["测绘科", "办证 窗口"]\n')
    assert "市国土局的窗口照文件重新排了顺序。" in told
    assert "改动：市国土局·办证 窗口。" in told
    assert units(office)[1:] == [("a-2", "测绘科"), ("a-1", "办证 窗口")]


def test_what_the_file_leaves_out_is_named_and_stays(office: Path) -> None:
    told = load(office, f'{UNIT}windows = ["测绘科"]\n')
    assert "文件里没有写市国土局的「办证窗口」：照旧保留" in told
    told = load(office, '[[unit]]\nid = "b"\nname = "市工商局"\n')
    assert "文件里没有写「市国土局」：照旧保留" in told
    assert [name for _, name in units(office)] == ["市国土局", "市工商局", "办证窗口", "测绘科"]


def test_another_name_in_the_same_place_is_asked_and_changed_only_on_demand(office: Path) -> None:
    other = '[[unit]]\nid = "a"\nname = "市自然资源局"\nwindows = ["不动产窗口", "测绘科"]\n'
    before = units(office)
    told = load(office, other)
    assert "没有照文件改 2 处" in told
    assert "市国土局：文件里叫「市自然资源局」，没有改" in told
    assert "市国土局：文件里在「办证窗口」的位置写着「不动产窗口」" in told
    assert told.count("--renamed") == 2
    assert "什么都没有改动。" in told
    assert units(office) == before
    told = load(office, other, "--renamed")
    assert "改动：市自然资源局、市自然资源局·不动产窗口。" in told
    assert units(office) == [("a", "市自然资源局"), ("a-1", "不动产窗口"), ("a-2", "测绘科")]


def test_two_windows_of_one_name_from_before_are_told_by_the_doctor_and_can_be_told_apart(office: Path) -> None:
    with sqlite3.connect(office / "var" / "mingcha.db") as database:
        database.execute("update units set name = '测绘科' where id = 'a-1'")
    assert "✗ 有 2 个「市国土局·测绘科」（a-1、a-2）" in mingcha(office, "doctor").stdout
    load(office, f'{UNIT}windows = ["办证窗口", "测绘科"]\n', "--renamed")
    assert units(office)[1:] == [("a-1", "办证窗口"), ("a-2", "测绘科")]
    assert "没有人分得清" not in mingcha(office, "doctor").stdout


def test_a_number_that_is_not_taken_over_is_said(office: Path) -> None:
    load(office, f'{UNIT}head = "李一"\nhead_phone = "13800138000"\n')
    told = load(office, f'{UNIT}head = "李一"\nhead_phone = "13900139000"\n')
    assert "李一：文件里的手机号和已登记的不同，没有改" in told


def test_loading_the_same_units_again_adds_nobody(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    (tmp_path / "city.toml").write_text('[[unit]]\nid = "a"\nname = "市国土局"\nhead = "李"\n[[clerk]]\nname = "章"\n')
    first = mingcha(tmp_path, "units", "city.toml").stdout
    assert "新增 1 个，改动 0 个，不变 0 个。\n人员：新增 2 人" in first
    assert "没有改动" not in first
    again = mingcha(tmp_path, "units", "city.toml").stdout
    assert "新增 0 个，改动 0 个，不变 1 个。\n人员：新增 0 人，多了角色 0 人，不变 2 人。\n什么都没有改动。" in again
    assert "效能办工作人员 1 人" in mingcha(tmp_path, "doctor").stdout


def test_a_head_of_another_name_follows_and_somebody_who_is_there_is_not_added_again(tmp_path: Path) -> None:
    mingcha(tmp_path, "migrate")
    file = tmp_path / "city.toml"
    unit = '[[unit]]\nid = "a"\nname = "市国土局"\n'
    file.write_text(f'{unit}head = "李一"\ndeputy = "王二"\n', encoding="utf-8")
    first = mingcha(tmp_path, "units", "city.toml").stdout
    assert ("人员：新增 2 人" in first, "接任" in first) == (True, False)
    file.write_text(f'{unit}head = "王二"\ndeputy = "赵三"\n', encoding="utf-8")
    for added, more, same in ((1, 1, 0), (0, 0, 2)):
        told = mingcha(tmp_path, "units", "city.toml").stdout
        assert f"人员：新增 {added} 人，多了角色 {more} 人，不变 {same} 人。" in told
        assert "市国土局：王二第一次用自己的链接登录时接任负责人；在那以前仍是李一" in told
    asked = mingcha(tmp_path, "invite", "王二", "--role", "head", "--unit", "a")
    assert "已经登记过" in asked.stdout
