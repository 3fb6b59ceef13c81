"""A staging branch that builds itself from the open pull requests of a Git repository."""

__version__ = "0.1.0"
