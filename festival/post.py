"""The way to the mail server: over TLS or not at all, and whose fault it is when a letter stays.

Four answers are told apart: the server takes nothing from us (`PostClosed`: the house waits, no
addressee is to blame), it takes this letter later (`NotNow`: 4xx, a line that broke), or never
(`NotTaken`: 5xx for this addressee or this letter), or it got the text and nobody heard what it
makes of it (`Unheard`). Every 2xx is a yes, also those that no server should say.
"""

import ipaddress
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import parseaddr
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib
import idna
import msgspec
from aiosmtplib import SMTPDataError, SMTPException, SMTPResponseException

COMMAND_SECONDS = 20  # a server that hangs costs one worker's child so long, and nobody else
DATA_SECONDS = 120  # it may look the letter over before it says yes: asking again makes twins
SCHEMES = {"smtp": 587, "smtp+starttls": 587, "smtps": 465}
CLEAR_PORT = 25
GO_ON = 354
LINE_OF_A_DOT = re.compile(rb"^\.", re.MULTILINE)  # a dot at the head of a line is doubled
WHO_ARE_YOU = frozenset(
    {530, 535, 538}
)  # whatever was asked: the server wants to know the house first
WANTED = (
    "SMTP_URL must be smtps://name:password@host or smtp://name:password@host:587; in a name or "
    "password write % as %25, @ as %40, / as %2F, : as %3A, # as %23, ? as %3F"
)

SENDER_WANTED = "MAIL_FROM must be an address, without accents before its @, as: Cinéma for Space <bonjour@example.org>"


class PostClosed(Exception):
    """The mail server takes nothing from the house, whoever the letter is for."""


class NotNow(Exception):
    """This letter was put off: it is tried again with growing pauses."""


class Unheard(Exception):
    """The text is with the server, which may keep it or not: each further try may make a twin."""


class NotTaken(Exception):
    """This letter is refused for good: `code` names why, the rest is what the server said."""


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where letters are handed over; `tls` is `none`, `starttls` (required) or `whole`."""

    host: str
    port: int
    name: str | None = None
    password: str | None = None
    tls: str = "starttls"

    @classmethod
    def of(cls, url: str, *, clear_allowed: bool = False) -> Self:
        """Read an address like `smtps://name:pass%40word@mail.example.org`; ValueError says why not.

        Words travel in clear only within this machine, or, where it is allowed, within a network
        of one's own.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
            name, password = (
                None if part is None else unquote(part, errors="strict")
                for part in (parts.username, parts.password)
            )
        except ValueError:  # its words may hold a piece of the password
            raise ValueError(WANTED) from None
        strange = parts.path.strip("/") or parts.query or parts.fragment
        if parts.scheme not in SCHEMES or not host or strange:
            raise ValueError(WANTED)
        if (name is None) != (password is None):
            raise ValueError("SMTP_URL: a name and a password go together")
        tls = tls_of(parts.scheme, host, clear_allowed=clear_allowed)
        usual = CLEAR_PORT if tls == "none" else SCHEMES[parts.scheme]
        return cls(host=host, port=port or usual, name=name, password=password, tls=tls)


def tls_of(scheme: str, host: str, *, clear_allowed: bool) -> str:
    if scheme == "smtps":
        return "whole"
    if scheme == "smtp" and (is_this_machine(host) or (clear_allowed and is_near(host))):
        return "none"
    return "starttls"


