"""What all figures look like, and how one becomes a file, by matplotlib, which only this folder imports."""

import io
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib
from matplotlib.figure import Figure

_STYLE: dict[Any, Any] = {
    "axes.edgecolor": "#555555",
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 7,
    "axes.titlepad": 4,
    "font.family": ["DejaVu Sans", "sans-serif"],  # the first comes with matplotlib, and is the same everywhere
    "font.size": 7,
    "legend.frameon": False,
    "patch.linewidth": 0,
    "pdf.fonttype": 42,  # in pdf and in svg letters stay letters
    "svg.fonttype": "none",
    "svg.hashsalt": "archsum",
    "text.parse_math": False,
    "xtick.bottom": False,
    "xtick.labelbottom": False,
    "ytick.major.size": 2.5,
    "ytick.major.width": 0.6,
}
_METADATA: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
_RESOLUTION = 200

INK, MARK = "#1a1a1a", "#d55e00"


def file_of(draw: Callable[[], Figure], format_: str) -> bytes:
    """Return what is drawn as a file of that format."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that the font has not
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        file = io.BytesIO()
        draw().savefig(file, format=format_, dpi=_RESOLUTION, metadata=_METADATA[format_])
        return file.getvalue()
