"""What counts as sent by a page of ours, as browsers old and new name it."""

from __future__ import annotations

import pytest

from services.foundation.origin import from_our_page

SITE, HOST = "https://mingcha.example", "10.0.0.5:8080"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://mingcha.example"},
        {"Origin": "http://10.0.0.5:8080"},  # the office's own network
        {"Origin": "https://mingcha.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Referer": "https://mingcha.example/console/people?x=1"},  # a browser too old for the others
    ],
)
def test_a_page_of_ours(headers: dict[str, str]) -> None:
    assert from_our_page(headers, SITE, HOST)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://mingcha.example.evil.example"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://mingcha.example", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Referer": "https://evil.example/?https://mingcha.example"},
        {"Referer": "http://["},
        {"Referer": "/console"},
    ],
)
def test_anything_else(headers: dict[str, str]) -> None:
    assert not from_our_page(headers, SITE, HOST)
