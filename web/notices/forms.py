"""Reads what a clerk types about a notice and fills the form with it. An invalid value counts as not given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.foundation.refusal import Refusal
from services.notices import Audience, Notice, NoticeCode, Written
from services.people import Role
from services.units import Directory


@dataclass(frozen=True)
class AudienceChoices:
    """What an audience can be chosen from."""

    directory: Directory
    areas: Sequence[str]
    languages: Collection[str]  # languages in which a notice can be written
    peopled: Collection[str] = ()  # kinds of unit in which somebody holds a role

    @property
    def kinds(self) -> Sequence[str]:
        return list(dict.fromkeys(unit.kind for unit in self.directory.units))

    @property
    def nobody(self) -> Sequence[str]:
        """Kinds of unit that choose nobody by themselves, as nobody holds a role there."""
        return [kind for kind in self.kinds if kind not in self.peopled]


def written_of(sent: Mapping[str, Sequence[str]], choices: AudienceChoices) -> Written:
    def among(name: str, known: Sequence[str]) -> tuple[str, ...]:
        return tuple(one for one in known if one in sent.get(name, ()))

    audience = Audience(
        roles=among("role", list(Role)),
        kinds=among("kind", choices.kinds),
        areas=among("area", choices.areas),
        units=among("unit", [unit.id for unit in choices.directory.units]),
        sms="sms" in sent,
    )
    texts = {language: sent.get(f"text_{language}", [""])[-1] for language in choices.languages}
    return Written(texts, audience, "acknowledges" in sent)


def typed_of(given: Notice | Written | None) -> dict[str, Any]:
    """The form's values: of a notice, of what was just typed, or of nothing."""
    if given is None:
        return {"texts": {}, "audience": Audience(), "acknowledges": True}
    return {"texts": given.texts, "audience": given.audience, "acknowledges": given.acknowledges}


def moment_of(sent: Mapping[str, str], now: datetime) -> datetime | None:
    """When to send, in the office's time zone; None: at once.

    Raises Refusal for an invalid time (time_wanted), and for one that is filled in beside "now": which of the two
    is meant cannot be known, and what has gone out cannot be taken back (time_unclear).
    """
    if sent.get("when") != "later":
        if sent.get("send_at", "").strip():
            raise Refusal(NoticeCode.TIME_UNCLEAR, "send_at")
        return None
    try:
        return datetime.fromisoformat(sent.get("send_at", "")).replace(tzinfo=now.tzinfo)
    except ValueError:
        raise Refusal(NoticeCode.TIME_WANTED, "send_at") from None
