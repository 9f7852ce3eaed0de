"""Notices: the list of them, and one beside it, from the first word to the last acknowledgement."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web
from aiohttp.web_request import FileField

from models.database import DatabaseAway
from services import export, notices
from services.contacts import person
from services.evidence import LIMITS
from services.media import Refused
from services.notices import Notice, NotSent
from services.sheet import SheetWords
from web.house import ID, IS_ID, House, Seat, fields, form
from web.notice_forms import WHEN, moment_of, typed_of, written_of
from web.notice_view import Around, course_values, draft_values, shots
from web.security import FILE_POLICY

WRONG, CONFLICT = 422, 409
PATH = "/console/notices"
SHEETS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
BEFORE = ("draft", "waiting")  # nobody has got it
log = structlog.get_logger()


class Notices:
    def __init__(self, house: House) -> None:
        self._house = house
        self._errands: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        seated, one = self._house.seated, f"{PATH}/{ID}"
        return [
            web.get(PATH, seated(self._list)),
            web.get(f"{PATH}/new", seated(self._new)),
            web.post(PATH, seated(self._draft)),
            web.get(one, seated(self._open)),
            web.get(f"{one}/edit", seated(self._edit)),
            web.post(f"{one}/edit", seated(self._rewrite)),
            web.post(f"{one}/files", seated(self._attach)),
            web.post(f"{one}/files/remove", seated(self._detach)),
            web.post(f"{one}/list", seated(self._take_list)),
            web.post(f"{one}/list/remove", seated(self._drop_list)),
            web.post(f"{one}/{{step:send|release|back|abort|again}}", seated(self._step)),
            web.get(f"{one}/progress", seated(self._progress)),
            web.get(f"{one}/receipts.{{form:csv|xlsx}}", seated(self._receipts)),
            web.get(f"{one}/file/{{piece:[0-9a-f]{{20}}}}", seated(self._file)),
        ]

    # --- looking ---

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat)

    async def _new(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._form(request, seat, None, typed_of(None))

    async def _open(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._shown(request, seat, await self._notice(request))

    async def _edit(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        notice = await self._notice(request)
        if notice.state != "draft":
            raise web.HTTPSeeOther(f"{PATH}/{notice.id}")
        return await self._form(request, seat, notice, typed_of(notice))

    async def _progress(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """What the page shows of a notice on its way: drawn here, put in place by its script each second."""
        house, notice = self._house, await self._notice(request)
        if notice.state in BEFORE:
            return web.json_response({"state": notice.state, "over": True, "html": ""})
        notice, shown = await self._course(request, notice)
        texts, values = house.speaks(request), await self._heading(notice)
        html = texts.page(
            "console_notice_live.html", **shown, **values, notice=notice, seat=seat, say=texts.say, now=house.clock(),
            error=None, around=Around(house.directory(), ()),
        )  # fmt: skip
        return web.json_response({"state": notice.state, "over": shown["told"].over, "html": html})

    async def _course(self, request: web.Request, notice: Notice) -> tuple[Notice, dict[str, Any]]:
        """How it goes; a notice of which nothing is left to do is marked as done by whoever sees it first."""
        house, shown = self._house, await course_values(self._house, notice)
        done = notice.state == "released" and shown["told"].over
        if done and await house.database.write(notices.settle, house.clock(), notice.id):
            notice = await self._notice(request)
        return notice, shown

    async def _file(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The clean copy, as a recipient gets it."""
        notice, piece_id = await self._notice(request), request.match_info["piece"]
        part = next((one for one in notice.parts if one.id == piece_id), None)
        path = self._house.store.copy_path(piece_id)
        if part is None or not path.is_file():
            raise web.HTTPNotFound
        headers = {"Content-Type": part.mime, "Content-Security-Policy": FILE_POLICY}
        if part.kind == "file":
            headers["Content-Disposition"] = "attachment"
        return web.FileResponse(path, headers=headers)

    async def _receipts(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """By unit and role, as `mingcha export notices` writes them; no name and no number."""
        house, notice, form = self._house, await self._notice(request), request.match_info["form"]
        zone = house.clock().tzinfo
        assert zone is not None  # the office's, in which its clock tells the time
        words, out = SheetWords(house.speaks(request), zone, "notices"), io.BytesIO()

        def write(tx: Any) -> int:
            return export.write(out, form, "notices", export.receipts_of(tx, notice.id, zone), words)

        await house.database.read(write)
        headers = {"Content-Disposition": f'attachment; filename="{notice.number}.{form}"'}
        return web.Response(body=out.getvalue(), content_type=SHEETS[form], headers=headers)

    # --- writing ---

    async def _draft(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house, sent = self._house, await fields(request, self._house.site_url)
        written = written_of(sent, await self._around())
        try:
            notice_id = await house.database.write(notices.draft, house.clock(), seat.clerk.id, written)
        except NotSent as error:
            return await self._form(request, seat, None, typed_of(written), error)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}")

    async def _rewrite(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house, notice_id = self._house, request.match_info["id"]
        sent = await fields(request, house.site_url)
        written, seen = written_of(sent, await self._around()), sent.get("seen", [""])[-1]
        try:
            await house.database.write(notices.rewrite, house.clock(), seat.clerk.id, notice_id, seen, written)
        except NotSent as error:
            if error.code == "gone":
                raise web.HTTPNotFound from None
            notice = await self._notice(request)
            if notice.state != "draft":
                return await self._shown(request, seat, notice, error)
            return await self._form(request, seat, notice, typed_of(written), error)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}")

    async def _attach(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Each file is cleaned and stored; what cannot be sent is told by its place, the others stay."""
        notice = await self._notice(request)
        refused: list[tuple[str, str]] = []
        for file in await self._files(request, "file"):
            try:
                await self._attached(seat, notice.id, file)
            except Refused as error:
                refused.append((file.filename, error.code))
            except NotSent as error:
                if error.code in ("gone", "changed"):
                    return await self._again(request, seat, error)
                refused.append((file.filename, error.code))
        if refused:
            return await self._shown(request, seat, await self._notice(request), refused=refused)
        raise web.HTTPSeeOther(f"{PATH}/{notice.id}#files")

    async def _attached(self, seat: Seat, notice_id: str, file: FileField) -> None:
        house = self._house
        stored = await house.store.put(await asyncio.to_thread(file.file.read), documents=True)
        if not house.store.copy_path(stored.id).is_file():
            await asyncio.to_thread(house.store.forget, [notices.lost(stored)])
            raise NotSent("no_copy", "files")
        try:
            await house.database.write(
                notices.attach, house.vault, house.clock(), seat.clerk.id, notice_id, file.filename, stored
            )
        except NotSent:
            await asyncio.to_thread(house.store.forget, [notices.lost(stored)])
            raise

    async def _detach(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house, sent = self._house, await form(request, self._house.site_url)
        notice_id, piece_id = request.match_info["id"], sent.get("piece", "")
        if not IS_ID.fullmatch(piece_id):
            raise web.HTTPNotFound
        try:
            gone = await house.database.write(notices.detach, seat.clerk.id, notice_id, piece_id)
        except NotSent as error:
            return await self._again(request, seat, error)
        await asyncio.to_thread(house.store.forget, gone)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}#files")

    async def _take_list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The numbers go in by some hundreds at once, so that nobody waits for a long list."""
        house, notice_id = self._house, request.match_info["id"]
        try:
            uploaded = await self._files(request, "list")
            data = await asyncio.to_thread(uploaded[0].file.read) if uploaded else b""
            found = await asyncio.to_thread(notices.read_numbers, data)
            language = house.language(request)
            for start in range(0, len(found.good), notices.NUMBERS_AT_ONCE):
                some = found.good[start : start + notices.NUMBERS_AT_ONCE]
                await house.database.write(
                    notices.add_numbers, house.vault, house.clock(), seat.clerk.id, notice_id, language, some
                )
        except NotSent as error:
            return await self._again(request, seat, error)
        if found.bad or found.repeated:
            return await self._shown(request, seat, await self._notice(request), numbers=found)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}#list")

    async def _drop_list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        notice_id = request.match_info["id"]
        try:
            await self._house.database.write(notices.drop_numbers, seat.clerk.id, notice_id)
        except NotSent as error:
            return await self._again(request, seat, error)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}#list")

    # --- steps ---

    async def _step(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house, step = self._house, request.match_info["step"]
        sent = await form(request, house.site_url)
        steps: Mapping[str, Callable[..., Any]] = {
            "send": self._send, "release": self._send, "back": self._back, "abort": self._abort, "again": self._repeat,
        }  # fmt: skip
        try:
            place = await steps[step](request.match_info["id"], seat.clerk.id, sent, step)
        except NotSent as error:
            return await self._again(request, seat, error, sent)
        raise web.HTTPSeeOther(f"{PATH}/{place}")

    async def _send(self, notice_id: str, clerk_id: str, sent: Mapping[str, str], step: str) -> str:
        house, now, seen = self._house, self._house.clock(), sent.get("seen", "")
        send_at = moment_of(sent, now)
        if step == "release":
            await house.database.write(
                notices.release, house.vault, now, clerk_id, notice_id, seen, send_at, ways=house.ways
            )
        else:
            state = await house.database.write(
                notices.send, house.vault, now, clerk_id, notice_id, seen, send_at,
                second_clerk_above=house.second_clerk_above, ways=house.ways,
            )  # fmt: skip
            if state == "waiting":
                return notice_id
        await self._begin(self._spread, self._spread_all, notice_id)
        return notice_id

    async def _back(self, notice_id: str, clerk_id: str, sent: Mapping[str, str], step: str) -> str:
        house, seen = self._house, sent.get("seen", "")
        await house.database.write(notices.take_back, house.clock(), clerk_id, notice_id, seen)
        return notice_id

    async def _abort(self, notice_id: str, clerk_id: str, sent: Mapping[str, str], step: str) -> str:
        house = self._house
        await house.database.write(notices.abort, house.clock(), clerk_id, notice_id)
        await self._begin(self._stop, self._stop_all, notice_id)
        return notice_id

    async def _repeat(self, notice_id: str, clerk_id: str, sent: Mapping[str, str], step: str) -> str:
        return await self._house.database.write(notices.again, self._house.clock(), clerk_id, notice_id)

    # --- what goes on after the answer; whatever is left by a kill, the job `carry_notices` takes up ---

    async def _begin(
        self, part: Callable[[str], Awaitable[bool]], rest: Callable[[str], Awaitable[None]], notice_id: str
    ) -> None:
        """The first part at once, for the page to show. The step itself is saved: this must not say that it is not."""
        try:
            if await part(notice_id):
                self._errand(rest(notice_id))
        except DatabaseAway:
            log.warning("notice_waits_for_the_job")

    async def _spread(self, notice_id: str) -> bool:
        step = await self._house.database.write(notices.spread, self._house.clock(), notice_id)
        self._house.bells.ring(step.ring)
        return step.more

    async def _spread_all(self, notice_id: str) -> None:
        more = True
        while more:
            more = await self._spread(notice_id)

    async def _stop(self, notice_id: str) -> bool:
        return bool(await self._house.database.write(notices.stop_rows, notice_id))

    async def _stop_all(self, notice_id: str) -> None:
        more = True
        while more:
            more = await self._stop(notice_id)

    def _errand(self, work: Any) -> None:
        async def run() -> None:
            try:
                await work
            except DatabaseAway:
                log.warning("notice_waits_for_the_job")
            except Exception:
                log.exception("notice_errand_failed")

        task = asyncio.create_task(run())
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    # --- drawing ---

    async def _files(self, request: web.Request, name: str) -> list[FileField]:
        await fields(request, self._house.site_url)
        given = (await request.post()).getall(name, [])
        return [one for one in given if isinstance(one, FileField) and one.filename]

    async def _notice(self, request: web.Request) -> Notice:
        house = self._house
        notice = await house.database.read(notices.look, house.vault, request.match_info["id"])
        if notice is None:
            raise web.HTTPNotFound
        return notice

    async def _around(self) -> Around:
        house = self._house
        areas = await house.database.read(notices.areas)
        return Around(house.directory(), areas)

    async def _again(
        self, request: web.Request, seat: Seat, error: NotSent, sent: Mapping[str, str] | None = None
    ) -> web.StreamResponse:
        if error.code == "gone":
            raise web.HTTPNotFound
        return await self._shown(request, seat, await self._notice(request), error, sent=sent)

    async def _form(
        self, request: web.Request, seat: Seat, notice: Notice | None, typed: Mapping[str, Any],
        error: NotSent | None = None,
    ) -> web.StreamResponse:  # fmt: skip
        around = await self._around()
        return await self._draw(
            request, seat, notice, error, part="console_notice_form.html", typed=typed, around=around
        )

    async def _shown(
        self, request: web.Request, seat: Seat, notice: Notice, error: NotSent | None = None, **more: Any
    ) -> web.StreamResponse:
        house = self._house
        values = await self._heading(notice) | {"around": await self._around()}
        texts = {language: house.texts[language] for language in ("zh", "en") if notice.texts.get(language)}
        if notice.state in BEFORE:
            part, shown = "console_notice_draft.html", await draft_values(house, notice, texts)
        else:
            notice, shown = await self._course(request, notice)
            part, shown["shots"] = "console_notice_going.html", shots(house, notice, texts)
        return await self._draw(request, seat, notice, error, part=part, **values, **shown, **more)

    async def _heading(self, notice: Notice) -> dict[str, Any]:
        house = self._house
        author = await house.database.read(person, house.vault, notice.created_by)
        releaser = await house.database.read(person, house.vault, notice.released_by) if notice.released_by else None
        return {"author": author, "releaser": releaser}

    async def _draw(
        self, request: web.Request, seat: Seat, notice: Notice | None = None, error: NotSent | None = None,
        part: str = "", **values: Any,
    ) -> web.StreamResponse:  # fmt: skip
        house, now = self._house, self._house.clock()
        shown = await house.database.read(notices.listed, notices.PAGE, _before(request))
        answered = await house.database.read(notices.acknowledged, [one.id for one in shown if one.acknowledges])
        refused = error is not None or values.get("refused")
        status = 200 if not refused else CONFLICT if error and error.code == "changed" else WRONG
        nothing = {"refused": (), "numbers": None, "sent": None}
        return house.page(
            request, "console_notices.html", seat, status=status, shown=shown, answered=answered, notice=notice,
            error=error, part=part, now=now, here=PATH, WHEN=WHEN, LARGEST=LIMITS.file_bytes, PAGE=notices.PAGE,
            LONGEST=notices.LONGEST_TEXT, above=house.second_clerk_above, **(nothing | values),
        )  # fmt: skip


def _before(request: web.Request) -> datetime | None:
    try:
        moment = datetime.fromisoformat(request.query.get("before", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
