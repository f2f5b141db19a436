"""The files that commands write."""

import os
from contextlib import suppress


def write(path: str, content: bytes) -> None:
    """Write a file, whole or not at all.

    Errors: SpecError where it cannot be written.
    """
    from archsum.errors import Diagnostic, SpecError

    # What is not a file, such as a pipe or /dev/null, cannot be replaced.
    target = os.path.realpath(path)
    replaced = os.path.isfile(target) or not os.path.exists(target)
    written = f"{target}.part" if replaced else target
    try:
        with open(written, "wb") as file:
            file.write(content)
        if replaced:
            os.replace(written, target)
    except OSError as error:
        if replaced:
            with suppress(OSError):
                os.remove(written)
        raise SpecError([Diagnostic("unwritable", f"cannot write {path}: {error.strerror}")]) from None
