"""What to write instead: imported when something is wrong, and only then."""
