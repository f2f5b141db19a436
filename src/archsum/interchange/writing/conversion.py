"""A network → our YAML, proved to be that network before anyone sees it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from archsum.bounds import MAX_FOLDED_LAYERS, MAX_NOTES
from archsum.errors import one_line
from archsum.graph import Graph
from archsum.interchange.writing.comparison import Written, read_again, refuse
from archsum.interchange.writing.entries import Document
from archsum.interchange.writing.fields import Fields
from archsum.interchange.writing.flat import flat
from archsum.interchange.writing.folding.fold import HOW_FAR, fold
from archsum.interchange.writing.text import write_text
from archsum.language.network import Network
from archsum.language.spec.document import DEFAULT_INPUT
from archsum.layers.base import Layer
from archsum.propagate import propagate
from archsum.summary import LayerSummary, Summary

_NO_NAME = re.compile(r"(input|inputs|input_layer|keras_tensor|x)([_.]\d+)?")
"""What frameworks call an input that nobody named."""


def convert(network: Network, origin: str, *, as_lines: bool = False) -> Written:
    """Write a network as our YAML: folded, or `as_lines`, a line for each layer; `origin` is what it comes from.

    Errors: SpecError where its shapes do not fit, or our language cannot say it.
    """
    whole = propagate(network.graph, network.engine)
    summary = _with_what_is_taken(whole)
    fields, comments = Fields(), _head(summary, origin, [name for name in whole.inputs if name not in summary.inputs])
    comments += _not_written(network)
    summary = _without_what_says_nothing(summary)
    for document in _documents(summary, fields, as_lines=as_lines):
        document.comments = comments
        written = read_again(write_text(document), summary)
        if written:
            return written
    raise refuse(network.graph)


def _documents(summary: Summary, fields: Fields, *, as_lines: bool) -> Iterator[Document]:
    """Return documents of a network, those that are folded more first: the first is taken that is the network."""
    if not as_lines and 0 < len(summary.layers) <= MAX_FOLDED_LAYERS:
        for how in HOW_FAR:
            yield fold(summary, flat(summary, fields), fields, how)
    yield flat(summary, fields)


def _with_what_is_taken(summary: Summary) -> Summary:
    """Leave out inputs that nothing takes, such as masks: a file has none of these."""
    taken = {*summary.outputs, *(name for layer in summary.layers for name in layer.node.inputs)}
    inputs = {name: shape for name, shape in summary.inputs.items() if name in taken}
    return replace(summary, inputs=inputs) if inputs else summary


def _without_what_says_nothing(summary: Summary) -> Summary:
    """Leave out that layers without weights are frozen, and the name that a framework gave the only input."""
    trainable: dict[object, Layer] = {}  # equal layers stay one, as they are written once

    def said(layer: LayerSummary) -> Layer:
        if layer.layer.trainable or layer.computed.weights:
            return layer.layer
        identity = layer.layer.identity
        if identity not in trainable:
            trainable[identity] = layer.layer.model_copy(update={"trainable": True})
        return trainable[identity]

    layers = tuple(layer._replace(node=layer.node._replace(layer=said(layer))) for layer in summary.layers)
    summary = replace(summary, layers=layers)
    (name, shape), *others = summary.inputs.items() or (("", ()),)
    if others or not _NO_NAME.fullmatch(name) or any(layer.path == (DEFAULT_INPUT,) for layer in summary.layers):
        return summary
    renamed = (
        layer._replace(
            node=layer.node._replace(inputs=tuple(DEFAULT_INPUT if one == name else one for one in layer.node.inputs))
        )
        for layer in summary.layers
    )
    outputs = tuple(DEFAULT_INPUT if output == name else output for output in summary.outputs)
    return replace(summary, inputs={DEFAULT_INPUT: shape}, layers=tuple(renamed), outputs=outputs)


def _head(summary: Summary, origin: str, left_out: Sequence[str]) -> list[str]:
    """Return what the first lines say: where the network comes from, its totals, and inputs that are left out."""
    figures = {
        "parameters": summary.params,
        "trainable parameters": summary.trainable_params,
        "MACs": summary.macs,
    }
    totals = (f"{'unknown' if number is None else f'{number:,}'} {what}" for what, number in figures.items())
    lines = [f"Converted from {one_line(origin)} by `archsum convert`.", ", ".join(totals)]
    if left_out:
        lines.append(f"Nothing takes {', '.join(map(one_line, left_out[:MAX_NOTES]))}, left out here.")
    return lines


def _not_written(network: Network) -> Iterator[str]:
    """Say what one of our own files has that a graph has not."""
    names = list(map(one_line, network.variables))
    if names:
        more = ", …" if names[MAX_NOTES:] else ""
        yield f"Variables are written as their values: {', '.join(names[:MAX_NOTES])}{more}."
    stated = {"budget": network.budget, "training": network.training}
    lost = [what for what, model in stated.items() if model != type(model).model_validate({})]
    if lost:
        yield f"Not written: {', '.join(f'`{what}`' for what in lost)}."


def paths(written: Written, graph: Graph) -> Mapping[str, str]:
    """Return for each layer of what was written what it is in the source: the framework's path where it has one."""
    sources = {node.name: node.origin.path if node.origin else node.name for node in graph.nodes}
    return {name: sources[source] for name, source in written.sources.items()}
