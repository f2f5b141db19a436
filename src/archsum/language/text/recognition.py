"""Whether YAML is a network's, without reading it."""

import re

_KEYS = tuple(
    re.compile(rb"""^(?:\xef\xbb\xbf)?["']?%s["']?[ \t]*:""" % key, re.MULTILINE) for key in (b"input", b"layers")
)
"""What every network has at the top; a file may begin with a byte order mark."""


def is_network(content: bytes) -> bool:
    """Whether YAML has `input` and `layers` at its top: it is a network, sound or not."""
    return all(key.search(content) for key in _KEYS)
