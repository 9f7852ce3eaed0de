"""Which network addresses count as one visitor where tries, pages or connections are counted."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

HERE = frozenset(("127.0.0.1", "::1"))  # a proxy on the same machine, as a rule: behind it there are many


def party(address: str) -> str:
    """The address; of IPv6 the /64 network around it, as one line is given all of that."""
    found = parsed(address)
    if found is None or isinstance(found, IPv4Address):
        return str(found or address)
    return address if found.is_loopback else str(ip_network((found, 64), strict=False))


def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address. A socket for both families writes IPv4 inside IPv6: it is IPv4 here."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
