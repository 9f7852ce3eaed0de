"""The journeys: one module each, with its flow, its command and what happens when it is submitted."""
