"""Memory, batches that fit, and devices, as text and as data."""
