"""Whoever watches over the audit chain is sent its head every day, and keeps what no machine of the office has."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import text

from bot.build import Program
from channels.fake import FakePerson
from scheduler.jobs import jobs
from services import people
from services.foundation import audit, chain, checkpoints
from services.people import Grant, Role
from tests.drivers.auditing import audited


async def test_the_auditor_gets_a_signed_head_and_finds_a_chain_that_was_cut(
    program: Program, person: Callable[..., FakePerson]
) -> None:
    """Database and anchor file are both put back to what they were; only the auditor's message knows more."""
    await program.anchoring.anchor()
    early = program.settings.anchor_path.read_bytes()
    who = program.acts.transact(people.add_person, "沈审计", [Grant(Role.AUDITOR, None)])
    auditor, other = person("auditor"), person("somebody")
    await auditor.says(f"/link {program.acts.by(who).transact(people.invite, who, 1)[1]}")
    await other.says("/menu")
    for n in range(5):
        program.acts.transact(audit.append, "decided", f"case-{n}")
    await program.anchoring.anchor()

    [job] = [one for one in jobs(program.acts, program.store) if one.name == "tell_auditors"]
    await job.run()

    told = auditor.screen().text
    assert "mingcha.audit/" not in other.screen().text
    note = re.search(r"mingcha\.audit/\S+\n(\d+)\n\S+\nafter 0\n\n\N{EM DASH} \S+ \S+", told)
    assert note, told
    size, head = program.database.look(chain.head)
    assert note.group() + "\n" == checkpoints.signed(program.vault, size, head)

    program.settings.anchor_path.write_bytes(early)
    known = checkpoints.anchored(program.vault, program.settings.anchor_path).newest
    for statement in (
        f"delete from audit where seq > {known}",
        f"update counters set value = {known} where name like 'anchor%'",
    ):
        program.database.transact(lambda tx, said=statement: tx.execute(text(said)) and None)
    assert (audited(program).broken, audited(program).fault) == (None, "")
    assert int(note[1]) > program.database.look(chain.head)[0]
