"""The operators of ONNX → layers: a family a file, all in one table."""

from archsum.interchange.onnx.operators import (
    functions,
    images,
    moving,
    normalization,
    products,
    recurrent,
    reductions,
    windows,
)
from archsum.interchange.onnx.operators.table import Rule

RULES: dict[str, Rule] = {
    **functions.RULES,
    **images.RULES,
    **moving.RULES,
    **normalization.RULES,
    **products.RULES,
    **recurrent.RULES,
    **reductions.RULES,
    **windows.RULES,
}
"""By the operators' types."""
