"""Keras files, and live models of Keras → graph."""
