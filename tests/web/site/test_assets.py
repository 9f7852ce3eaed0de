"""The static files: kept by browsers for good, under an address that changes with them."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from web.site import assets


async def test_a_file_is_kept_for_good_under_its_version_and_asked_for_without(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "a.js").write_text("'说'")
    app = web.Application()
    app.add_routes(assets.routes(tmp_path))
    async with TestClient(TestServer(app)) as client:
        first = await client.get(f"/static/vendor/a.js?v={assets.version(tmp_path)}")
        assert (await first.text(), first.content_type) == ("'说'", "text/javascript")
        assert "immutable" in first.headers["Cache-Control"]
        again = await client.get("/static/vendor/a.js", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status, again.headers["Cache-Control"]) == (304, "no-cache")
        for gone in ("/static/b.js", "/static/../assets.py", "/static/%2e%2e/assets.py"):
            assert (await client.get(gone)).status == 404


def test_the_version_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a")
    before = assets.version(tmp_path)
    (tmp_path / "a.css").write_text("b")
    assert assets.version(tmp_path) != before


def test_the_chat_s_script_stays_small() -> None:
    """It was 30 KiB until it filled the text box with words to change and copied the numbers of cases, 33 until it said
    of which file something is wrong, 34 until it began anew where another browser has opened the conversation, and 35
    until it took the reports along then and found its way after a restore from a backup.
    """
    assert (assets.FOLDER / "chat.js").stat().st_size < 36 * 1024
