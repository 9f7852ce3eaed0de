"""Role by right by object, against a table written down here by hand; and that nobody else compares a role."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from models.tables import grants
from services import people
from services.people import GROUPS, RIGHTS, WITHOUT_UNIT, Grant, Right, Role, may, may_somewhere, units_with
from templates import LANGUAGES, load_texts

ROOT = Path(__file__).parents[3]
TREE = {"bureau": ["window", "section"], "window": ["counter"], "other": []}
LINES = {
    "own": ("window", "bureau"),
    "below": ("counter", "window", "bureau"),
    "above": ("bureau",),
    "beside": ("section", "bureau"),
    "other": ("other",),
    "none": (),
}
OWN, BELOW, ALL = {"own"}, {"own", "below"}, set(LINES)

READER = "open_console oversee_obligations see_late see_figures read_notices export"
CASES = "read_reports decide_reports open_identities see_openings answer_openings open_originals hand_over"
CASES += " decide_obligations"
UPKEEP = "manage_people manage_units set_calendar read_quarantine"
CLERK = f"{READER} {CASES} {UPKEEP} write_notices release_notices publish_figures write_texts"
EVERYBODY = "sign_in"
EXPECTED: dict[str, list[tuple[str, set[str]]]] = {
    "clerk": [(CLERK, ALL)],
    "reviewer": [(f"{READER} read_reports see_openings answer_openings release_notices confirm_deductions", ALL)],
    "office_head": [(f"{CLERK} decide_appeals hand_over_again confirm_deductions", ALL)],
    "discipline": [(f"{READER} {CASES} handle_conflicts", ALL)],
    "leading_group": [(f"{READER} release_notices approve_results", ALL)],
    "auditor": [(f"{READER} read_reports see_openings read_audit appoint_watchers", ALL)],
    "administrator": [(f"open_console {UPKEEP} appoint_watchers", ALL)],
    "supervisor": [("file_visits", OWN)],
    "monitor": [("report_monitoring", ALL)],
    "inspector": [("file_visits", OWN)],
    "evidence_supplier": [("supply_evidence", OWN)],
    "superior": [("look_at_obligations see_late", BELOW), ("hear_of_lateness", OWN)],
    "head": [("answer_obligations be_reminded", OWN), ("look_at_obligations see_late hear_of_lateness", BELOW)],
    "deputy": [("look_at_obligations answer_obligations see_late stand_in", OWN)],
    "liaison": [("look_at_obligations answer_obligations see_late", OWN)],
}
ALLOWED = {"services/people/rights.py", "services/demo/city.py", "services/demo/day.py", "services/demo/files.py"}
ALLOWED |= {"bot/samples.py"}
HOMONYMS = {
    ("services/desk/leaving_more.py", "clerk"),  # a column: with whom cases are
    ("bot/obligation_samples.py", "head"),  # as which reminders are addressed
    ("bot/obligation_samples.py", "deputy"),
    ("bot/obligation_samples.py", "superior"),
    ("handlers/inspections/visit.py", "deputy"),  # a finding: nobody stands in for the absent
    ("channels/webchat/drawing.py", "head"),  # of a letter
    ("channels/webchat/kind.py", "head"),
    ("migrations/run.py", "head"),  # of the revisions
    ("services/foundation/act.py", "supervisor"),  # the actor that the audit chain has always named
}


def under(unit_id: str) -> Iterator[str]:
    for below in TREE.get(unit_id, ()):
        yield below
        yield from under(below)


def expected(role: str, right: str) -> set[str]:
    table = [*EXPECTED[role], (EVERYBODY, ALL)]
    return {place for names, places in table if right in names.split() for place in places}


def granted(role: Role) -> list[Grant]:
    return [Grant(role, None if role in WITHOUT_UNIT else "window")]


@pytest.mark.parametrize(("role", "right"), list(product(Role, Right)))
def test_a_role_gives_a_right_where_the_table_says_so_and_nowhere_else(role: Role, right: Right) -> None:
    held, places = granted(role), expected(role, right)
    assert {place for place, line in LINES.items() if may(held, right, line)} == places
    assert may_somewhere(held, right) == bool(places)
    assert (role in people.roles_with(right)) == bool(places)
    units = units_with(held, right, under)
    assert {place for place, line in LINES.items() if line and line[0] in units} == places - {"none"}
    assert units.everything == ("none" in places)


def test_rights_add_up_over_the_roles_of_one_person() -> None:
    held = [Grant("deputy", "bureau"), Grant("supervisor", "other")]
    assert may(held, Right.ANSWER_OBLIGATIONS, ("bureau",))
    assert not may(held, Right.ANSWER_OBLIGATIONS, ("other",))
    assert may(held, Right.FILE_VISITS, ("other",))
    assert not may((), Right.SEE_LATE)


def test_a_role_of_another_time_gives_nothing() -> None:
    old = [Grant("mayor", "bureau"), Grant("mayor", None)]
    assert not any(may_somewhere(old, right) for right in Right)
    assert not any(may(old, right) for right in Right)


def test_every_role_has_its_row_its_group_and_fits_its_column() -> None:
    assert set(RIGHTS) == set(Role) == {Role(name) for name in EXPECTED}
    assert [role for roles in GROUPS.values() for role in roles] == list(Role)
    assert max(map(len, Role)) <= grants.c.role.type.length


def test_a_role_without_a_unit_has_no_right_that_needs_one() -> None:
    scopes = {role: set(RIGHTS[role].values()) for role in WITHOUT_UNIT}
    assert {role: found for role, found in scopes.items() if found != {people.Scope.ALL}} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_role_has_a_name(language: str) -> None:
    texts = load_texts(lambda: datetime.now(UTC))[language]
    assert [role for role in Role if not texts.has("menu", f"role_{role}")] == []
    ends = people.roles_with(Right.LOOK_AT_OBLIGATIONS)  # whoever loses one of these is told so
    assert [role for role in ends if not texts.has("menu", f"former_{role}")] == []


def sources() -> Iterator[tuple[str, ast.AST]]:
    for folder in (
        "bot",
        "handlers",
        "conversation",
        "channels",
        "web",
        "services",
        "media",
        "models",
        "scheduler",
        "migrations",
    ):
        for file in sorted((ROOT / folder).rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            if name not in ALLOWED and "/versions/" not in name:
                yield name, ast.parse(file.read_text(encoding="utf-8"))


def test_no_role_is_named_outside_the_table() -> None:
    """Neither as a string nor as `Role.CLERK`: whoever needs to know asks for a right."""
    found = set()
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in list(Role):
                found.add((name, node.value))
            elif isinstance(node, ast.Attribute) and node.attr in Role.__members__:
                found |= {(name, node.attr)} if ast.unparse(node.value).split(".")[-1] == "Role" else set()
    assert found - HOMONYMS == set()
    assert set(HOMONYMS) <= found, "an exception that nothing needs any more"
