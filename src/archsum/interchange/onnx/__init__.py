"""ONNX files → graph."""
