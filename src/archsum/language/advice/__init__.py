"""What to write instead; all but `overrides` is imported only where something is wrong."""
