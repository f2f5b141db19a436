"""Program → source code of Keras 3."""
