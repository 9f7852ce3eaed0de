"""The address of whoever asks, where proxies of ours stand between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

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
    while hops and _is_among(remote, proxies) and _address(hops[-1]):
        remote = hops.pop()
    return remote


def behind(proxies: Sequence[Network]):
    """The middleware that lets everything inside see the visitor as `request.remote`, where there are proxies."""

    @web.middleware
    async def seen(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        remote = request.remote or ""
        address = visitor(remote, request.headers.getall(HEADER, []), proxies)
        return await handler(request if address == remote else request.clone(remote=address))

    return seen


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_among(text: str, proxies: Sequence[Network]) -> bool:
    address = _address(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:  # a socket for both families tells it so
        address = address.ipv4_mapped
    return address is not None and any(address in network for network in proxies)
