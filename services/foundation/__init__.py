"""What several subjects use and what knows none of them: saying no, how much has happened, what a rule may count."""
