"""The tables and the database. Identity (people, contacts, vault) lies sealed in tables of its own."""
