"""The memory of a training step as a picture."""
