"""The JSON Schema of network files, for editors."""
