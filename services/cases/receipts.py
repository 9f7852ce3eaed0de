"""A signed receipt: number, day, and the SHA-256 of what was filed, under the key that signs the anchors too.

The receipt is one line of text. Whoever holds it can have the PDF drawn from it and have it checked; nothing is kept of
it here, and it tells nothing of who filed.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import msgspec
from sqlalchemy import select

from models.tables import cases
from services.foundation.act import Act
from services.foundation.vault import Vault

_LINE = re.compile(
    r"(?P<number>\d{8}-\d{4,8})\.(?P<day>\d{4}-\d\d-\d\d)\.(?P<hash>[0-9a-f]{64})\.(?P<signature>[A-Za-z0-9_-]{86})",
    re.ASCII,
)
FILED = ("number", "kind", "source", "received_on", "what", "staff", "happened")  # what no step of a case changes


@dataclass(frozen=True)
class Receipt:
    """What a receipt says. `digest`: SHA-256 in hex of the JSON of `FILED`, its keys in order, in UTF-8."""

    number: str
    day: date
    digest: str
    line: str  # the receipt with its signature


def receipt_of(act: Act, case_id: str) -> Receipt | None:
    """The receipt of a case, the same whenever it is asked for; None where there is no such case."""
    found = _filed(act, cases.c.id == case_id)
    return _signed(act.vault, *found) if found else None


def read_receipt(vault: Vault, line: str) -> Receipt | None:
    """The receipt in a line that this installation has signed; None for any other line."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return None
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        return None
    made = _signed(vault, found["number"], day, found["hash"])
    return made if made.line == line.strip() else None  # its signatures are always the same


def still_so(act: Act, receipt: Receipt) -> bool:
    """Whether what was filed under this number is still, letter by letter, what the receipt was given for."""
    found = _filed(act, cases.c.number == receipt.number)
    return found is not None and found == (receipt.number, receipt.day, receipt.digest)


def _filed(act: Act, which: object) -> tuple[str, date, str] | None:
    columns = [cases.c[name] for name in FILED]
    row = act.tx.execute(select(*columns).where(which)).mappings().first()  # pyright: ignore[reportArgumentType]
    if row is None:
        return None
    told = {name: value.isoformat() if isinstance(value := row[name], date) else value for name in FILED}
    return row["number"], row["received_on"], sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def _signed(vault: Vault, number: str, day: date, digest: str) -> Receipt:
    origin = f"mingcha.receipt/{sha256(vault.public_key).hexdigest()[:16]}"
    signature = vault.sign(f"{origin}\n{number}\n{day}\n{digest}\n".encode())
    return Receipt(number, day, digest, f"{number}.{day}.{digest}.{_letters(signature)}")


def _letters(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
