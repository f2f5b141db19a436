"""Live models of PyTorch → graph."""
