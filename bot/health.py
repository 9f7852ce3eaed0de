"""Tells whether the process is alive and whether it can work, and gives its figures to Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.build import Program
from bot.channels import with_sender
from channels.channel import Channel
from models.database import DatabaseAway
from services import oversight
from services.foundation import chain

ASKED_SECONDS = 5.0  # in which a channel's wire has to answer
log = structlog.get_logger()


class Health:
    """Answers `/healthz` (alive), `/readyz` (503 unless it can work) and `/metrics` (never names).

    It can work while the database takes what is written and the channels answer. `/readyz` also names channels on
    which something waits and nobody sends (`unsent`), whether the disk has room for photos and files, and what is wrong
    with the audit chain (`audit`): this process can still serve.
    """

    def __init__(self, program: Program, channels: Sequence[Channel]) -> None:
        self._program = program
        self._channels = channels
        self._sent_on = with_sender(program.channel_kinds)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/healthz", self._alive), web.get("/readyz", self._ready), web.get("/metrics", self._metrics)]

    async def _alive(self, request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _ready(self, request: web.Request) -> web.Response:
        state = {"database": await self._writes()}
        asked = [one for one in self._channels if one.ready]
        state |= zip([one.name for one in asked], await asyncio.gather(*map(_ready, asked)), strict=True)
        told = {**state, "disk": not self._program.store.room.is_short}
        told |= {"unsent": [one.channel for one in await self._unsent()]}
        if alarms := await self._audit():
            told["audit"] = alarms
        return web.json_response(told, status=200 if all(state.values()) else 503)

    async def _writes(self) -> bool:
        """Whether the database takes what is written, and in time: one that can only be read takes no complaint."""
        try:
            async with asyncio.timeout(ASKED_SECONDS):
                await self._program.database.talk(oversight.leave_mark, self._program.clock())
        except (TimeoutError, DatabaseAway):
            return False
        return True

    async def _unsent(self) -> list[oversight.Unsent]:
        try:
            async with asyncio.timeout(ASKED_SECONDS):
                return await self._program.database.read(oversight.unsent, self._program.clock(), self._sent_on)
        except (TimeoutError, DatabaseAway):
            return []

    async def _audit(self) -> list[str]:
        """What is wrong with the audit chain, as far as it shows at once: unchained, and `anchoring.fault_of`."""
        now, vault = self._program.clock(), self._program.vault
        try:
            async with asyncio.timeout(ASKED_SECONDS):
                late = await self._program.database.read(chain.is_late, vault, now)
        except (TimeoutError, DatabaseAway):
            late = False
        return [code for code in ("unchained" if late else "", self._program.anchoring.fault) if code]

    async def _metrics(self, request: web.Request) -> web.Response:
        try:
            counted = await self._program.database.read(oversight.count_figures)
        except DatabaseAway:
            counted = []
        counted = [*counted, oversight.Figure("disk", "free_bytes", self._program.store.room.free())]
        counted = [*counted, *(oversight.Figure("unsent", one.channel, one.count) for one in await self._unsent())]
        counted += [oversight.Figure("audit_alarms", code, 1) for code in await self._audit()]
        registry = CollectorRegistry()
        registry.register(_Counted(counted, self._program.talk.turns))
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _ready(channel: Channel) -> bool:
    """Whether the channel's wire answers, and in time. A channel that fails hides nothing of the others."""
    try:
        answer = channel.ready() if channel.ready else True
        return answer if isinstance(answer, bool) else await asyncio.wait_for(answer, ASKED_SECONDS)
    except TimeoutError:
        return False
    except Exception as error:
        log.error("channel_not_asked", channel=channel.name, error=type(error).__name__)
        return False


class _Counted(Collector):
    def __init__(self, counted: Iterable[oversight.Figure], turns: int) -> None:
        self._counted, self._turns = counted, turns

    def collect(self) -> Iterable[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for figure in self._counted:
            name = f"mingcha_{figure.name}"
            family = families.setdefault(name, GaugeMetricFamily(name, figure.name, labels=["state"]))
            family.add_metric([figure.state], figure.value)
        turns = GaugeMetricFamily("mingcha_turns_since_start", "turns_since_start", value=self._turns)
        return [*families.values(), turns]
