from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

from app.errors import DefinitionError, StepFailed
from app.outbound.mail import Outbox, SmtpServer
from app.server.opening import open_mail
from app.settings import Settings, SettingsError
from tests.unit.steps.conftest import Open
from tests.unit.steps.world import World, actions, definition


@dataclass
class Received:
    """A mail server that keeps what it is given, after refusing it a few times."""

    refusals: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.refusals > 0:
            self.refusals -= 1
            return "451 come again"
        self.envelopes.append(envelope)
        return "250 OK"

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        self.logins.append((given.login, given.password))
        return AuthResult(success=given.password == b"p@ss")

    def mails(self) -> list[EmailMessage]:
        return [read(envelope.content or b"") for envelope in self.envelopes]


def read(content: bytes | str) -> EmailMessage:
    raw = content.encode() if isinstance(content, str) else content
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@asynccontextmanager
async def smtp(received: Received, **options: Any) -> AsyncIterator[int]:
    """A server on this loop; gives its port."""
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(received, **options), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def outbox(world: World) -> list[EmailMessage]:
    files = sorted((world.file.parent / "outbox").iterdir())
    assert all(file.suffix == ".eml" for file in files)
    return [read(file.read_bytes()) for file in files]


def sending(options: str, more: str = "") -> str:
    return f"- send_email: {options}\n  as: sent\n{more}"


async def one(open_world: Open, options: str, **variables: Any) -> EmailMessage:
    world = await open_world(actions(sending(options), "=sent", tuple(variables)))
    await world.run(**variables)
    (mail,) = outbox(world)
    return mail


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).strip()


async def test_mail_without_a_server_goes_to_the_outbox(open_world: Open) -> None:
    options = """{to: =to, cc: [a@b.nl], bcc: =hidden, reply_to: "Desk <desk@b.nl>",
      subject: "Hi {{ name }}", text: "Dear {{ name }} €", html: "<b>{{ name }}</b>"}"""
    mail = await one(open_world, options, to="Zoë <zoe@x.org>", hidden=["c@d.nl"], name="<Zoë>")
    assert (mail["From"], mail["To"], mail["Cc"]) == ("Toys <toys@example.org>", "Zoë <zoe@x.org>", "a@b.nl")
    assert (mail["Bcc"], mail["Reply-To"], mail["Subject"]) == ("c@d.nl", "Desk <desk@b.nl>", "Hi <Zoë>")
    assert body(mail, "plain") == "Dear <Zoë> €"
    assert body(mail, "html") == "<b>&lt;Zoë&gt;</b>"


async def test_names_in_the_outbox_sort_by_time(open_world: Open) -> None:
    steps = "".join(sending(f"{{to: a@b.nl, subject: '{count}', text: x}}") for count in range(3))
    world = await open_world(actions(steps))
    await world.run()
    assert [mail["Subject"] for mail in outbox(world)] == ["0", "1", "2"]


@pytest.mark.parametrize("evil", ["x\r\nBcc: evil@x.org", "x\nBcc: evil@x.org", "x\u2028Bcc: evil@x.org\x00"])
async def test_value_in_a_subject_makes_no_header(open_world: Open, evil: str) -> None:
    mail = await one(open_world, '{to: a@b.nl, subject: "{{ evil }}", text: x}', evil=evil)
    assert mail["Subject"] == "x Bcc: evil@x.org"
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    "to",
    [
        "a@b.nl\r\nBcc: evil@x.org",
        "Ann\r\nBcc: evil@x.org <a@b.nl>",
        "a@b.nl, evil@x.org",
        "a@b.nl>, <evil@x.org",
        "no address",
        "zoë@b.nl",
        ["a@b.nl", None],
        5,
    ],
)
async def test_value_that_is_no_address_sends_nothing(open_world: Open, to: Any) -> None:
    world = await open_world(actions(sending("{to: =to, subject: x, text: x}"), inputs=["to"]))
    with pytest.raises(StepFailed, match="'to' wants an e-mail address"):
        await world.run(to=to)
    assert not (world.file.parent / "outbox").exists()


@pytest.mark.parametrize("to", [None, "", []])
async def test_mail_to_nobody_fails(open_world: Open, to: Any) -> None:
    world = await open_world(actions(sending("{to: =to, subject: x, text: x}"), inputs=["to"]))
    with pytest.raises(StepFailed, match="nobody"):
        await world.run(to=to)


async def test_files_of_records_are_attached(open_world: Open) -> None:
    steps = """
    - store_file: {text: "Walk on.", name: manual.txt, property: Shoe.manual}
      as: manual
    - send_email: {to: a@b.nl, subject: x, text: x, attachments: '=[manual, null]'}
    """
    world = await open_world(actions(steps))
    await world.run()
    (mail,) = outbox(world)
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "manual.txt"
    assert attached.get_content() in ("Walk on.", b"Walk on.")


