"""What a network needs of memory: in training, at inference, on a microcontroller. Computed only when asked for."""
