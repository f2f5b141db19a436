"""Weights of a Keras model → a PyTorch model of the same network."""
