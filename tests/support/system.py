"""Runs programs under what the system may do to them: a full disk, and modes of files that hold for root too."""

import os
import shutil
import subprocess
from functools import cache

_MOUNT = 'mount -t tmpfs -o size="$0" tmpfs . && cd . && '
_PAGE = 4096
"""The bytes that a tmpfs gives a file at a time."""


def held_to_modes() -> list[str]:
    """Return what a command line begins with so that the modes of files hold for it, as root is above them."""
    return [] if os.geteuid() else ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"]


def on_small_disk(before: str, after: str, pages: int = 2) -> list[str]:
    """Return what a command line begins with so that it runs on a new disk of so many pages.

    The disk is mounted over the present folder, and seen by this process alone: a shell puts on it what is `before`,
    and prints what is to be known of it `after`.
    """
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    script = f'{_MOUNT}{{ {before}; "$@"; code=$?; {after}; exit $code; }}'
    return ["unshare", "--mount", *as_root, "sh", "-c", script, str(pages * _PAGE)]


@cache
def can_hold_to_modes() -> bool:
    """Whether `held_to_modes` works on this machine."""
    return _succeeds([*held_to_modes(), "true"])


@cache
def can_mount() -> bool:
    """Whether `on_small_disk` works on this machine."""
    return _succeeds([*on_small_disk("true", "true"), "true"])


def _succeeds(command: list[str]) -> bool:
    return shutil.which(command[0]) is not None and subprocess.run(command, capture_output=True).returncode == 0
