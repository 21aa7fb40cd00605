"""A mail server of a test's own: real, on a port of this machine, with the answers that a test wants."""

import asyncio
import email
import email.policy
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar

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


class Scripted:
    """A mail server that says at each stage what a test has put down, word for word; "drop" hangs up.

    Stages: greeting, EHLO, STAR (of STARTTLS), MAIL, RCPT, DATA, text. `texts` are those that arrived whole.
    """

    YES: ClassVar = {"greeting": "220 here", "EHLO": "250-here\r\n250 SMTPUTF8", "STAR": "454 not now", "MAIL": "250 yes",
                     "RCPT": "250 yes",
                     "DATA": "354 go on", "text": "250 kept"}  # fmt: skip

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.texts: list[bytes] = []
        self.heard: list[str] = []
        self.said_to_it: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def meet(self, lines: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self.talk(lines, out)
        out.close()

    async def talk(self, lines: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        said = self.say("greeting", out)
        while said and (line := await lines.readline()):
            verb = line[:4].decode("latin-1").strip().upper()
            self.heard.append(verb)
            self.said_to_it.append(line.decode("latin-1").strip())
            if verb not in self.YES:
                out.write(b"221 good night\r\n" if verb == "QUIT" else b"502 what\r\n")
                continue
            said = self.say(verb, out)
            if verb == "DATA" and said[:1] == "3":
                self.texts.append(await lines.readuntil(b"\r\n.\r\n"))
                said = self.say("text", out)

    def lines(self, verb: str) -> list[str]:
        """Every line that began so."""
        return [line for line in self.said_to_it if line.startswith(verb)]

    def say(self, stage: str, out: asyncio.StreamWriter) -> str:
        """What was said; nothing where the line is cut."""
        answer = self.answers.get(stage, self.YES[stage])
        if answer == "drop":
            return ""
        out.write(f"{answer}\r\n".encode())
        return "" if answer.startswith("421") else answer


@asynccontextmanager
async def scripted(**answers: str) -> AsyncIterator[Scripted]:
    made = Scripted(**answers)
    server = await asyncio.start_server(made.meet, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
