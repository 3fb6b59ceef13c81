"""One module a scenario: what it does with its subjects, and which figures it wants."""
