"""Reads the mails of an outbox, for people to look at: nothing in one is trusted."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from html.parser import HTMLParser
from pathlib import Path

from app.outbound.mail import Outbox

MOST_BYTES = 20_000_000
"""Of a mail that is read."""
MOST_TEXT = 200_000
"""Characters of a body that are shown."""
_HEAD_BYTES = 64_000
_NAME = re.compile(r"([0-9]{8}T[0-9]{6}\.[0-9]{6})Z-[0-9a-f]{8}-([0-9a-f]{32})")
_RUN = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on a mail, as the mail says."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail in the outbox; `text` is its body in words, `html` the source of its HTML body, where it has one."""

    name: str
    written: datetime
    to: str
    subject: str
    run: str | None
    """The id of the run that wrote it, as the mail tells."""
    headers: Sequence[tuple[str, str]] = ()
    text: str = ""
    html: str | None = None
    attachments: Sequence[Attachment] = ()


def mails_of(outbox: Outbox, skip: int, most: int) -> tuple[list[StoredMail], int]:
    """The newest mails of the outbox's owner after so many others, without their bodies; and how many there are."""
    names = sorted(_names(outbox), reverse=True)
    found = (_read(outbox.folder, name, _HEAD_BYTES, _headed) for name in names[skip : skip + most])
    return [mail for mail in found if mail is not None], len(names)


def mail_of(outbox: Outbox, name: str) -> StoredMail | None:
    """One mail of the outbox's owner with all that is in it; None where there is none of this name."""
    named = _NAME.fullmatch(name)
    if named is None or named[2] != outbox.owner:
        return None
    return _read(outbox.folder, name, MOST_BYTES, _whole)


def _names(outbox: Outbox) -> Iterator[str]:
    """The names of the mails, without their ending; whatever else is in the folder is none."""
    try:
        files = [file.name for file in outbox.folder.iterdir()]
    except OSError:
        return
    for file in files:
        named = _NAME.fullmatch(file.removesuffix(".eml"))
        if file.endswith(".eml") and named is not None and named[2] == outbox.owner:
            yield named[0]


def _read(
    folder: Path, name: str, most: int, made: Callable[[str, EmailMessage], StoredMail]
) -> StoredMail | None:
    file = folder / f"{name}.eml"
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            return None
        with file.open("rb") as opened:
            content = opened.read(most)
    except OSError:
        return None
    try:
        return made(name, BytesParser(policy=policy.default).parsebytes(content))
    except Exception:
        # The library's parser stumbles over some of what is no mail, in more ways than it says.
        return StoredMail(name, _written(name), "", "(this is no mail that can be read)", None)


def _headed(name: str, message: EmailMessage) -> StoredMail:
    run = _RUN.match(str(message.get("Message-ID", "")).strip())
    to = ", ".join(str(message[header]) for header in ("To", "Cc", "Bcc") if message[header])
    return StoredMail(name, _written(name), to, str(message.get("Subject", "")), run[1] if run else None)


def _whole(name: str, message: EmailMessage) -> StoredMail:
    head = _headed(name, message)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    source = None if html is None else _text_of(html)
    return StoredMail(
        name,
        head.written,
        head.to,
        head.subject,
        head.run,
        [(key, str(value)) for key, value in message.items()],
        words_of_html(source or "") if text is None else _text_of(text),
        source,
        [_attachment(part) for part in message.iter_attachments()],
    )


def _attachment(part: Message) -> Attachment:
    content = part.get_payload(decode=True)
    return Attachment(
        part.get_filename() or "(without a name)",
        part.get_content_type(),
        len(content) if isinstance(content, bytes) else 0,
    )


def _text_of(part: Message) -> str:
    """The text of a part, however its letters are written."""
    content = part.get_payload(decode=True)
    charset = part.get_content_charset() or "utf-8"
    raw = content if isinstance(content, bytes) else b""
    try:
        return raw.decode(charset, "replace")[:MOST_TEXT]
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")[:MOST_TEXT]


def _written(name: str) -> datetime:
    return datetime.strptime(name.partition("Z")[0], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)


def words_of_html(source: str) -> str:
    """What people would read of a page: its words, and where its links lead."""
    reader = _Words()
    reader.feed(source)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Words(HTMLParser):
    """Gathers the words of a page."""

    unseen = frozenset({"script", "style", "title", "head"})
    broken = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in self.unseen
        if tag in self.broken:
            self.words.append("\n")
        if tag == "a":
            self._links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in self.unseen and self._hidden > 0
        if tag == "a" and self._links and (link := self._links.pop()):
            self.words.append(f" <{link}> ")
        if tag == "p":
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data.replace("\n", " "))
