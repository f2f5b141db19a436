"""The language: our YAML → graph. `loading.load` is its door."""
