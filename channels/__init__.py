"""The channels: what comes in becomes an Incoming, what goes out is drawn for the channel and sent."""
