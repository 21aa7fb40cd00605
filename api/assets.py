"""Names of static files: in production the folder's hash stands in the path, so each keeps."""

from hashlib import sha256
from pathlib import Path

_prefix = ["/static/dev"]


def version(folder: Path) -> str:
    """A name for exactly these files."""
    digest = sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


def use(folder: Path, *, production: bool) -> None:
    """Called once, when the application is made."""
    _prefix[0] = f"/static/{version(folder)}" if production else "/static/dev"


def prefix() -> str:
    return _prefix[0]


def asset(name: str) -> str:
    """`/static/…/css/base.css`"""
    return f"{_prefix[0]}/{name}"
