"""The files that mutations begin with: sound ones and faulty ones, and those that made archsum print something new.

A message that has not been seen comes from code that had not run, so that messages are a cheap measure of coverage.
"""

import re
from random import Random

from tests.support.paths import BAD_FILES, EXAMPLES, NETWORKS

_MOST_BYTES = 20_000
_VALUES = re.compile(r"`[^`]*`|\d+|\".*?\"")
"""What differs from file to file in messages that are alike."""
_MESSAGE = re.compile(r"^error\[.*|^ *= help: .*", re.MULTILINE)


class Corpus:
    """Files to begin with."""

    def __init__(self) -> None:
        folders = (EXAMPLES, NETWORKS, BAD_FILES)
        self.files = [path.read_bytes() for folder in folders for path in sorted(folder.glob("*.yaml"))]
        self._seen: set[str] = set()

    def draw(self, random: Random) -> bytes:
        """Draw a file."""
        return random.choice(self.files)

    def learn(self, content: bytes, printed: str) -> None:
        """Keep a file of which something was said for the first time."""
        said = {_VALUES.sub("…", message) for message in _MESSAGE.findall(printed)}
        if said - self._seen and len(content) <= _MOST_BYTES:
            self.files.append(content)
        self._seen |= said
