"""A bare mirror of the remote and small verbs on it. No policy: nothing here decides who is in."""
