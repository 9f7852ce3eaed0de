"""The aiohttp site: pages and static files."""
