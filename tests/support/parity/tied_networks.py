"""Networks whose layers share single weights: a head of words, and two that decode by what they encode by."""

HEAD = """\
input: [20]
layers:
  - embedding: {input_dim: 300, output_dim: 32, shared: {embeddings: table}}
  - dense: {units: 32, activation: gelu}
  - layer_normalization
  - dense: {units: 300, bias: %s, shared: {kernel: table}}
"""
AUTOENCODER = """\
input: [40]
layers:
  - dense: {units: 24, activation: relu, shared: {kernel: outer}}
  - dense: {units: 7, shared: {kernel: inner}}
  - dense: {units: 24, activation: relu, shared: {kernel: inner}}
  - dense: {units: 40, shared: {kernel: outer}}
"""
IMAGES = """\
input: [12, 12, 3]
layers:
  - conv2d: {filters: 8, kernel_size: 3, activation: relu, shared: {kernel: both}}
  - conv2d_transpose: {filters: 3, kernel_size: 3, shared: {kernel: both}}
"""
