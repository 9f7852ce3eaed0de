"""Behind a proxy each visitor is known by their own address; nobody can make one up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiohttp.test_utils import TestServer

from bot.build import Program
from bot.proxies import HEADER, networks, visitor
from bot.serve import assemble
from tests.drivers.browsing import browsing
from tests.drivers.command import mingcha

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MOST_WRONG = 20

SEEN = {  # who asks us, what the headers say, and whose address it is with proxies at 10.0.0.0/8 and ::1
    "without a header": ("10.0.0.1", [], "10.0.0.1"),
    "through one": ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
    "through two": ("10.0.0.1", ["203.0.113.7, 10.0.0.2"], "203.0.113.7"),
    "through two that write a header each": ("10.0.0.1", ["203.0.113.7", "10.0.0.2"], "203.0.113.7"),
    "with a lie before": ("10.0.0.1", ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
    "with a proxy of ours made up": ("10.0.0.1", ["10.0.0.9, 203.0.113.7"], "203.0.113.7"),
    "from elsewhere": ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
    "from nowhere": ("", ["198.51.100.1"], ""),
    "with nonsense": ("10.0.0.1", ["203.0.113.7, unknown"], "10.0.0.1"),
    "with nothing": ("10.0.0.1", ["", " , "], "10.0.0.1"),
    "by IPv6": ("::1", ["2001:db8::7"], "2001:db8::7"),
    "by IPv4 in IPv6": ("::ffff:10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
    "a colleague inside": ("10.0.0.1", ["10.0.0.5"], "10.0.0.5"),
}


@pytest.mark.parametrize(("remote", "forwarded", "seen"), SEEN.values(), ids=SEEN)
def test_the_nearest_address_that_is_no_proxys_is_the_visitors(remote: str, forwarded: list[str], seen: str) -> None:
    assert visitor(remote, forwarded, networks("10.0.0.0/8, ::1")) == seen
    assert visitor(remote, forwarded, []) == remote


@ON_SQLITE
@pytest.mark.parametrize(
    ("proxies", "lie", "status"),
    [("127.0.0.1", "", 403), ("127.0.0.1", "198.51.100.1, ", 403), ("", "", 429), ("192.0.2.0/24", "", 429)],
    ids=["proxy", "proxy and a lie", "no proxy", "another proxy"],
)
async def test_a_flood_of_wrong_codes_holds_up_whoever_floods(
    make_program: Callable[..., Program], proxies: str, lie: str, status: int
) -> None:
    """429 for the flood; 403, a wrong code like any other, for the next visitor unless both count as one."""
    served = assemble(make_program(proxies=proxies), work=False)
    async with browsing(TestServer(served.app)) as client:

        async def tries(address: str) -> int:
            answer = await client.post("/in", data={"code": "0000"}, headers={HEADER: address})
            return answer.status

        for n in range(MOST_WRONG):
            assert await tries(f"{lie and f'198.51.100.{n}, '}203.0.113.7") == 403
        assert await tries(f"{lie}203.0.113.7") == 429
        assert await tries(f"{lie}203.0.113.8") == status


@ON_SQLITE
async def test_whoever_has_a_whole_ipv6_network_counts_as_one(make_program: Callable[..., Program]) -> None:
    served = assemble(make_program(proxies="127.0.0.1"), work=False)
    async with browsing(TestServer(served.app)) as client:

        async def tries(address: str) -> int:
            return (await client.post("/in", data={"code": "0000"}, headers={HEADER: address})).status

        for n in range(MOST_WRONG):
            assert await tries(f"2001:db8:1:2:{n:x}::{n:x}") == 403
        assert await tries("2001:db8:1:2:ffff::1") == 429
        assert await tries("2001:db8:1:3::1") == 403, "the next line"


@pytest.mark.parametrize("wrong", ["proxy.example", "10.0.0.1/8", "10.0.0.1;10.0.0.2"])
def test_a_wrong_proxy_is_told_at_the_start(tmp_path, wrong: str) -> None:
    done = mingcha(tmp_path, "migrate", MINGCHA_PROXIES=wrong)
    assert done.returncode == 1
    assert "MINGCHA_PROXIES 应是代理的地址或网段" in done.stderr
