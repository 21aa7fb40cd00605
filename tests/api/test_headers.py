"""What every answer says to the browser, whoever asks for whatever."""

import pytest

from api.assets import asset
from api.auth import cookie_name, session_cookie, visitor_cookie_name
from api.browsers import wanted_cookie
from api.headers import HSTS, Headers
from api.limits import known_browser_cookie
from festival.settings import Settings
from festival.tables import Person
from tests.builders import a_film, a_person, an_edition, sign_in

HTTPS = Settings(public_url="https://films.example.org")
ANSWERS = {
    "a page": ("GET", "/fr/{edition}/account/sign-in", 200),
    "a page that is not there": ("GET", "/fr/{edition}/nowhere", 404),
    "JSON": ("GET", "/health", 200),
    "JSON that is refused": ("GET", "/api/v1/{edition}/me/privacy", 401),
    "an address that is none": ("GET", "/nowhere", 404),
    "a form without its proof": ("POST", "/fr/{edition}/account/sign-in", 403),
    "a sheet": ("GET", "{sheet}", 200),
}


@pytest.mark.parametrize("what", ANSWERS)
async def test_every_answer_carries_the_same_rules(client, house, what) -> None:
    edition = await an_edition()
    method, address, status = ANSWERS[what]

    answer = await client.request(
        method,
        address.format(edition=edition.slug, sheet=asset("css/base.css")),
        data={"_csrf": "x"} if method == "POST" else None,
    )

    policy = answer.headers["content-security-policy"].split("; ")
    assert answer.status_code == status
    assert {"default-src 'none'", "script-src 'self'", "object-src 'none'", "base-uri 'none'",
            "form-action 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    kind = answer.headers["content-type"]
    assert "json" in kind or "charset=utf-8" in kind
    if address != "{sheet}":
        assert "no-store" in answer.headers["cache-control"]


async def test_another_site_is_never_let_in(client, house) -> None:
    """No answer to a preflight opens the door to a page of somebody else."""
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}

    for address in ("/health", "/api"):
        answer = await client.options(address, headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_nothing_is_traced_or_listed(client, house) -> None:
    traced = await client.request("TRACE", "/health")
    listed = await client.get("/static/")
    git = await client.get("/.git/config")

    assert (traced.status_code, listed.status_code, git.status_code) == (405, 404, 404)


@pytest.mark.unit
async def test_https_is_for_a_year_and_for_every_name_below() -> None:
    sent = {"type": "http.response.start", "status": 500, "headers": []}

    await Headers(https=True)(sent, {})

    assert (b"strict-transport-security", HSTS.encode()) in sent["headers"]
    assert HSTS == "max-age=31536000; includeSubDomains"


@pytest.mark.unit
def test_every_cookie_is_bound_to_this_host_and_read_by_no_script() -> None:
    cookies = [
        session_cookie("token", settings=HTTPS),
        known_browser_cookie(Person(id="a", password_hash=""), settings=HTTPS),
        wanted_cookie("/fr/2027/", settings=HTTPS),
    ]

    assert cookie_name(HTTPS) == "__Host-session"
    assert visitor_cookie_name(HTTPS) == "__Host-visitor"
    for cookie in cookies:
        assert cookie.key.startswith("__Host-")
        assert (cookie.secure, cookie.httponly, cookie.samesite, cookie.path) == (True, True, "lax", "/")
        assert cookie.domain is None


async def test_what_somebody_has_typed_is_never_markup(client, house) -> None:
    """Neither between tags, nor in an attribute, nor in data for scripts."""
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    title = "</script><img src=x onerror=alert(1)>\"'--><svg/onload=alert(2)>"
    submission, _ = await a_film(edition, maker, title=title, status="draft")
    await sign_in(client, maker)
    at = f"/fr/{edition.slug}/submissions"

    for address in (at, f"{at}/{submission}"):
        page = await client.get(address, follow_redirects=True)
        assert page.status_code == 200
        assert "onerror=alert(1)" in page.text
        assert "<img src=x" not in page.text
        assert "<svg/onload" not in page.text
