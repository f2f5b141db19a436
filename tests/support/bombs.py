"""Files of less than 64 KiB that stand for much: each multiplies something else."""

from collections.abc import Iterable


def repeat(times: int, *layers: str) -> str:
    """Return a file that repeats layers on eight features."""
    return f"input: [8]\nlayers: [repeat: {{times: {times}, layers: [{', '.join(layers)}]}}]\n"


def listed(items: Iterable[str]) -> str:
    """Return a list as a file has it."""
    return f"[{', '.join(items)}]"


def branch(*paths: str) -> str:
    """Return a file of paths side by side."""
    return f"input: [8]\nlayers: [branch: {{paths: {listed(paths)}}}]\n"


_ARGUMENTS = ", ".join(f'p{n}: "={n} + index % 3 + max(index, {n}) * 2 - 1"' for n in range(90))
_PARAMETERS = ", ".join(f"p{n}: 1" for n in range(90))
_WEIGHTS = ", ".join(f'w{n}: ["=input_features + {n}"]' for n in range(800))
_TABLE = repeat(30_000, "conv2d: {filters: 2000, kernel_size: 1, connection_table: =t}").replace("[8]", "[8, 8, 1]")
_VARIABLES = "".join(f"  v{n}: 1\n" for n in range(1_000))
_IMAGE = "conv2d: {filters: 3, kernel_size: 3, padding: same}"
_ATTENTION = "multi_head_attention: {num_heads: 2, key_dim: 4}"
_NESTED = "".join(f"  b{n}: {{layers: [b{n + 1}]}}\n" for n in range(60))


def _merges(paths: int, kind: str) -> str:
    merge = f"{kind}: {{inputs: {listed(['i'] * 990)}}}"
    return f"blocks: {{p: {{inputs: [i], layers: [{merge}]}}}}\n{branch(*['[p]'] * paths)}"


def _block(parameters: str, arguments: str) -> str:
    return f"blocks: {{b: {{parameters: {{{parameters}}}, layers: [relu]}}}}\n{repeat(10_000, f'b: {{{arguments}}}')}"


REFUSED = {
    "formulas that blocks are given": _block(_PARAMETERS, _ARGUMENTS),
    "formulas of defaults": _block(_ARGUMENTS.replace("index", "8"), ""),
    "connections": _merges(990, "add"),
    "conditions": repeat(100_000, f'relu: {{if: "={" and ".join(["index >= 0"] * 25)}"}}'),
    "layers of formulas": repeat(100_000, "dense: {units: =index + 1}"),
    "layers of many shapes": repeat(
        30_000, f"custom: {{output_shape: [=input_features + 1], weights: {{{_WEIGHTS}}}, macs: 1}}"
    ),
    "formulas of weights": repeat(30_000, f"custom: {{weights: {{{_WEIGHTS.replace('=', '=index + ')}}}}}"),
    "weights in each use": repeat(
        3_000, f"custom: {{weights: {{{_WEIGHTS}}}, kept: 1, scratch: 0, flops: 1, macs: 0}}"
    ),
    "axes in each use": repeat(90_000, "relu").replace("[8]", listed(["1"] * 64)),
    "long names": repeat(50_000, f"relu: {{inputs: {'a/' * 30_000}b}}"),
    "values of variables": f"variables: {{t: {listed(['[0]'] * 2_000)}}}\n{_TABLE}",
    "too many layers": repeat(199_999, "relu"),
}
"""Those that take more work than there is for their size."""

ANSWERED = {
    "layers": repeat(100_000, "relu"),
    "convolutions": repeat(70_000, _IMAGE).replace("[8]", "[8, 8, 3]"),
    "attention": repeat(40_000, _ATTENTION).replace("[8]", "[8, 8]"),
    "little attention": repeat(2_500, _ATTENTION).replace("[8]", "[8, 8]"),
    "layers to train": repeat(18_000, "dense: {units: 8}"),
    "different layers to train": repeat(18_000, "dense: {units: =index + 1}"),
    "different layers": repeat(30_000, "dense: {units: =index + 1}"),
    "paths": branch(*["[dense: {units: 8}]"] * 999),
    "paths of paths": f"blocks: {{p: {{layers: [branch: {listed(['[relu]'] * 200)}]}}}}\n{branch(*['[p]'] * 150)}",
    "merges": _merges(700, "concatenate"),
    "stated weights": repeat(600, f"custom: {{weights: {{{_WEIGHTS}}}, kept: 1, scratch: 0, flops: 1, macs: 0}}"),
    "blocks in blocks": f"blocks:\n{_NESTED}  b60: {{layers: [relu]}}\n{repeat(1_000, 'b0')}",
    "values that blocks know": f"variables:\n{_VARIABLES}blocks: {{b: {{layers: [relu]}}}}\n{repeat(30_000, 'b')}",
    "wrong names": f"variables:\n{_VARIABLES}{repeat(100_000, 'dense: {units: =the_width + index}')}",
    "a tuple": f'input: [8]\nlayers: [conv1d: {{filters: 8, kernel_size: "(1{" " * 60_000}x"}}]\n',
    "a formula": f'input: [8]\nlayers: [conv2d: {{a: "{":=a" * 20_000},x" [0]}}]\n',
    "outputs": f"input: [8]\nlayers: [relu]\noutputs: {listed(f'o{n}' for n in range(8_000))}\n",
    "checkpointing": f"{repeat(9, 'relu')}training: {{checkpointing: {listed(f'o{n}' for n in range(8_000))}}}\n",
    "limits of blocks": "blocks: {b: {layers: [relu]}}\n"
    + repeat(1_900, "b")
    + f"budget: {{blocks: {{{', '.join(f'b_{n}: {{max_params: 1}}' for n in range(1, 1_900))}}}}}\n",
    "a cycle": "blocks:\n"
    + "".join(f"  b{n}: {{layers: [b{(n + 1) % 1_500}, b0]}}\n" for n in range(1_500))
    + "input: [8]\nlayers: [b0]\n",
    "lists that are compared": f"variables:\n  a: {listed(['1'] * 10_000)}\n  b: {listed(['1'] * 10_000)}\n"
    + repeat(100_000, "relu: {if: =a == b}"),
    "newlines": "\n" * 65_000,
}
"""Those that are answered, by a network or by what is wrong; some questions about the network may be too much."""
