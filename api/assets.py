"""Names of static files: in production the folder's hash stands in the path, so each keeps.

A page has one sheet, whatever it is made of: `sheets/all.public.days.css` is what all pages have, and these two.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from litestar.exceptions import NotFoundException

STATIC = Path(__file__).parent / "static"
FOR_ALL_PAGES = ("fonts", "tokens", "base", "components")

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


def sheet(names: Iterable[str] = ()) -> str:
    """The one sheet of a page that wants these beside what all pages have."""
    return asset(f"sheets/{'.'.join(['all', *dict.fromkeys(names)])}.css")


def read(name: str) -> bytes:
    """A static file, or a sheet that is made of several; `name` is its address after the prefix."""
    if name.startswith("sheets/"):
        return joined(name.removeprefix("sheets/"))
    return (STATIC / name).read_bytes()


def joined(name: str) -> bytes:
    """Fonts are found from there as from its parts: both folders lie side by side. Raises NotFoundException."""
    first, *names = name.removesuffix(".css").split(".")
    there = sheets_there()
    if first != "all" or not name.endswith(".css") or len({*names} & there.keys()) != len(names):
        raise NotFoundException
    return b"".join(there[one].read_bytes() for one in (*FOR_ALL_PAGES, *names))


@lru_cache(maxsize=1)
def sheets_there() -> dict[str, Path]:
    return {file.stem: file for file in (STATIC / "css").glob("*.css")}
