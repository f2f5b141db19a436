"""How Keras has our kinds, a table for each family."""
