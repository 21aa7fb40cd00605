"""A patient HTTP client of our own door: JSON with a bearer token, uploads by tus.

Tries again when the house is restarting; what may not happen twice is looked up first.
"""

import base64
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

PATIENCE_S = 90.0
PIECE_BYTES = 8 * 1024 * 1024


class DoorRefused(Exception):
    """The door said no, with codes; words stand in `words`."""

    def __init__(self, status: int, codes: list[str], words: list[str]) -> None:
        super().__init__(f"{status}: {' '.join(words or codes)}")
        self.status = status
        self.codes = codes
        self.words = words


class Door:
    """One person at one edition's door."""

    def __init__(self, base_url: str, edition: str, token: str = "") -> None:
        self.base = f"{base_url}/api/v1/{edition}"
        self.host = base_url
        self.http = httpx.Client(timeout=60, headers={"accept": "application/json"})
        if token:
            self.http.headers["authorization"] = f"Bearer {token}"

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        unless: Callable[[], Any] = lambda: None,
        **headers: str,
    ) -> Any:
        """The answer's JSON. Before a second try, `unless` may find that the first one worked."""

        def ask() -> httpx.Response:
            return self.http.request(method, self.base + path, json=body, headers=headers)

        return self.patiently(ask, self.read, unless)

    def patiently(
        self,
        ask: Callable[[], httpx.Response],
        read: Callable[[httpx.Response], Any],
        unless: Callable[[], Any] = lambda: None,
    ) -> Any:
        """What the house answers, asked again for a while where it is away."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = ask()
                if answer.status_code not in {502, 503}:
                    return read(answer)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            if time.monotonic() > deadline:
                raise DoorRefused(503, ["away"], [])
            time.sleep(0.5)
            if (standing := self.quietly(unless)) is not None:
                return standing

    def quietly(self, look: Callable[[], Any]) -> Any:
        try:
            return look()
        except (httpx.TransportError, DoorRefused):
            return None

    def read(self, answer: httpx.Response) -> Any:
        if answer.status_code >= 400:
            try:
                body = answer.json()
            except ValueError:
                body = {}
            words = body.get("words", {}).get("fr", [])
            raise DoorRefused(
                answer.status_code, body.get("codes", [str(answer.status_code)]), words
            )
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def text(self, path: str) -> str:
        """What is no JSON: a playlist, or a segment that only has to come."""

        def words(answer: httpx.Response) -> str:
            return answer.text if answer.status_code == 200 else str(self.read(answer))

        return str(self.patiently(lambda: self.http.get(self.base + path), words))

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.call("POST", path, {} if body is None else body, **more)

    # Uploads

    def upload(
        self,
        film: Path,
        submission: str,
        on_bytes: Callable[[int, int], None] = lambda *_: None,
        **more: str,
    ) -> str:
        """Send a file by tus, resuming as often as it takes; returns the upload's id. `more` is said of it beside
        the submission and its name.
        """
        size = film.stat().st_size
        place = self.create(submission, film.name, size, **more)
        offset = 0
        deadline = time.monotonic() + PATIENCE_S
        with film.open("rb") as source:
            while offset < size:
                source.seek(offset)
                try:
                    answer = self.tus("PATCH", place, source.read(PIECE_BYTES), offset=offset)
                    if answer.status_code == 204:
                        offset = int(answer.headers["upload-offset"])
                        on_bytes(offset, size)
                        continue
                    if answer.status_code not in {409, 423, 503}:
                        self.read(answer)
                except httpx.TransportError:
                    if time.monotonic() > deadline:
                        raise
                time.sleep(0.5)
                offset = self.offset(place, offset)
        return place.rpartition("/")[2]

    def create(self, submission: str, name: str, size: int, **more: str) -> str:
        known = {"submission": submission, "filename": name, **more}
        metadata = ",".join(
            f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in known.items()
        )
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self.http.post(
                    self.base + "/uploads",
                    headers={
                        "tus-resumable": "1.0.0",
                        "upload-length": str(size),
                        "upload-metadata": metadata,
                    },
                )
                if answer.status_code != 503:
                    self.read(answer)
                    return answer.headers["location"]
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.5)

    def tus(self, method: str, place: str, piece: bytes, *, offset: int) -> httpx.Response:
        return self.http.request(
            method, self.host + place, content=piece,
            headers={"tus-resumable": "1.0.0", "upload-offset": str(offset),
                     "content-type": "application/offset+octet-stream"},
        )  # fmt: skip

    def offset(self, place: str, known: int) -> int:
        try:
            answer = self.http.head(self.host + place, headers={"tus-resumable": "1.0.0"})
        except httpx.TransportError:
            return known
        return int(answer.headers.get("upload-offset", known))

    def wait_for_report(
        self,
        submission: str,
        on_state: Callable[[str, float], None] = lambda *_: None,
        patience: float = 600,
    ) -> dict[str, Any]:
        """Until the file has come to an end of its way, good or bad."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            report: dict[str, Any] = self.get(f"/submissions/{submission}/report")
            on_state(report["state"], 0.0)
            if report["state"] in {"ready", "released", "faulty", "quarantined", "failed"}:
                return report
            time.sleep(0.6)
        raise TimeoutError(f"the file of {submission} did not come to an end")


def spend(base_url: str, link: str, *, scopes: list[str], name: str) -> tuple[str, str]:
    """(edition, bearer token) for a sign-in link."""
    match = re.search(r"/(?:fr|en)/([^/]+)/account/links/([\w-]+)", link)
    if not match:
        raise SystemExit(f"This is no sign-in link: {link}")
    edition, token = match.groups()
    door = Door(base_url, edition)
    answer = door.post(f"/links/{token}", {"token": True, "scopes": scopes, "name": name})
    return edition, answer["token"]
