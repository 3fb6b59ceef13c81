"""The command line: one file per command, which owns its flags. Nothing here decides anything."""
