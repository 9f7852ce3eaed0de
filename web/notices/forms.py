"""What a clerk types about a notice, to and from the form. A value that is none counts as not given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notices import Audience, Notice, NotSent, Written
from services.people import Role
from services.units import Directory


@dataclass(frozen=True)
class Around:
    """What an audience can be chosen from."""

    directory: Directory
    areas: Sequence[str]
    languages: Collection[str]  # in which a notice can be written
    peopled: Collection[str] = ()  # kinds of unit that somebody is registered with

    @property
    def kinds(self) -> Sequence[str]:
        return list(dict.fromkeys(unit.kind for unit in self.directory.units))

    @property
    def nobody(self) -> Sequence[str]:
        """Kinds that choose nobody by themselves."""
        return [kind for kind in self.kinds if kind not in self.peopled]


def written_of(sent: Mapping[str, Sequence[str]], around: Around) -> Written:
    def among(name: str, known: Sequence[str]) -> tuple[str, ...]:
        return tuple(one for one in known if one in sent.get(name, ()))

    audience = Audience(
        roles=among("role", list(Role)),
        kinds=among("kind", around.kinds),
        areas=among("area", around.areas),
        units=among("unit", [unit.id for unit in around.directory.units]),
        sms="sms" in sent,
    )
    texts = {language: sent.get(f"text_{language}", [""])[-1] for language in around.languages}
    return Written(texts, audience, "acknowledges" in sent)


def typed_of(given: Notice | Written | None) -> dict[str, Any]:
    """The form's values: of a notice, of what was just typed, or of nothing."""
    if given is None:
        return {"texts": {}, "audience": Audience(), "acknowledges": True}
    return {"texts": given.texts, "audience": given.audience, "acknowledges": given.acknowledges}


def moment_of(sent: Mapping[str, str], now: datetime) -> datetime | None:
    """When to send, in the office's time zone; None: at once.

    Raises NotSent for a time that is none (time_wanted), and for one that is filled in beside "now": which of the two
    is meant cannot be known, and what has gone out cannot be taken back (time_unclear).
    """
    if sent.get("when") != "later":
        if sent.get("send_at", "").strip():
            raise NotSent("time_unclear", "send_at")
        return None
    try:
        return datetime.fromisoformat(sent.get("send_at", "")).replace(tzinfo=now.tzinfo)
    except ValueError:
        raise NotSent("time_wanted", "send_at") from None
