"""The rules on what a stage may contain beside production."""
