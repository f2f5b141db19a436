"""Other people's files and models → graph, and graph → our YAML: a folder a format."""
