"""The file of the ladders as it has to be: what may stand in it, and what must fit together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from rulebooks import HERE
from rulebooks.reading import Book, Place, Shape, not_as_expected
from rulebooks.values import Days, DayTime
from services.calendar import Quiet

LADDERS = HERE / "ladders.toml"
DEFAULT, SILENCE = "default", "silence"


class SilenceRules(Shape):
    """After how long without acknowledgement who else is told."""

    sms_hours: Annotated[int, Field(ge=1, le=240)]
    deputy_days: Days
    office_days: Days

    @model_validator(mode="after")
    def _head_first_office_last(self) -> SilenceRules:
        if self.office_days < self.deputy_days:
            raise not_as_expected("office_days")
        if self.sms_hours > 24 * self.deputy_days:  # the head hears of it before the deputy
            raise not_as_expected("sms_hours")
        return self


class LadderRules(Shape):
    """The times of one kind of obligation, each entry as `[default]` or its own table says."""

    owner: Literal["unit", "office"]
    working_days: Days
    due: DayTime
    morning: DayTime
    quiet: Annotated[list[DayTime], Field(min_length=2, max_length=2)]
    before: Annotated[list[Days], Field(max_length=20)]
    superior: Days
    late_minutes: Annotated[int, Field(ge=1, le=24 * 60)]
    silence: SilenceRules

    @property
    def quiet_hours(self) -> Quiet:
        return Quiet(*self.quiet)

    @model_validator(mode="after")
    def _fits_together(self) -> LadderRules:
        if any(later >= earlier for earlier, later in zip(self.before, self.before[1:], strict=False)):
            raise not_as_expected("before")
        if self.before and self.before[0] >= self.working_days:  # it would lie before the hand-over
            raise not_as_expected("before")
        if self.morning >= self.due or self.quiet_hours.covers(self.morning):
            raise not_as_expected("morning")
        return self


def read_rules(file: Path = LADDERS, kinds: Collection[str] = ()) -> dict[str, LadderRules]:
    """The rules of each kind of obligation. Raises OSError, or BadRules with every fault.

    `kinds`: all that there are; then none of them may be without its table, and no other may have one.
    """
    book = Book(file)
    given, found = dict(book.data), {}
    default = given.pop(DEFAULT, None)
    if not isinstance(default, Mapping):
        book.note("missing" if default is None else "value", (DEFAULT,))
    elif book.check(LadderRules, default, lambda place: (DEFAULT, *place)):
        for kind, own in given.items():
            found[kind] = _own(book, kind, default, own)
    for kind in kinds:
        if kind not in given:
            book.note("missing", (kind,))
    for kind in given if kinds else ():
        if kind not in kinds:
            book.note("unknown", (kind,), [DEFAULT, *kinds])
    book.done()
    return {kind: rules for kind, rules in found.items() if rules is not None}


def _own(book: Book, kind: str, default: Mapping[str, Any], own: Any) -> LadderRules | None:
    """The rules of a kind: those of the default, where it does not say otherwise itself."""
    if not isinstance(own, Mapping):
        return book.note("value", (kind,))
    silence = own.get(SILENCE, {})
    whole = {**default, **own}
    if isinstance(silence, Mapping):
        whole[SILENCE] = {**default[SILENCE], **silence}

    def place(of: Place) -> Place:
        """Where a wrong entry stands: in the table of the kind, or in the default that does not go with it."""
        table = own if len(of) < 2 or of[0] != SILENCE else silence
        return (kind if of[-1 if table is silence else 0] in table else DEFAULT, *of)

    return book.check(LadderRules, whole, place)
