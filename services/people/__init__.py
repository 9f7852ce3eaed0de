"""The people of the office, the units and the field: accounts, roles and what each role may do."""
