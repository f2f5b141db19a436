"""A graph → our YAML: a line a layer, or what repeats folded into blocks, repeats and shortcuts, as people write it."""
