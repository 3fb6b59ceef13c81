"""GitHub, and GitHub Enterprise Server: pull requests and checks read, answers written."""
