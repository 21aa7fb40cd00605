"""Pages as paper: HTML of ours into PDF, without asking anybody for anything.

The printer is brought in with the first page of paper: it takes a third of the door's start, and a
door that was killed must stand again at once.
"""

import asyncio
import base64


def inline(picture: bytes) -> str:
    """A picture as part of the page: the only address that paper may follow."""
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode()


def _printed(html: str) -> bytes:
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    nobody = URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    return bytes(HTML(string=html, url_fetcher=nobody).write_pdf())


async def printed(html: str) -> bytes:
    """In a thread: a page of paper takes about a second of one core."""
    return await asyncio.to_thread(_printed, html)
