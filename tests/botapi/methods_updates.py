"""The methods about updates: polling, or a webhook."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .backlog import Backlog
from .errors import ApiError, bad_request
from .params import Params
from .polling import TERMINATED_BY_WEBHOOK, WEBHOOK_ACTIVE, Poller
from .webhook import Hook, WebhookSender, webhook_info

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class UpdateMethods:
    def __init__(self, backlog: Backlog, poller: Poller, webhook: WebhookSender) -> None:
        self._backlog = backlog
        self._poller = poller
        self._webhook = webhook

    def table(self) -> dict[str, Callable[[Params], Any]]:
        return {
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: webhook_info(self._webhook, self._backlog.allowed),
        }

    async def _get_updates(self, params: Params) -> bytes:
        if self._webhook.hook.url:
            raise ApiError(409, WEBHOOK_ACTIVE)
        return await self._poller.get_updates(params)

    async def _set_webhook(self, params: Params) -> bool:
        hook = _hook(params)
        allowed = params.tree("allowed_updates")
        if isinstance(allowed, list):
            self._backlog.allowed = [str(kind) for kind in allowed]
        if params.flag("drop_pending_updates"):
            self._backlog.clear()
        self._poller.stop(ApiError(409, TERMINATED_BY_WEBHOOK))
        if hook != self._webhook.hook:
            await self._webhook.set(hook)
        return True

    async def _delete_webhook(self, params: Params) -> bool:
        if params.flag("drop_pending_updates"):
            self._backlog.clear()
        await self._webhook.set(Hook())
        return True


def _hook(params: Params) -> Hook:
    """Checked as by a server in local mode: http and any port are allowed."""
    url, secret = params.text("url"), params.text("secret_token")
    if url and not re.match(r"https?://[^/\s]+", url):
        raise bad_request(f"bad webhook: invalid URL specified: {url}")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request(f"secret token {'is too long' if len(secret) > 256 else 'contains unallowed characters'}")
    return Hook(url, secret, min(max(params.number("max_connections", 40), 1), 100))
