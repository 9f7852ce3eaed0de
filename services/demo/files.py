"""The files of a city as they have to be: its units and people, as an office writes them, and the demo's first day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, create_model, model_validator

from rulebooks import HERE
from rulebooks.reading import Book, Place, Shape, not_as_expected
from services.cases import CATEGORIES, FEWEST_ITEMS, LEVELS, MOST_ITEMS
from services.foundation.phones import normalised
from services.foundation.refusal import Refusal
from services.foundation.wording import readable
from services.people import GROUPS, Group, Role, named, same_name
from services.units import LONGEST_DUTY, Unit, same_unit
from templates import DEFAULT_LANGUAGE, LANGUAGES

CITY, DAY = HERE / "demo" / "city.toml", HERE / "demo" / "day.toml"


def _readable(given: str) -> str:
    if kept := readable(given):
        return kept
    raise ValueError(given)


def _on_one_line(given: str) -> str:
    return " ".join(_readable(given).split())


def _named(given: str) -> str:
    try:
        return named(given)
    except Refusal:
        raise ValueError(given) from None


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,27}$")]  # a window adds "-12"
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_readable)]
Called = Annotated[Words, AfterValidator(_on_one_line)]
MaybeCalled = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Area = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(_on_one_line)]
Duty = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_DUTY), AfterValidator(_on_one_line)]
Initials = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,100}$")]
Name = Annotated[str, AfterValidator(_named)]
Phone = Annotated[str, AfterValidator(normalised)]
Count = Annotated[int, Field(ge=0, le=1_000)]


def _one_of(choices: Collection[str]) -> AfterValidator:
    def chosen(given: str) -> str:
        if given not in choices:
            raise ValueError(given)
        return given

    return AfterValidator(chosen)


def _maybe(shape: Any) -> Any:
    """An entry that may be left out."""
    return shape | None


class _Unit(Shape):
    id: Id
    name: Called
    kind: Literal["bureau", "district", "vertical", "subordinate"] = "bureau"
    area: Area | None = None
    initials: Initials | None = None
    english: Called | None = None
    aliases: list[Called] = []
    duty: Duty | None = None
    windows: list[Called] = []
    windows_english: list[MaybeCalled] = []

    @model_validator(mode="after")
    def _phones_of_somebody(self) -> _Unit:
        for role in GROUPS[Group.UNIT]:
            if getattr(self, f"{role}_phone") and not getattr(self, role):
                raise not_as_expected(role)
        if self.windows_english and len(self.windows_english) != len(self.windows):
            raise not_as_expected("windows_english")
        return self

    def ids(self) -> list[str]:
        """Its own id and those of its windows and sections."""
        return [self.id, *(f"{self.id}-{n}" for n in range(1, len(self.windows) + 1))]


_people: dict[str, Any] = {role.value: (_maybe(Name), None) for role in GROUPS[Group.UNIT]}
_phones: dict[str, Any] = {f"{role}_phone": (_maybe(Phone), None) for role in GROUPS[Group.UNIT]}
UnitRules = create_model("UnitRules", __base__=_Unit, **_people, **_phones)


class ClerkRules(Shape):
    """One of the office's clerks."""

    name: Name
    title: Called | None = None
    phone: Phone | None = None


class SupervisorRules(ClerkRules):
    """A supervisor, with the units that he or she visits."""

    units: Annotated[list[str], Field(min_length=1)]


class City(Shape):
    """A city: its units with their people, the supervisors, the office's clerks and head."""

    unit: list[UnitRules] = []  # pyright: ignore[reportInvalidTypeForm]
    supervisor: list[SupervisorRules] = []
    clerk: list[ClerkRules] = []
    office_head: list[ClerkRules] = []


class OwedRules(Shape):
    """What a unit owes because of a report, counted in days before the start."""

    unit: str
    asked: Words
    handed_days_ago: Count
    due_days_ago: Count


class ReportRules(Shape):
    """A report of the first day."""

    unit: str
    category: Annotated[str, _one_of(CATEGORIES)]
    what: Words
    filed_days_ago: Count
    obligation: OwedRules
    items: Annotated[
        list[Words], Field(min_length=FEWEST_ITEMS, max_length=MOST_ITEMS)
    ] = []  # that it was split into; the obligation is about the first
    answered: Words = ""  # the answer to the last of them


