"""What a rebuild costs, measured against the other ways to do the same. Never imported by src."""
