"""What `init` and `overlay add` write, and how files that exist are changed."""
