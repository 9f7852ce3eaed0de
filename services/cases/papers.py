"""The receipt as a PDF, in the language of the office."""

from __future__ import annotations

from media import Paper, receipt_pdf
from services.cases.receipts import Receipt, read_receipt
from services.foundation.vault import Vault
from templates import Texts


def receipt_file(texts: Texts, vault: Vault, site: str, line: str) -> bytes | None:
    """The PDF of a receipt's line; None where this installation has signed no such line. Raises media.Fontless."""
    receipt = read_receipt(vault, line)
    return receipt_pdf(_paper(texts, receipt, site)) if receipt else None


def _paper(texts: Texts, receipt: Receipt, site: str) -> Paper:
    def word(name: str) -> str:
        return texts.say("receipt", name)

    rows = (
        (word("number"), receipt.number),
        (word("day"), receipt.day.isoformat()),
        (word("digest"), receipt.digest),
        (word("signature"), receipt.line.rpartition(".")[2]),
    )
    address = f"{site}/receipt/{receipt.line}"
    return Paper(word("heading"), rows, (word("check"), word("note")), address, receipt.line)
