"""The static files under /static, held in memory. Their address carries a version: browsers may keep them for good."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import ETag, web

FOLDER = Path(__file__).parents[1] / "static"
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"
TEXTUAL = ("text/", "application/javascript", "application/json", "image/svg+xml")


@dataclass(frozen=True)
class _Asset:
    data: bytes
    mime: str
    etag: str


def version(folder: Path = FOLDER) -> str:
    """The version of the files, which changes whenever one does: pages ask for `/static/<name>?v=<version>`."""
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def routes(folder: Path = FOLDER) -> list[web.RouteDef]:
    """The routes of the static files, which are read once. A file that is not there now is 404 for ever."""
    assets = {path.relative_to(folder).as_posix(): _read(path) for path in _files(folder)}
    return [web.get("/static/{name:.+}", partial(_serve, assets, version(folder)))]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _read(path: Path) -> _Asset:
    data = path.read_bytes()
    mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _Asset(data, mime, hashlib.sha256(data).hexdigest()[:32])


async def _serve(assets: dict[str, _Asset], current: str, request: web.Request) -> web.Response:
    asset = assets.get(request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound
    headers = {
        "Cache-Control": FOR_GOOD if request.query.get("v") == current else ASK_EACH_TIME,
        "X-Content-Type-Options": "nosniff",
    }
    if any(known.value in (asset.etag, "*") for known in request.if_none_match or ()):
        response = web.Response(status=304, headers=headers)
    else:
        textual = asset.mime.startswith(TEXTUAL)
        response = web.Response(
            body=asset.data, content_type=asset.mime, charset="utf-8" if textual else None, headers=headers
        )
        if textual:
            response.enable_compression()
    response.etag = ETag(asset.etag)
    return response
