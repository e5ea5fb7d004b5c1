"""Sends a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from pydantic import Field, model_validator

from app.assets import parse_reference
from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.errors import StepFailed
from app.expressions import Template, Value
from app.properties import KINDS as PROPERTIES
from app.properties.base import Constraints, Invalid
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind

MAXIMUM_RECIPIENTS = 100
MAXIMUM_SUBJECT = 500
MAXIMUM_ATTACHED = 10_000_000
"""Bytes of all attachments together."""

_NAMED = re.compile(r"([^<>]*)<([^<>]*)>\s*")
_FIELDS = ("to", "cc", "bcc", "reply_to")
_EMAIL = PROPERTIES["email"]
_PLAIN = Constraints(kind="email")


class Options(StepOptions):
    to: Value = Field(description="An address, `Ann <ann@example.org>`, or a list of them.")
    cc: Value | None = Field(None, description="Who gets a copy.")
    bcc: Value | None = Field(None, description="Who gets a copy that nobody else sees.")
    reply_to: Value | None = Field(None, description="Where answers go.")
    subject: Template = Field(description="Its values are kept to one line.")
    text: Template | None = Field(None, description="The mail as plain text.")
    html: Template | None = Field(None, description="Its values are escaped, so that they are safe in HTML.")
    attachments: Value | None = Field(None, description="A file of a record, or a list of them.")

    @model_validator(mode="after")
    def _something(self) -> Options:
        if self.text is None and self.html is None:
            raise ValueError("write the `text` of the mail, its `html`, or both")
        return self


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address with the name before it, if any."""

    name: str
    address: str


def compile_send_email(options: Options, step: Step, application: Application) -> StepFunction:
    html = None if options.html is None else Template.parse(options.html.source, escape="html")

    async def run(scope: Scope) -> Outcome:
        people = {field: _mailboxes(_given(options, field, scope), field) for field in _FIELDS}
        recipients = [one.address for field in ("to", "cc", "bcc") for one in people[field]]
        _check_recipients(recipients)
        sender = mailbox(scope.services.mail.sender)
        message = _message(people, sender, _subject(options, scope), scope.now, scope.key)
        _write_body(message, options.text, html, scope)
        await _attach(message, options, scope)
        refused = await scope.services.mail.post.send(
            message, sender.address, list(dict.fromkeys(recipients))
        )
        for address in refused:
            scope.say("warning", f"The mail server refused {address}.")
        return Done({"message_id": str(message["Message-ID"]), "refused": refused})

    return run


def problems(options: Options, step: Step, application: Application) -> Iterator[str]:
    for field in _FIELDS:
        value = getattr(options, field)
        if value is None or not value.is_constant:
            continue
        try:
            _mailboxes(value.raw, field)
        except StepFailed as error:
            yield f"{error.message} {error.reason}".strip()


def mailbox(text: str) -> Mailbox:
    """The address in `ann@example.org` or `Ann <ann@example.org>`; raises ValueError for any other text."""
    named = _NAMED.fullmatch(text)
    name, address = (named[1], named[2]) if named else ("", text)
    name = name.strip().strip('"')
    if not name.isprintable():
        raise ValueError("the name before the address has line breaks or control characters")
    try:
        local, _, domain = str(_EMAIL.parse(address.strip(), _PLAIN)).rpartition("@")
        return Mailbox(name, f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}")
    except (Invalid, UnicodeError):
        raise ValueError("it is no e-mail address") from None


def _given(options: Options, field: str, scope: Scope) -> Any:
    value = getattr(options, field)
    return None if value is None else value.evaluate(scope.variables)


def _mailboxes(value: Any, field: str) -> list[Mailbox]:
    if value is None or value == "":
        return []
    found = []
    for item in value if isinstance(value, list | tuple) else [value]:
        try:
            found.append(mailbox(item if isinstance(item, str) else ""))
        except ValueError as error:
            message = f"{field!r} wants an e-mail address, `Ann <ann@example.org>`, or a list of them."
            raise StepFailed(message, f"{str(item)[:100]!r}: {error}") from None
    return found


def _check_recipients(recipients: Sequence[str]) -> None:
    if not recipients:
        raise StepFailed("The mail goes to nobody.")
    if len(recipients) > MAXIMUM_RECIPIENTS:
        raise StepFailed(
            f"A mail goes to at most {MAXIMUM_RECIPIENTS} addresses.", f"it has {len(recipients)}"
        )


def _subject(options: Options, scope: Scope) -> str:
    """The subject as one line, so that no value in it begins another header."""
    subject = " ".join(options.subject.render(scope.variables).split())
    if len(subject) > MAXIMUM_SUBJECT:
        raise StepFailed(f"The subject of a mail has at most {MAXIMUM_SUBJECT} characters.")
    return "".join(character for character in subject if character.isprintable())


def _message(
    people: dict[str, list[Mailbox]], sender: Mailbox, subject: str, now: datetime, key: str
) -> EmailMessage:
    """A mail without its body; a step that is tried again makes the same Message-ID."""
    from email.headerregistry import Address
    from email.policy import SMTP
    from email.utils import format_datetime

    message = EmailMessage(policy=SMTP)
    message["From"] = Address(sender.name, addr_spec=sender.address)
    for field, header in (("to", "To"), ("cc", "Cc"), ("bcc", "Bcc"), ("reply_to", "Reply-To")):
        if people[field]:
            message[header] = [Address(one.name, addr_spec=one.address) for one in people[field]]
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    domain = sender.address.rpartition("@")[2]
    message["Message-ID"] = f"<{re.sub('[^0-9A-Za-z-]', '.', key)}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _write_body(message: EmailMessage, text: Template | None, html: Template | None, scope: Scope) -> None:
    if text is not None:
        message.set_content(_encodable(text.render(scope.variables)))
    if html is None:
        return
    page = _encodable(html.render(scope.variables))
    if text is None:
        message.set_content(page, subtype="html")
    else:
        message.add_alternative(page, subtype="html")


def _encodable(text: str) -> str:
    return text.encode("utf-8", errors="replace").decode()


async def _attach(message: EmailMessage, options: Options, scope: Scope) -> None:
    value = None if options.attachments is None else options.attachments.evaluate(scope.variables)
    left = MAXIMUM_ATTACHED
    for item in value if isinstance(value, list | tuple) else [value]:
        if item is None:
            continue
        try:
            id, name = parse_reference(item if isinstance(item, str) else "")
        except ValueError:
            raise StepFailed("An attachment is a file of a record.") from None
        row = await scope.services.assets.find(id)
        left -= row.size
        if left < 0:
            raise StepFailed(f"The attachments of a mail have at most {MAXIMUM_ATTACHED:,} bytes.")
        content = b"".join([chunk async for chunk in scope.services.assets.stream(id)])
        kind, _, subtype = row.content_type.partition("/")
        message.add_attachment(content, maintype=kind, subtype=subtype, filename=name)


KIND = StepKind(
    name="send_email",
    description="Sends a mail; where no SMTP server is set, it is written into the outbox folder.",
    options=Options,
    compile=compile_send_email,
    mode="reach",
    problems=problems,
    example="""\
send_email:
  to: =employee.email
  subject: "Welcome, {{ employee.name }}"
  text: "Your {{ answer.laptop }} laptop is waiting for you."
retry: {times: 3, wait: 30s}
""",
)
