"""Our YAML → source code of a framework, as people write it."""
