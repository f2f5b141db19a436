"""A network as boxes and arrows."""
