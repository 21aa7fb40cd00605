"""Litestar with pages that lie ready in a folder, compressed, and nothing else: what a look is compared with."""

import os
from pathlib import Path

from litestar import Litestar, Response, get
from litestar.params import FromPath

PAGES = Path(os.environ.get("PAGES", "."))
KINDS = {".html": "text/html; charset=utf-8", ".jpg": "image/jpeg"}
CODINGS = {".html": {"content-encoding": "br"}}


@get("/{name:str}")
async def page(name: FromPath[str]) -> Response[bytes]:
    file = PAGES / name
    headers = CODINGS.get(file.suffix, {})
    return Response(file.read_bytes(), media_type=KINDS[file.suffix], headers=headers)


@get("/health")
async def health() -> None:
    return None


app = Litestar([page, health])
