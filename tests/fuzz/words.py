"""Words of the language, and values that are awkward."""

from typing import Any

from archsum.language.spec.containers import CONTAINERS
from archsum.language.spec.document import Block, Document
from archsum.language.spec.items import PLACEMENT
from archsum.layers import KINDS, layer_class
from archsum.layers.fields import named_fields

FIELDS = sorted({field for kind in KINDS for field in named_fields(layer_class(kind))})
FIELDS_OF_CONTAINERS = sorted({field for container in CONTAINERS.values() for field in container.model_fields})
WORDS = [
    *Document.model_fields, *Block.model_fields, *PLACEMENT, *CONTAINERS, *FIELDS_OF_CONTAINERS, *KINDS, *FIELDS,
]  # fmt: skip
VALUES = ["same", "valid", "causal", "untied", "channels_first", "5M", "1 MiB", "null", "\x1b[31m", "a" * 300]
FORMULAS = [
    "=1", "=width", "=a", "=1/0", "=9**9**9", "=(", "=2 * width", "=round(1.5)", "=-1", '="a"', "=1 < 2", "=None",
    "=input_height // 2", "=input_channels", "=input_elements", "=1e18 * 1e18", "=min()", "=min(1)", "=abs(-a)",
    "=0.1", "=1 if a else 2", "=a.b", "=[1]", "=max(1, 2, 3)", "=2 ** -1", "=(-8) ** 0.5", "=make_divisible(3, 0)",
]  # fmt: skip
BIG = [10**9, 10**12, 10**18, 10**30, -(10**30), 10**309, 2**63, 1e308, -0.0, 0.5, float("inf"), float("nan")]
SCALARS: list[Any] = [
    None, True, False, 0, 1, 2, 3, 7, 16, 64, 224, -1, "", *BIG, *VALUES, *FORMULAS, [], {}, [1, 2], [[1], [2]], [None],
    {"a": 1}, {"untied": ["height"]}, {"untied": [1]},
    "é", "\u202e", "a b", "a/b", "1e5", "0x10", "010", "yes", "2001-01-01", "(1, 2)", "1,000", "=index",
]  # fmt: skip
