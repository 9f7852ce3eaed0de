"""The address of whoever asks, also where proxies of ours stand between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from aiohttp import web

from services.foundation.addresses import parsed, party

Network = IPv4Network | IPv6Network
HEADER = "X-Forwarded-For"


def networks(given: str) -> list[Network]:
    """The addresses and networks of a setting, apart by commas or spaces. Raises ValueError for anything else."""
    return [ip_network(one) for one in given.replace(",", " ").split()]


def visitor(remote: str, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """The address of a visitor: the nearest one that is no proxy's, as only what a proxy of ours adds is believed.

    `forwarded`: the values of `HEADER`, each a list to which every proxy appends the address that it was asked from.
    """
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    while hops and is_among(remote, proxies) and parsed(hops[-1]):
        remote = hops.pop()
    return remote


def behind(proxies: Sequence[Network]):
    """The middleware that lets everything inside see as `request.remote` who counts as one visitor (`party`)."""

    @web.middleware
    async def seen(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        remote = request.remote or ""
        address = party(visitor(remote, request.headers.getall(HEADER, []), proxies))
        return await handler(request if address == remote else request.clone(remote=address))

    return seen


def is_among(text: str, proxies: Sequence[Network]) -> bool:
    address = parsed(text)
    return address is not None and any(address in network for network in proxies)
