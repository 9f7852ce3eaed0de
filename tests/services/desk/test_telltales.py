"""What is marked in a text as telling who somebody is, and what is not."""

from __future__ import annotations

import pytest

from services.desk import marked


def found(text: str) -> list[tuple[str, str]]:
    pieces = marked(text)
    assert "".join(piece for piece, _ in pieces) == text
    return [(piece, kind) for piece, kind in pieces if kind]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("我叫王小明，在窗口等了两小时", [("王小明", "name")]),
        ("本人欧阳锋，去年来办证", [("欧阳锋", "name")]),
        ("李女士和陈建国师傅都看见了", [("李女士", "name"), ("陈建国师傅", "name")]),
        ("刘某某说不行", [("刘某某", "name")]),
        ("电话138 0797-4171", [("138 0797-4171", "phone")]),
        ("打１３８０７９７４１７１找我", [("１３８０７９７４１７１", "phone")]),
        ("座机 0797-8391234", [("0797-8391234", "phone")]),
        ("身份证36210219800101123X", [("36210219800101123X", "identity")]),
        ("卡号6222 0212 3456 7890 123", [("6222 0212 3456 7890 123", "card")]),
        ("微信号：wang_xm88", [("wang_xm88", "account")]),
        ("加我VX wang-xm88", [("wang-xm88", "account")]),
        ("QQ：12345678", [("12345678", "account")]),
        ("发到 wxm@example.com 吧", [("wxm@example.com", "mail")]),
        ("我的车赣B·12345被扣", [("赣B·12345", "plate")]),
        ("新能源车赣BD12345", [("赣BD12345", "plate")]),
        ("住在红旗大道12号3栋2单元501室", [("红旗大道12号3栋2单元501室", "address")]),
        ("阳光花园A栋1203", [("阳光花园A栋1203", "address")]),
        ("和平村三组", [("和平村三组", "address")]),
    ],
)
def test_what_may_tell_who_somebody_is_is_marked(text: str, told: list[tuple[str, str]]) -> None:
    assert found(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "2026年11月20日15:00，编号20261121-9248，等了2小时",
        "张主任让我去三楼，在解放路3号窗口交五百元",
        "本人于昨天上午到办证大厅，红旗路很堵",
        "和某单位一样，有某种规定",
        "罚款12000元，材料第3页第12条",
        "",
    ],
)
def test_what_tells_of_nobody_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_text_of_any_kind_is_read_quickly() -> None:
    """Each piece is looked at a set number of times, however it is repeated: the page that shows it must not hang."""
    for piece in ("一二三四五六七八九十号路", "1-", "微信微信", "王王王先", "a@a.", "1 3 8 "):
        assert "".join(one for one, _ in marked(piece * 3000)) == piece * 3000
