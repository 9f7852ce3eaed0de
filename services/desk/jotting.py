"""Internal notes about a case: the office writes them for itself, and neither its citizen nor a unit ever reads one."""

from __future__ import annotations

from services.cases import held, note
from services.foundation.act import Act
from services.foundation.once import once
from services.foundation.wording import worded

NOTE = "note"  # the kind of the entry: on no allow-list of what leaves the office


def jot(act: Act, case_id: str, text: str, number: str = "") -> bool:
    """Adds an internal note; always returns True. It is never overtaken: two clerks who write at once are both kept.

    A decision on a page that does not show the note yet is refused, as after anything else that was said. `number` is
    the form's; the same form again adds nothing. Raises Refusal: gone, text_wanted, text_too_long.
    """
    _, first = once(act, number, "note", act.actor, case_id, text)
    if first:
        note(act, held(act, case_id), NOTE, worded(text))
    return True
