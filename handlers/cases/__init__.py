"""The journeys of a citizen: a complaint, a question, an addition, how one's reports stand."""
