"""What goes out: how fast, how evenly, and how long a reply waits beside a broadcast."""
