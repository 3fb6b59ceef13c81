"""Values and decisions. Nothing here does IO, reads a clock or writes a log."""
