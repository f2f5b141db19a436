"""Search spaces of papers: our file of each, networks of it drawn at random, and the same written for PyTorch."""
