"""Evaluates the formulas that explanations write."""

import math
import re
from fractions import Fraction
from typing import Any

_SIGNS = str.maketrans({"×": "*", "−": "-", "⌋": ")", "⌈": "ceil(", "⌉": ")", "⌊": "floor("})


def evaluate(formula: str) -> Fraction:
    """Compute a formula exactly. It has whole numbers, + − × /, brackets, floors and ceilings, and nothing else."""
    assert re.fullmatch(r"[0-9 +−×/()⌊⌋⌈⌉]+", formula), f"not plain arithmetic: {formula}"
    expression = re.sub(r"\d+", r"Fraction(\g<0>)", formula.translate(_SIGNS))
    value: Any = eval(expression, {"Fraction": Fraction, "ceil": math.ceil, "floor": math.floor})
    return Fraction(value)
