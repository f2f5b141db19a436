"""A flowchart in DOT as SVG, laid out by Graphviz, which the extra `diagram` brings."""

import subprocess
import sys
from importlib.util import find_spec

from archsum.bounds import MAX_LAYOUT_SECONDS
from archsum.errors import Diagnostic, SpecError

_DRAW = """\
import sys, pygraphviz
graph = pygraphviz.AGraph(sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format="svg", prog="dot"))
"""


def render(dot: str) -> str:
    """Return the flowchart as Graphviz lays it out; in ASCII, as a shell may write the file in any encoding.

    Errors: SpecError where Graphviz is not installed, fails, or takes too long.
    """
    if not find_spec("pygraphviz"):
        message = "svg is laid out by Graphviz, which is not installed"
        cure = "`pip install pygraphviz` brings it; the formats mermaid and dot need nothing"
        raise SpecError([Diagnostic("missing-graphviz", message, None, cure)])
    # In a process of its own, as no interrupt stops its C code, and its libraries write to stderr what they like.
    command = [sys.executable, "-c", _DRAW]
    try:
        done = subprocess.run(command, input=dot.encode(), capture_output=True, check=False, timeout=MAX_LAYOUT_SECONDS)
    except subprocess.TimeoutExpired:
        message = f"Graphviz has not laid the network out in {MAX_LAYOUT_SECONDS} seconds"
        cure = "draw less, with `--depth` or a block's name; the formats mermaid and dot need no layout"
        raise SpecError([Diagnostic("graphviz", message, None, cure)]) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        message = f"Graphviz failed: {said or f'exit code {done.returncode}'}"
        cure = "the formats mermaid and dot need no Graphviz; `--depth` draws less"
        raise SpecError([Diagnostic("graphviz", message, None, cure)])
    return done.stdout.decode().encode("ascii", "xmlcharrefreplace").decode().rstrip()
