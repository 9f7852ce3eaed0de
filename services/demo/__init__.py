"""The demo city and its first day."""

from services.demo.city import load_city, read_city, write_city
from services.demo.day import start_demo

__all__ = ["load_city", "read_city", "start_demo", "write_city"]
