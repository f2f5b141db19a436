"""Shortcuts that depend on the shape, where sizes of it are unknown."""

import io

import pytest

import archsum

CHANGES = [
    "conv2d: {filters: 4, kernel_size: 3}",
    "conv2d: {filters: 5, kernel_size: 1}",
    "max_pooling2d",
    "space_to_depth: {block_size: 3}",
    "reshape: {target_shape: [-1, 6, 4]}",
    "global_average_pooling2d: {keepdims: true}",
]
STAYS = [
    "conv2d: {filters: 4, kernel_size: 3, padding: same}",
    "max_pooling2d: {pool_size: 2, strides: 1, padding: same}",
    "space_to_depth: {block_size: 3}, depth_to_space: {block_size: 3}",
]


@pytest.mark.parametrize("sizes", ["null, null, 4", "null, 36, 4", "36, 36, 4"])
@pytest.mark.parametrize(
    ("layers", "changes"), [*((layers, True) for layers in CHANGES), *((layers, False) for layers in STAYS)]
)
def test_a_shortcut_depends_on_the_shape_whether_or_not_its_sizes_are_known(
    sizes: str, layers: str, changes: bool
) -> None:
    text = f"input: [{sizes}]\nlayers: [residual: {{when: shape_stays, layers: [{layers}]}}]"
    types = [layer.type for layer in archsum.summarize(io.StringIO(text)).layers]
    assert ("Add" in types) is not changes
