"""Networks whose variants have in common less than it seems."""

SHADOWED = """
input: [8]
variables: {width: 4, times: 2}
blocks:
  inner: {layers: [dense: =width]}
  outer: {parameters: {width: 5, more: =width + 1}, layers: [dense: =width, inner, dense: =more]}
  first: {layers: [dense: "=1 if index == 0 else width"]}
layers:
  - outer
  - outer: {width: 6}
  - repeat: {times: =times, layers: [outer: {width: =index + 1}]}
"""
"""A parameter that is called as a variable is, which blocks further in know."""

FROZEN = """
input: [8]
variables: {trainable: true, width: 8}
blocks:
  pair: {layers: [dense: =width, batch_normalization]}
  both: {parameters: {frozen: }, layers: [pair: {trainable: =frozen}, pair]}
layers:
  - pair
  - pair: {trainable: =trainable}
  - both: {frozen: =trainable}
  - both: {frozen: =trainable, trainable: false}
  - residual: {trainable: =trainable, layers: [pair]}
"""

SETTINGS = """
input: [4, 8, 8]
variables: {width: 8, data_format: channels_first, bias: false, activation: relu}
data_format: =data_format
defaults: {conv2d: {bias: =bias, filters: =width, activation: =activation}}
blocks:
  conv: {parameters: {size: 3}, layers: [conv2d: {kernel_size: =size, padding: same}, layer_normalization]}
layers: [conv, conv, conv: {size: 1}, repeat: {times: 2, layers: [conv]}]
"""
"""Defaults and a data format that depend on variables."""

SHARED = """
input: [8]
variables: {width: 8}
blocks:
  own: {layers: [{type: dense, units: =width, shared: label}, {type: dense, units: =width, shared: label}]}
  tied: {layers: [dense: =width, dense: 8]}
layers:
  - dense: =width
  - own
  - own
  - tied: {shared: whole}
  - tied: {shared: whole}
  - repeat: {times: 2, layers: [tied: {shared: whole}]}
"""
"""Weights of several layers: in a block, and of a block."""

SEVERAL = """
input: {left: [8], right: [8]}
variables: {width: 8, taken: true, passed: true, merged: true}
blocks:
  cross:
    inputs: [one, other]
    outputs: [a, c]
    layers:
      - dense: {units: 8, name: a, inputs: one}
      - dense: {units: 8, name: b, inputs: other}
      - add: {if: =taken, name: c, inputs: [a, b]}
      - dense: {if: =not taken, units: 8, name: c, inputs: b}
  swap: {inputs: [one, other], outputs: [other, one], layers: [add: {if: =not passed, inputs: [one, other]}]}
  idle: {layers: [dropout: {if: =not passed, rate: 0.5}]}
layers:
  - cross: {inputs: [left, right], name: first}
  - swap
  - cross
  - swap
  - add: {if: =merged}
  - dense: {if: =not merged, units: =width, inputs: first}
  - idle
"""
"""Blocks of several inputs and outputs, which they take themselves or not, or pass on."""

LOOKED_INTO = """
input: [16, 16, 3]
variables: {width: 8, deep: true}
blocks:
  conv: {layers: [conv2d: {name: inside, filters: =width, kernel_size: 3, padding: same}, relu]}
  outer: {layers: [conv: {name: conv}, conv]}
layers:
  - outer: {name: here}
  - conv2d: {filters: =here.conv.inside.channels, kernel_size: 1, name: middle}
  - conv2d: {if: =deep, filters: 4, kernel_size: 1, inputs: here/conv/inside, name: side}
  - global_average_pooling2d: {inputs: here, name: last}
outputs: [middle, last, side]
"""
"""Names and sizes of what is in a block."""

STEPS = """
input: [6, 5, 4]
variables: {width: 4, units: 3}
blocks:
  each: {layers: [time_distributed: {layer: {dense: =width}, name: given}, time_distributed: [dense: =given.channels]]}
  wide: {parameters: {size: =input_channels}, layers: [dense: =size + width]}
layers:
  - each
  - time_distributed: [wide, dense: =input_channels]
  - wide
  - each: {name: last}
  - time_distributed: [dense: =last.elements, wide]
  - time_distributed: {layer: {lstm: {units: =units}}}
"""
"""What is around each step, and what depends on it."""

STATES = """
input: {one: [7, 4], other: [5, 4]}
variables: {units: 6, kind: true, pool: 2}
blocks:
  encoder: {parameters: {units: }, layers: [lstm: {units: =units}]}
  decoder:
    inputs: [begun, rest]
    parameters: {units: }
    layers: [lstm: {inputs: rest, initial_state: begun, units: =units, return_sequences: true}]
layers:
  - lstm: {inputs: one, name: first, units: 6}
  - decoder: {inputs: [first, other], units: =units, name: left}
  - encoder: {units: =units, name: second}
  - lstm: {inputs: other, units: 6, initial_state: second, name: third}
  - decoder: {inputs: [second, other], units: 6, name: right}
outputs: [left, right, third]
"""
"""States of what is outside a block, and in one."""

INDICES = """
input: [16, 16, 4]
variables: {pool: 2, width: 4}
blocks:
  down: {layers: [conv2d: {filters: =width, kernel_size: 3, padding: same}, max_pooling2d: =pool]}
  up:
    inputs: [below, pooled]
    parameters: {size: }
    layers: [max_unpooling2d: {inputs: [below, pooled], pool_size: =size}]
layers:
  - max_pooling2d: {name: pooled, pool_size: 2}
  - conv2d: {name: thin, filters: =width, kernel_size: 1}
  - up: {inputs: [thin, pooled], size: =pool}
  - down: {name: lower}
  - conv2d: {name: wide, filters: 4, kernel_size: 1}
  - max_unpooling2d: {inputs: [wide, lower], pool_size: 2}
"""
"""Indices that pooling outside a block, or in one, has found."""

UNKNOWN = """
input: [16, 4]
variables: {width: 4, size: 4, opened: false}
blocks:
  conv:
    parameters: {filters: }
    layers: [residual: {when: shape_stays, layers: [conv1d: {filters: =filters, kernel_size: 1}]}]
  open: {layers: [custom: {output_shape: [null, 4], weights: {kernel: [=size, null]}, macs: null}]}
  known: {layers: [custom: {output_shape: [=size, 4], weights: {kernel: [=size, 4]}, macs: null}]}
layers: [conv: {filters: =width}, known, open: {if: =opened}, conv: {filters: 4}, conv: {filters: 4}]
"""
"""Sizes that are not known, or not in every variant."""

DEEP = f"""
input: [4]
variables: {{width: 4, begin: true}}
blocks:
{"".join(f"  b{level}: {{layers: [b{level + 1}, dense: =width]}}" + chr(10) for level in range(70))}
  b70: {{layers: [dense: 4]}}
layers:
  - repeat: {{times: 3, layers: [residual: [b30]]}}
  - b8: {{if: =begin}}
  - b4: {{if: =width > 4}}
"""
"""Blocks in one another, too many of them from some on."""

LONG = f"""
input: [4]
variables: {{width: 4}}
blocks:
  {"x" * 60}: {{layers: [dense: =width]}}
  {"y" * 60}: {{layers: [{"x" * 60}, {"x" * 60}]}}
layers: [{"y" * 60}, {"x" * 60}, {"y" * 60}, repeat: {{times: 2, layers: [{"y" * 60}]}}]
"""
"""Long names, which take work themselves."""

TEXTS = {name: text for name, text in globals().copy().items() if name.isupper() and isinstance(text, str)}
