"""The key/value cache: what attention keeps of each token where a sequence is generated a token at a time."""

from typing import NamedTuple

from archsum.language.spec.training import Training
from archsum.layers.shapes import product, total
from archsum.memory.precision import PRECISIONS
from archsum.summary import Summary


class KeyValueCache(NamedTuple):
    """What the layers cache together, in bytes; None where it is unknown."""

    layers: int
    """How many of the layers cache anything."""
    per_token: int | None
    """What one token of one sample takes."""
    tokens: int | None
    """How many tokens of a sample are cached: as stated, or by every layer; None where some cache more than others."""
    bytes: int | None
    """What all tokens of all samples take."""


def key_value_cache(summary: Summary, options: Training, context: int | None = None) -> KeyValueCache:
    """Compute the cache of a batch; `context` is how many tokens there are, by default as many as in the network."""
    cached = [layer.computed.cached for layer in summary.layers]
    cached = [each for each in cached if each.per_token != 0]
    if context is not None:
        cached = [each._replace(tokens=context) for each in cached]
    itemsize = PRECISIONS[options.precision].activations
    lengths = {each.tokens for each in cached}
    return KeyValueCache(
        layers=len(cached),
        per_token=product((itemsize, total(each.per_token for each in cached))),
        tokens=lengths.pop() if len(lengths) == 1 else None,
        bytes=product((options.batch, itemsize, total(product(each) for each in cached))),
    )
