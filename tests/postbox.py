"""A mail server of a test's own: real, on a port of this machine, with the answers that a test wants."""

import asyncio
import email
import email.policy
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.site import free_port

Answer = Callable[[str], str | None]


class Postbox:
    """`mail`, `rcpt`, `data`: what it answers, by address; None is yes, "hang" is silence."""

    def __init__(self, *, port: int = 0, names: bool = False, **server: object) -> None:
        self.port = port or free_port()
        self.server = server
        if names:  # it asks who one is
            self.server |= {"auth_require_tls": False, "authenticator": self.authenticate}
        self.letters: list[EmailMessage] = []
        self.seen: list[str] = []
        self.envelopes: list[Envelope] = []
        self.mail: Answer = lambda _: None
        self.rcpt: Answer = lambda _: None
        self.data: Answer = lambda _: None
        self.logins: list[LoginPassword] = []
        self.controller: Controller | None = None

    def open(self) -> "Postbox":
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **self.server)
        self.controller.start()
        return self

    def close(self) -> None:
        if self.controller is not None:
            self.controller.stop()
        self.controller = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self) -> list[str]:
        return [str(letter["To"]) for letter in self.letters]

    def authenticate(self, _: SMTP, __: Session, ___: Envelope, ____: str, login: LoginPassword) -> AuthResult:
        self.logins.append(login)
        return AuthResult(success=login.password != b"wrong", handled=False)

    async def handle_MAIL(self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        self.seen.append(f"MAIL {address}")
        envelope.mail_from, envelope.mail_options = address, options
        return await said(self.mail(address))

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802
        self.seen.append(f"RCPT {address}")
        envelope.rcpt_tos.append(address)
        return await said(self.rcpt(address))

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await said(self.data(envelope.rcpt_tos[0]))
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
            self.envelopes.append(envelope)
        return answer


async def said(answer: str | None) -> str:
    if answer == "hang":
        await asyncio.sleep(3600)
    return answer or "250 kept"


@contextmanager
def postbox(*, names: bool = False, **server: object) -> Iterator[Postbox]:
    made = Postbox(names=names, **server).open()
    try:
        yield made
    finally:
        made.close()


def certificate(folder: Path, *, name: str = "localhost") -> tuple[Path, ssl.SSLContext]:
    """(the authority's file, a server's context) for a name of this machine."""
    key, made = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", str(key), "-out", str(made), "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1"],
        check=True, capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return made, context
