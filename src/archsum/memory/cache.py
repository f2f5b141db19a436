"""The key/value cache: what attention keeps of each token where a sequence is generated a token at a time."""

import functools
import operator
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
    """Compute the cache of a batch; `context` is how many tokens there are, by default as many as in the network.

    A network generates where attention is causal. Other attention to the sequence that it takes is an encoder's then,
    and caches nothing. Where none is causal nothing is generated, unless a context is stated: then all of it caches.

    What attends to another sequence than it generates caches as many tokens as that has, which do not grow in number.
    """
    caching = [layer for layer in summary.layers if layer.computed.cached.per_token != 0]
    generates = any(layer.computed.cached.causal for layer in caching)
    if not generates and context is None:
        caching = []
    others = _attending_to_others(summary) if any(layer.computed.cached.tokens_of for layer in caching) else set()
    if generates:
        caching = [layer for layer in caching if layer.computed.cached.causal or layer.name in others]
    cached = [layer.computed.cached for layer in caching]
    if context is not None:
        cached = [
            each if layer.name in others else each._replace(tokens=context)
            for layer, each in zip(caching, cached, strict=True)
        ]
    itemsize = PRECISIONS[options.precision].activations
    lengths = {each.tokens for each in cached}
    return KeyValueCache(
        layers=len(cached),
        per_token=product((itemsize, total(each.per_token for each in cached))),
        tokens=lengths.pop() if len(lengths) == 1 else None,
        bytes=product((options.batch, itemsize, total(product((each.per_token, each.tokens)) for each in cached))),
    )


def _attending_to_others(summary: Summary) -> set[str]:
    """Return the layers that cache tokens which come of other inputs of the network than what they generate does."""
    # What something comes of is a number, with a bit for each input.
    sources = {name: 1 << number for number, name in enumerate(summary.inputs)}
    found = set()
    for layer in summary.layers:
        taken = [sources[name] for name in layer.node.inputs]
        sources[layer.name] = functools.reduce(operator.or_, taken, 0)
        if taken and taken[0] != taken[layer.computed.cached.tokens_of]:
            found.add(layer.name)
    return found
