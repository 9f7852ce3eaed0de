"""A strict fake of the Telegram Bot API server. For tests only; never part of the product.

    async with BotApi() as api:                      # or: await api.start() … await api.close()
        user = api.user(id=1001, language_code="zh")
        …                                            # a bot with base URL api.url, polling or webhook
        await user.says("/start")
        screen = await user.waits_for("您好")
        await user.taps(screen.labels[0])

Strict in four ways: parameters are refused in the real server's words; a person must write first (else 400
chat not found); messages wait per chat and taps per user (24 h and 150 s by `clock`); what only a wrong
client would send is noted in `api.oddities`, so end a test with `assert not api.oddities`.

Switches: `deliver_twice` brings every update twice, `shuffle=random.Random(seed)` mixes the order between
queues, `pace` answers 429 above the real limits, `control` opens /control for other processes.

Not like the real one: webhooks may be http and on any port (as in the server's local mode); groups have no
privacy mode; photos keep their bytes and size, EXIF included; only HTML yields entities.
"""

from .calls import Call
from .chats import Chat, Screen
from .errors import ApiError
from .faults import Fault
from .people import User
from .server import BotApi

__all__ = ["ApiError", "BotApi", "Call", "Chat", "Fault", "Screen", "User"]
