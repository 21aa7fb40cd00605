"""Which browser stands at the door: what its owner may know it by, and the cookies it is given."""

from typing import TypedDict
from urllib.parse import quote, unquote

from litestar.datastructures import Cookie

from api import limits
from api.auth import session_cookie, session_token
from api.believed import NOBODY, address_of, peer
from api.request import AnyRequest
from festival.settings import Settings
from festival.tables import Person

BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip

WANTED_S = 30 * 60
LONGEST_PLACE = 400


class SessionOrigin(TypedDict):
    """Where a session is opened, and which one of this browser it takes the place of."""

    instead_of: str
    place: str
    browser: str


def session_origin(request: AnyRequest) -> SessionOrigin:
    return {
        "instead_of": session_token(request),
        "place": place_of(request),
        "browser": browser_of(request),
    }


def place_of(request: AnyRequest) -> str:
    """The beginning of an address: enough to know one's own, too little to find anybody."""
    address = address_of(peer(request))
    if address is None:
        return NOBODY
    joint = "." if address.version == 4 else ":"
    return joint.join(address.exploded.split(joint)[:3]) + joint + "…"


def browser_of(request: AnyRequest) -> str:
    """`Firefox, Windows`: names of ours alone, whatever the browser says of itself."""
    agent = request.headers.get("user-agent", "")
    known = [next((name for sign, name in of if sign in agent), "") for of in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, known))


def cookies_of(person: Person, session: str, settings: Settings) -> list[Cookie]:
    """The session, and the mark that this browser has been this person's."""
    return [
        session_cookie(session, settings=settings),
        limits.known_browser_cookie(person, settings=settings),
    ]


# The place that somebody came for, while they fetch the letter that lets them in


def wanted_name(settings: Settings) -> str:
    return "__Host-wanted" if settings.public_url.startswith("https") else "wanted"


def wanted_cookie(place: str, *, settings: Settings) -> Cookie:
    """As long as a link is good for; an empty place ends it."""
    return Cookie(
        key=wanted_name(settings),
        value=quote(place[:LONGEST_PLACE], safe=""),
        httponly=True,
        secure=settings.public_url.startswith("https"),
        samesite="lax",
        path="/",
        max_age=WANTED_S if place else 0,
    )


def wanted_place(request: AnyRequest, settings: Settings) -> str:
    return unquote(request.cookies.get(wanted_name(settings), ""))
