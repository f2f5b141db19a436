"""What the tests of the writer share: networks without what their files say of blocks, and what they become."""

import io
from pathlib import Path

import archsum
from archsum.graph import Graph
from archsum.interchange.writing.comparison import read_again
from archsum.interchange.writing.entries import Document
from archsum.interchange.writing.fields import Fields
from archsum.interchange.writing.flat import flat
from archsum.interchange.writing.folding.fold import fold
from archsum.interchange.writing.text import write_text
from archsum.propagate import propagate
from archsum.summary import Summary
from tests.support.paths import EXAMPLES, NETWORKS

FILES = (*sorted(EXAMPLES.rglob("*.yaml")), *sorted(NETWORKS.glob("*.yaml")))


def without_blocks(graph: Graph) -> Graph:
    """Return a graph as frameworks have it that know nothing of blocks, such as Keras's functional models."""
    return graph._replace(groups={}, nodes=tuple(node._replace(path=(node.name,)) for node in graph.nodes))


def summarized(text: str) -> Summary:
    return archsum.summarize(io.StringIO(text))


def folded(summary: Summary) -> Document:
    fields = Fields()
    return fold(summary, flat(summary, fields), fields)


def folded_text(file: Path, *, blocks: bool = True) -> str:
    """Return a file's network folded as far as that goes, and seen to be that network."""
    graph = archsum.load(file).graph
    graph = graph if blocks else without_blocks(graph)
    summary = propagate(graph)
    text = write_text(folded(summary))
    assert read_again(text, summary)
    return text


def written(text: str) -> str:
    """Return the folded text of a network in our language, whose blocks are forgotten."""
    graph = without_blocks(archsum.load(io.StringIO(text)).graph)
    summary = propagate(graph)
    converted = write_text(folded(summary))
    assert read_again(converted, summary), converted
    return converted
