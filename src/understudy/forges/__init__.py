"""Where pull requests and their checks are read. Nothing here judges or merges."""
