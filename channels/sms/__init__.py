"""Text messages: the same dialogues as numbered menus, sent through Kannel or Aliyun or shown on the terminal."""

from channels.sms.aliyun import Aliyun
from channels.sms.carrier import Carrier
from channels.sms.channel import Sms
from channels.sms.console import Console
from channels.sms.intake import CHANNEL
from channels.sms.kannel import Kannel
from channels.sms.kind import KIND, carrier_of, sms_of

__all__ = ["CHANNEL", "KIND", "Aliyun", "Carrier", "Console", "Kannel", "Sms", "carrier_of", "sms_of"]