@pytest.mark.parametrize("attachments", ["/etc/passwd", "0" * 32 + "/a.txt"])
async def test_what_is_no_file_is_not_attached(open_world: Open, attachments: str) -> None:
    options = "{to: a@b.nl, subject: x, text: x, attachments: =attachments}"
    world = await open_world(actions(sending(options), inputs=["attachments"]))
    with pytest.raises(Exception, match=r"file") as caught:
        await world.run(attachments=attachments)
    assert "etc" not in str(caught.value)


async def test_mail_goes_to_the_server_with_its_login_and_without_bcc(open_world: Open) -> None:
    received = Received()
    options = "{to: [a@b.nl, nobody@b.nl], bcc: c@bücher.example, subject: x, text: x}"
    async with smtp(received, authenticator=received.login, auth_require_tls=False) as port:
        post = SmtpServer.parse(f"smtp://me:p%40ss@127.0.0.1:{port}")
        world = await open_world(actions(sending(options), "=sent.refused"), post=post)
        assert await world.run() == ["nobody@b.nl"]
    (envelope,) = received.envelopes
    (mail,) = received.mails()
    assert received.logins == [(b"me", b"p@ss")]
    assert envelope.mail_from == "toys@example.org"
    assert envelope.rcpt_tos == ["a@b.nl", "c@xn--bcher-kva.example"]
    assert mail["Bcc"] is None
    assert world.said() == [("warning", "The mail server refused nobody@b.nl.")]


async def test_mail_that_is_sent_again_has_the_same_message_id(open_world: Open) -> None:
    received = Received(refusals=2)
    seen: list[Any] = []
    async with smtp(received) as port:
        post = SmtpServer.parse(f"smtp://127.0.0.1:{port}")
        steps = sending("{to: a@b.nl, subject: x, text: x}", "  retry: {times: 2, wait: 1ms}\n") * 2
        world = await open_world(actions(steps, "=sent.message_id"), post=post)
        seen.append(await world.run())
    first, second = received.mails()
    assert first["Message-ID"] != second["Message-ID"] == seen[0]
    run, _, position = str(first["Message-ID"]).partition("@")[0].strip("<").rpartition(".")
    assert len(run) == 36
    assert position == "1"


@pytest.mark.parametrize("starttls", ["always", "auto"])
async def test_server_that_fails_or_does_not_encrypt_fails_the_step(open_world: Open, starttls: str) -> None:
    async with smtp(Received(refusals=1)) as port:
        post = SmtpServer.parse(f"smtp://127.0.0.1:{port}?starttls={starttls}")
        world = await open_world(actions(sending("{to: a@b.nl, subject: x, text: x}")), post=post)
        with pytest.raises(StepFailed, match=r"^The mail could not be sent\.$"):
            await world.run()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("{subject: x, text: x}", "steps[0].send_email: missing key 'to'"),
        (
            "{to: a@b.nl, subject: x}",
            "steps[0].send_email: write the `text` of the mail, its `html`, or both",
        ),
        ("{to: ann, subject: x, text: x}", "steps[0]: 'to' wants an e-mail address"),
        ("{to: a@b.nl, cc: [x], subject: x, text: x}", "'cc' wants an e-mail address"),
        ("{to: a@b.nl, subject: '{{ x', text: x}", "steps[0].send_email.subject: '{{' is not closed"),
        ("{to: =who, subject: x, text: x}", "steps[0].send_email.to: unknown name 'who'"),
    ],
)
def test_wrong_mail_is_told_with_its_place(tmp_path: Path, options: str, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        definition(tmp_path, actions(f"- send_email: {options}"))
    assert message in caught.value.message


def test_mails_go_where_the_settings_say(tmp_path: Path) -> None:
    assert open_mail(Settings(data=tmp_path)).post == Outbox(tmp_path / "outbox")
    given = open_mail(Settings(smtp_url="smtps://h:465", mail_from="Shop <a@b.nl>"))
    assert (given.post, given.sender) == (SmtpServer("h", 465, True, False), "Shop <a@b.nl>")


@pytest.mark.parametrize("sender", ["a@localhost", "Shop", "a@b.nl\nBcc: x@y.nl"])
def test_wrong_sender_is_told_at_start(sender: str) -> None:
    with pytest.raises(SettingsError, match=r"^ACTIONQL_MAIL_FROM should be an e-mail address"):
        open_mail(Settings(mail_from=sender))
