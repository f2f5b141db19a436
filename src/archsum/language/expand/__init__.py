"""Structure → graph: blocks, repetitions and branches written out, once for each use."""
