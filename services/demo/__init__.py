"""The demo city and its first day; and the files in which an office writes its own city."""

from services.demo.city import load_city, write_city
from services.demo.day import start_demo
from services.demo.files import City, Day, read_city, read_day

__all__ = ["City", "Day", "load_city", "read_city", "read_day", "start_demo", "write_city"]
