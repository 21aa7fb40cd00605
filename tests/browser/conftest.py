"""A real browser before a real house; every page is also watched for faults, CSP and strangers."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.world import World

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # a stranger is out of reach, and told of
]  # fmt: skip
expect.set_options(timeout=30_000)  # a busy machine is no fault of the page
WATCH = """window.__csp = [];
document.addEventListener('securitypolicyviolation',
  event => window.__csp.push(event.violatedDirective + ' ' + event.blockedURI))"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium; without one the tests fail, they never skip."""
    return {**browser_type_launch_args, "executable_path": shutil.which("chromium"), "args": FLAGS}


@pytest.fixture(scope="session")
def base_url(site: Any) -> str:
    return str(site.base_url)


@pytest.fixture(scope="session")
def world(site: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One film from upload to the published programme; who changes it puts it back."""
    made = World(site, tmp_path_factory.mktemp("world"))
    yield made
    made.close()


@pytest.fixture
def page(page: Page, base_url: str) -> Iterator[Page]:
    """No error of a script, no breach of the CSP, nothing from outside."""
    bad: list[str] = []

    def ours(request: Request) -> None:
        """Only looked at: whoever stops requests on their way takes the browser its cache."""
        if not request.url.startswith((base_url, "data:", "blob:")):
            bad.append(request.url)

    page.add_init_script(WATCH)
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.on("request", ours)
    yield page
    assert bad == []
    assert page.evaluate("window.__csp") == []
