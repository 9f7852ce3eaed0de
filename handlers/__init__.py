"""The journeys: one module each, with its flow, its command and what submitting it does."""
