"""The journeys of a citizen: a complaint, a question, an addition, and how their own reports stand."""
