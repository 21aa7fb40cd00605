"""The house's own code, read for tests that hold it to its rules."""

import ast
import gc
from pathlib import Path


def tree_of(path: Path) -> ast.Module:
    """What a file of Python says.

    Nothing is collected meanwhile: an object that fails as it goes has its traceback printed, for which Python
    parses once more, and before 3.11.8 the outer parse then ends in a SystemError (CPython gh-106905).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(path.read_text())
    finally:
        if was_on:
            gc.enable()
