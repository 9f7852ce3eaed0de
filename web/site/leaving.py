"""Lists that leave a page: as a file for spreadsheets, or drawn whole for paper. Each leaves an event behind."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from services import oversight
from services.foundation import audit
from services.foundation.act import Act
from services.oversight import SheetWords
from services.people import Right
from web.site.frame import Frame, Seat

FORM = "{form:csv|xlsx|print}"  # in routes
SHEETS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MOST_PRINTED = 5_000  # rows on paper


@dataclass(frozen=True)
class Leaving:
    """A list with the filters of its page: what of it leaves, and how paper and file call it."""

    what: str  # whose words `SheetWords` knows; the audit event is about it
    columns: Sequence[str]
    rows: Callable[[Act], Iterator[oversight.Row]]
    page: str  # the template that tells title and filters on paper
    given: Mapping[str, str] = field(default_factory=dict)  # the filters as the address has them
    called: str = ""  # the file's name, where it is not the list's and the day's


async def leave(frame: Frame, request: web.Request, seat: Seat, table: Leaving, **values: Any) -> web.StreamResponse:
    """Answers with the whole list in the form of the address. A file wants the right to export beside the list's own.

    The event comes first: nothing leaves without one. It tells which filters were set, but not what was searched for,
    as that may be somebody's name.
    """
    form = request.match_info["form"]
    if form in SHEETS and not seat.may(Right.EXPORT):
        return frame.forbidden(request, seat)
    await seat.acts.write(_told, table, form)
    now, texts = frame.acts.clock(), frame.speaks(request)
    assert now.tzinfo is not None  # the office's
    words = SheetWords(texts, now.tzinfo, table.what)
    if form in SHEETS:
        out = io.BytesIO()
        await seat.acts.read(lambda act: oversight.write_table(out, form, table.columns, table.rows(act), words))
        name = f"{table.called or f'{table.what}-{now:%Y%m%d}'}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=out.getvalue(), content_type=SHEETS[form], headers=headers)
    drawn = await seat.acts.read(lambda act: oversight.printed(table.columns, table.rows(act), words, MOST_PRINTED))
    return frame.page(request, table.page, seat, table=drawn, now=now, MOST=MOST_PRINTED, query=table, **values)


def _told(act: Act, table: Leaving, form: str) -> None:
    filters = {name: value for name, value in table.given.items() if name != "q"} | (
        {"q": "…"} if "q" in table.given else {}
    )
    action = "list_printed" if form == "print" else "list_exported"
    audit.append(act, action, table.what, {"form": form, "filters": filters})
