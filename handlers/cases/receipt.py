"""The signed receipt of an own case (`/receipt <case>`): a document where the channel carries one, else its address."""

from __future__ import annotations

from conversation.messages import Attached, Button
from media import chinese_font
from models.tables import FETCHING, SMS
from services import cases
from services.talk import Journey, Turn


def open_receipt(turn: Turn, case_id: str) -> None:
    """Opens `/receipt <case>`; anybody else's case does not exist here."""
    case = cases.own_case(turn.act, turn.contact.id, case_id) if case_id else None
    receipt = cases.receipt_of(turn.act, case.id) if case else None
    if receipt is None:
        turn.take("status", case_id)
        return
    site = turn.tools.site
    address = f"{site}/receipt/{receipt.line}"
    told = {"number": receipt.number, "day": receipt.day.isoformat(), "digest": receipt.digest, "site": site}
    if turn.contact.channel in (FETCHING, SMS) or chinese_font() is None:
        turn.say("receipt.here", Button(f"{address}.pdf", words="receipt_file", url=f"{address}.pdf"), **told)
    else:
        turn.hand("receipt.here", Attached(receipt.line, "file", f"{receipt.number}.pdf"), **told)
    turn.go_on()


RECEIPT = Journey("receipt", open_receipt)
