"""Whose word about an address, a host or a scheme is believed: decided here and nowhere else.

The address is the socket's other end. Only a proxy that `TRUSTED_PROXY` names may speak for
somebody, and only in `X-Forwarded-For`; host and scheme are those of `PUBLIC_URL`, whatever a
visitor says. What claims otherwise is taken out of the request, so that nothing further in reads it.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from festival.settings import Settings

FORGEABLE = frozenset({
    b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto",
    b"x-forwarded-port", b"x-forwarded-server", b"x-forwarded-prefix", b"x-forwarded-scheme",
    b"x-forwarded-ssl", b"x-forwarded", b"forwarded-for", b"x-real-ip", b"x-client-ip",
    b"x-cluster-client-ip", b"x-original-forwarded-for", b"x-original-host", b"x-original-url",
    b"x-rewrite-url", b"x-host", b"x-scheme", b"x-url-scheme", b"x-http-method-override",
    b"true-client-ip", b"cf-connecting-ip", b"cf-connecting-ipv6", b"fastly-client-ip",
    b"fly-client-ip", b"x-azure-clientip", b"front-end-https", b"via",
})  # fmt: skip
NOBODY = "local"  # a request over a socket of this machine has no address
HOME = 64  # bits of an IPv6 address that one household shares


class Believed(ASGIMiddleware):
    """Runs first: who asks, and under which name the house is known."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, settings: Settings) -> None:
        public = urlsplit(settings.public_url)
        self.scheme, self.host = public.scheme, public.netloc.encode()
        self.trusted = networks(settings.trusted_proxy)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        client = scope.get("client") or (NOBODY, 0)
        scope["client"] = (self.peer(client[0], b",".join(forwarded).decode("latin-1")), client[1])
        scope["scheme"] = self.scheme
        scope["headers"] = [
            *((n, v) for n, v in scope["headers"] if n not in FORGEABLE and n != b"host"),
            (b"host", self.host),
        ]
        await next_app(scope, receive, send)

    def peer(self, socket: str, forwarded: str) -> str:
        """The nearest address in the chain that is no proxy of ours."""
        for hop in [socket, *reversed(forwarded.split(","))] if self.trusted else [socket]:
            address = address_of(hop)
            if address is None:
                break
            socket = str(address)
            if not any(address in network for network in self.trusted):
                break
        return socket


def networks(text: str) -> list[Any]:
    """Addresses or networks, separated by commas."""
    return [ip_network(written.strip()) for written in text.split(",") if written.strip()]


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """An address as the house writes it; an IPv4 address inside an IPv6 one is the same."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def peer(request: Request[Any, Any, Any]) -> str:
    """Who asks, for the record."""
    return request.client.host if request.client else NOBODY


def neighbourhood(request: Request[Any, Any, Any]) -> str:
    """Who asks, for rate limits: a household has an IPv6 network to itself, and may use all of it."""
    address = address_of(peer(request))
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, HOME), strict=False))
    return peer(request)
