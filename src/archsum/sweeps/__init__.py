"""Every variant of a file: what is varied, what is asked of each variant, and the run over all of them."""
