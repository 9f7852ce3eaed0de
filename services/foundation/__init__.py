"""Shared by several subjects and knowing none of them: saying no, how much has happened, what a rule may count."""
