"""Text messages: the same dialogues as numbered menus, through Kannel, Aliyun, or onto the terminal."""

from channels.sms.aliyun import Aliyun
from channels.sms.callbacks import LONGEST_LINE
from channels.sms.carrier import Carrier
from channels.sms.channel import CHANNEL, Sms
from channels.sms.console import Console
from channels.sms.kannel import Kannel

__all__ = ["CHANNEL", "LONGEST_LINE", "Aliyun", "Carrier", "Console", "Kannel", "Sms"]