def is_this_machine(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def is_near(host: str) -> bool:
    """A private address, or a name without a dot: only a network of one's own knows it."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_private
    return "." not in host


def address_as_sent(address: str) -> str:
    """The domain as the wires know it: café.example is xn--caf-dma.example."""
    name, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{name}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise NotTaken(f"mail_domain {error}") from None


def as_sent(address: str) -> str:
    """The same, or the address as it stands where the wires know of none."""
    with suppress(NotTaken):
        return address_as_sent(address)
    return address


def sender_of(given: str) -> Address:
    """`Cinéma <nous@café.example>`, its domain as the wires know it; ValueError where nobody could answer."""
    name, address = parseaddr(given)
    try:
        return Address(name, addr_spec=address_as_sent(address))
    except (NotTaken, ValueError, HeaderParseError, IndexError) as error:
        raise ValueError(SENDER_WANTED) from error


async def hand_over(
    mail: EmailMessage, *, to: str, sender: str, server: MailServer, envelope: str = ""
) -> None:
    """One letter to one addressee, on a connection of its own. `envelope` is a name that a server
    which knows of delivery notices (RFC 3461) says again when the letter comes back.
    """
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.name,
        password=server.password,
        use_tls=server.tls == "whole",
        start_tls=server.tls == "starttls",
        timeout=COMMAND_SECONDS,
    )
    try:
        await greet(client)
        await deliver(client, mail, to=to, sender=sender, envelope=envelope)
        with suppress(SMTPException, OSError):  # it is in their hands: a rude goodbye is no fault
            await client.quit(timeout=5)
    finally:
        client.close()


async def greet(client: aiosmtplib.SMTP) -> None:
    """Connection, TLS and name: whatever fails here concerns the whole house."""
    try:
        await client.connect()
        await client.ehlo()
    except (SMTPException, OSError, ValueError) as error:
        raise PostClosed(said(error)) from error


async def deliver(
    client: aiosmtplib.SMTP, mail: EmailMessage, *, to: str, sender: str, envelope: str = ""
) -> None:
    is_plain = to.isascii()
    if not is_plain and not client.supports_extension("smtputf8"):
        raise NotTaken("mail_utf8")
    encoding = "ascii" if is_plain else "utf-8"
    options = options_of(client, is_plain=is_plain, envelope=envelope)
    text = mail.as_bytes(policy=(SMTP if is_plain else SMTPUTF8).clone(cte_type="7bit"))
    try:
        with any_yes():
            await client.mail(sender, options=options, encoding=encoding)
    except SMTPResponseException as error:
        if not is_plain and is_no(error):  # of others it may take letters
            raise NotTaken(f"mail_utf8 {said(error)}") from error
        raise PostClosed(said(error)) from error
    except (SMTPException, OSError, ValueError) as error:
        raise PostClosed(said(error)) from error
    try:
        with any_yes():
            await client.rcpt(to, encoding=encoding)
        await put_text(client, text)
    except ValueError as error:
        raise NotTaken(f"mail_address {said(error)}") from error
    except SMTPResponseException as error:
        if error.code in WHO_ARE_YOU:
            raise PostClosed(said(error)) from error
        if is_no(error):
            raise NotTaken(f"mail_refused {said(error)}") from error
        raise NotNow(said(error)) from error
    except (SMTPException, OSError) as error:
        raise NotNow(said(error)) from error


def options_of(client: aiosmtplib.SMTP, *, is_plain: bool, envelope: str) -> list[str]:
    """What MAIL says beside the sender; of a letter that comes back, no body, which may hold a key."""
    is_told = envelope and client.supports_extension("dsn")
    returns = ["RET=HDRS", f"ENVID={envelope}"] if is_told else []
    return returns if is_plain else ["SMTPUTF8", *returns]


async def put_text(client: aiosmtplib.SMTP, text: bytes) -> None:
    """DATA in its two steps, which the library takes as one: after the second nothing is certain
    but what the server says.
    """
    start = await client.execute_command(b"DATA")
    if start.code != GO_ON or client.protocol is None:
        raise SMTPDataError(start.code, start.message)
    client.protocol.write(LINE_OF_A_DOT.sub(b"..", text) + b".\r\n")
    try:
        answer = await client.protocol.read_response(timeout=DATA_SECONDS)
    except (SMTPException, OSError) as error:  # cut, silent, or no words of mail
        raise Unheard(said(error)) from error
    if not is_yes(answer.code):
        raise SMTPDataError(answer.code, answer.message)


@contextmanager
def any_yes() -> Iterator[None]:
    """The library knows 250 alone."""
    try:
        yield
    except SMTPResponseException as error:
        if not is_yes(error.code):
            raise


def is_yes(code: int) -> bool:
    return 200 <= code < 300


def is_no(error: SMTPResponseException) -> bool:
    return 500 <= error.code < 600


def said(error: Exception) -> str:
    """`550 5.1.1 no such user`, on one line that any page and any column can hold."""
    if isinstance(error, SMTPResponseException):
        text = f"{error.code} {error.message}"
    else:
        text = str(error) or type(error).__name__
    return said_by(text)


def said_by(text: str) -> str:
    """What a stranger wrote, as one line without signs that do something."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:300]