class PastRules(Shape):
    """Complaints like each other of the months before the first day."""

    unit: str
    category: Annotated[str, _one_of(CATEGORIES)]
    what: Words
    months: Annotated[list[Annotated[int, Field(ge=0, le=10)]], Field(min_length=1, max_length=12)]  # the newest last
    answered_after_days: Annotated[int, Field(ge=1, le=60)]
    answer: Words
    level: Annotated[str, _one_of(LEVELS)]  # how content every second of them was


class HeadRules(Shape):
    """The head whose text messages are shown."""

    unit: str
    phone: Phone


class _Notice(Shape):
    roles: Annotated[list[Annotated[str, _one_of(list(Role))]], Field(min_length=1)]
    readers: Annotated[int, Field(ge=1, le=1_000)]

    def texts(self) -> dict[str, str]:
        """The text in each language that it is written in."""
        return {language: text for language in LANGUAGES if (text := getattr(self, language))}


_texts: dict[str, Any] = {one: (Words, ...) if one == DEFAULT_LANGUAGE else (_maybe(Words), None) for one in LANGUAGES}
NoticeRules = create_model("NoticeRules", __base__=_Notice, **_texts)


class Day(Shape):
    """The demo's first day."""

    report: list[ReportRules]
    head: HeadRules
    past: list[PastRules] = []
    notice: NoticeRules  # pyright: ignore[reportInvalidTypeForm]


def read_city(file: Path = CITY, known: Mapping[str, Unit] = MappingProxyType({})) -> City:
    """Reads a city. `known`: units that are there already, by id. Raises OSError, or BadRules with every fault."""
    book = Book(file)
    city = book.check(City, book.data)
    if city is not None:
        for place, name in _same_names(city):
            book.note("same_name", place, value=name)
        there = {same_unit(unit.name): unit.id for unit in known.values() if unit.parent_id is None}
        for number, unit in enumerate(city.unit):
            other = there.get(same_unit(unit.name))
            if other and other != unit.id:
                book.note("same_name", ("unit", number, "name"), value=unit.name, known=[other])
        ids: set[str] = set()
        for number, unit in enumerate(city.unit):
            if not ids.isdisjoint(unit.ids()):
                book.note("twice", ("unit", number, "id"))
            ids.update(unit.ids())
        for number, one in enumerate(city.supervisor):
            for unknown in sorted({*one.units} - ids - {*known}):
                book.note("no_unit", ("supervisor", number, "units"), value=unknown, known=[*ids, *known])
    book.done()
    assert city is not None, "what is wrong was noted"
    return city


def _same_names(city: City) -> Iterator[tuple[Place, str]]:
    """Names that stand before in the same place: of units, of windows, of supervisors, of the office."""
    listed: list[tuple[Place, Place, Iterable[str]]] = [(("unit",), ("name",), [one.name for one in city.unit])]
    listed += [(("unit", number, "windows"), (), one.windows) for number, one in enumerate(city.unit)]
    for key, people in (("supervisor", city.supervisor), ("clerk", city.clerk), ("office_head", city.office_head)):
        listed.append(((key,), ("name",), [one.name for one in people]))
    for before, after, names in listed:
        same, seen = same_unit if before[0] == "unit" else same_name, set[str]()
        for number, name in enumerate(names):
            if same(name) in seen:
                yield (*before, number, *after), name
            seen.add(same(name))


def read_day(file: Path = DAY, known: Collection[str] = ()) -> Day:
    """Reads the first day. `known`: ids of the city's units. Raises OSError, or BadRules with every fault."""
    book = Book(file)
    day = book.check(Day, book.data)
    if day is not None:
        named = [(("report", n, "unit"), one.unit) for n, one in enumerate(day.report)]
        named += [(("report", n, "obligation", "unit"), one.obligation.unit) for n, one in enumerate(day.report)]
        named += [(("past", n, "unit"), one.unit) for n, one in enumerate(day.past)]
        for place, unit in (*named, (("head", "unit"), day.head.unit)):
            if known and unit not in known:
                book.note("no_unit", place, value=unit, known=known)
    book.done()
    assert day is not None, "what is wrong was noted"
    return day
