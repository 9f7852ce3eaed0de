"""The jobs that run by themselves, and what ticks them."""
