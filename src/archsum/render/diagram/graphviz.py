"""A flowchart in DOT as a picture, laid out by Graphviz, which the extra `diagram` brings."""

import subprocess
import sys
from importlib.util import find_spec

from archsum.bounds import MAX_LAYOUT_SECONDS, MAX_PICTURE_INCHES
from archsum.errors import Diagnostic, SpecError

_DRAW = """\
import sys, pygraphviz
format, settings = sys.argv[1:]
graph = pygraphviz.AGraph(sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=format, prog="dot", args=settings))
"""

_RESOLUTION = 192
"""Of a png, in dots an inch: twice what a screen has."""

_SETTINGS = {
    "svg": "",
    "pdf": "",
    "png": f"-Gdpi={_RESOLUTION} -Gsize={MAX_PICTURE_INCHES},{MAX_PICTURE_INCHES}",
}


def draw(dot: str, format_: str) -> bytes:
    """Return the flowchart as Graphviz lays it out; svg in ASCII, as a shell may write the file in any encoding.

    Errors: SpecError where Graphviz is not installed, fails, or takes too long.
    """
    if not find_spec("pygraphviz"):
        message = f"{format_} is laid out by Graphviz, which is not installed"
        cure = "`pip install pygraphviz` brings it; the formats mermaid and dot need nothing"
        raise SpecError([Diagnostic("missing-graphviz", message, None, cure)])
    # In a process of its own, as no interrupt stops its C code, and its libraries write to stderr what they like.
    command = [sys.executable, "-c", _DRAW, format_, _SETTINGS[format_]]
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
    if format_ == "svg":
        return done.stdout.decode().rstrip().encode("ascii", "xmlcharrefreplace")
    return done.stdout
