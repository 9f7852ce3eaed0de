"""Tags: short names that the office gives to cases, to find those of an industry, an enterprise or a topic (C16).

They are the office's own: neither citizens nor units ever see one. What only confined cases have is known to nobody
else, and a tag that no case has is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update

from models.database import insert_or_ignore
from models.tables import case_tags, cases, tags
from services.cases import CaseCode, held, shown
from services.desk.saving import redirect_searches
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.folding import folded, says_nothing
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_id
from services.foundation.wording import readable

LONGEST_TAG, MOST_TAGS = 20, 8  # characters; tags of one case
MOST_SUGGESTED = 300


@dataclass(frozen=True)
class Tag:
    id: str
    name: str


@dataclass(frozen=True)
class TagUse:
    """A tag, how many cases have it, and the day on which one last got it."""

    id: str
    name: str
    cases: int
    used_on: date


def add_tag(act: Act, case_id: str, name: str) -> bool:
    """Gives a case a tag, the one that is spelled like this already if there is one; always returns True.

    Nothing is done where the case has it. Raises Refusal: gone; of the field `tag` tag_wanted, tag_long, tags_many.
    """
    case, name = held(act, case_id), _named(name)
    has = tags_of(act, [case.id])[case.id]
    if folded(name) in [folded(one.name) for one in has]:
        return True
    if len(has) >= MOST_TAGS:
        raise Refusal(CaseCode.TAGS_MANY, "tag")
    tag = _tag(act, name)
    row = {"id": new_id(), "case_id": case.id, "tag_id": tag.id, "tagged_on": act.now.date()}
    act.tx.execute(insert(case_tags).values(**row))
    audit.append(act, "case_tagged", case.id, {"number": case.number, "tag": tag.name})
    return True


def remove_tag(act: Act, case_id: str, tag_id: str) -> bool:
    """Takes a tag off a case; always returns True, also where the case has it no more. Raises Refusal: gone."""
    case = held(act, case_id)
    tag = act.tx.execute(select(tags.c.name).where(tags.c.id == tag_id).with_for_update()).first()
    theirs = case_tags.c.case_id == case.id, case_tags.c.tag_id == tag_id
    if tag and act.tx.execute(delete(case_tags).where(*theirs)).rowcount:
        act.tx.execute(delete(tags).where(tags.c.id == tag_id, ~_used()))
        audit.append(act, "case_untagged", case.id, {"number": case.number, "tag": tag.name})
    return True


def rename_tag(act: Act, tag_id: str, name: str, *, sure: bool = False) -> bool:
    """Gives a tag another name; where there is one of that name already, they become one, if somebody is `sure`.

    Returns whether they became one. Raises Refusal: gone; of the field `name` tag_wanted, tag_long, and tag_there with
    the `tag` that is there, where nobody is sure yet.
    """
    name = _named(name, "name")
    both = select(tags).where(tags.c.id.in_((tag_id,)) | (tags.c.folded == folded(name)))
    found = {row.id: row for row in act.tx.execute(both.order_by(tags.c.id).with_for_update())}
    if tag_id not in found or not is_seen(act, tag_id):
        raise Refusal(Common.GONE)
    old = found.pop(tag_id)
    other = next(iter(found.values()), None)
    if other is None:
        act.tx.execute(update(tags).where(tags.c.id == tag_id).values(name=name, folded=folded(name)))
        audit.append(act, "tag_renamed", tag_id, {"from": old.name, "to": name})
        return False
    if not sure and is_seen(act, other.id):
        raise Refusal(CaseCode.TAG_THERE, "name", tag=other.name)
    _merge(act, tag_id, other.id)
    audit.append(act, "tags_merged", other.id, {"from": old.name, "to": other.name})
    return True


def tags_of(act: Act, case_ids: Collection[str]) -> Mapping[str, Sequence[Tag]]:
    """The tags of these cases, by case, in the order of their names; the caller knows that the cases may be seen."""
    wanted = select(case_tags.c.case_id, tags.c.id, tags.c.name).join_from(case_tags, tags)
    found: defaultdict[str, list[Tag]] = defaultdict(list)
    for row in act.tx.execute(wanted.where(case_tags.c.case_id.in_(case_ids)).order_by(tags.c.name)):
        found[row.case_id].append(Tag(row.id, row.name))
    return found


def suggested(act: Act) -> list[Tag]:
    """The tags that whoever acts can choose from, by name."""
    rows = act.tx.execute(select(tags.c.id, tags.c.name).where(_seen(act)).order_by(tags.c.name).limit(MOST_SUGGESTED))
    return [Tag(row.id, row.name) for row in rows]


def tag_uses(act: Act) -> list[TagUse]:
    """All tags of cases that whoever acts may see, those of most cases first."""
    many, used = func.count().label("many"), func.max(case_tags.c.tagged_on).label("used_on")
    wanted = select(tags.c.id, tags.c.name, many, used).join_from(tags, case_tags)
    wanted = wanted.join(cases, cases.c.id == case_tags.c.case_id).where(shown(act)).group_by(tags.c.id, tags.c.name)
    return [TagUse(*row) for row in act.tx.execute(wanted.order_by(many.desc(), tags.c.name))]


def tagged(tag_id: str) -> ColumnElement[bool]:
    """The condition that a row of `cases` has a tag."""
    return cases.c.id.in_(select(case_tags.c.case_id).where(case_tags.c.tag_id == tag_id))


def is_seen(act: Act, tag_id: str) -> bool:
    return act.tx.execute(select(tags.c.id).where(tags.c.id == tag_id, _seen(act))).first() is not None


def _used() -> ColumnElement[bool]:
    return exists().where(case_tags.c.tag_id == tags.c.id)


def _seen(act: Act) -> ColumnElement[bool]:
    """The condition that a case which whoever acts may see has the tag."""
    return exists().where(case_tags.c.tag_id == tags.c.id, case_tags.c.case_id == cases.c.id, shown(act))


def _named(typed: str, field: str = "tag") -> str:
    name = " ".join(readable(typed).split())
    if not name or says_nothing(name):
        raise Refusal(CaseCode.TAG_WANTED, field)
    if len(name) > LONGEST_TAG:
        raise Refusal(CaseCode.TAG_LONG, field)
    return name


def _tag(act: Act, name: str) -> Tag:
    """The tag of this name, made where there is none, and locked: nobody takes its last case away meanwhile."""
    mine = select(tags.c.id, tags.c.name).where(tags.c.folded == folded(name)).with_for_update()
    while (row := act.tx.execute(mine).first()) is None:
        act.tx.execute(insert_or_ignore(act.tx, tags), {"id": new_id(), "name": name, "folded": folded(name)})
    return Tag(row.id, row.name)


def _merge(act: Act, old_id: str, kept_id: str) -> None:
    """Moves the cases of a tag, and the searches for it that people have saved, to another one."""
    there = select(case_tags.c.case_id).where(case_tags.c.tag_id == kept_id)
    old = case_tags.c.tag_id == old_id
    act.tx.execute(update(case_tags).where(old, case_tags.c.case_id.not_in(there)).values(tag_id=kept_id))
    act.tx.execute(delete(case_tags).where(old))
    act.tx.execute(delete(tags).where(tags.c.id == old_id))
    redirect_searches(act, "tag", old_id, kept_id)
