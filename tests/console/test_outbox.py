"""The mails of the outbox: who sees them, and that nothing in one is trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.errors import Forbidden
from app.permissions import Principal
from app.resolvers.actions import run_action
from app.resolvers.outbox import mails
from tests.console.shop import HERE, Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSTILE = '<script>alert(1)</script><img src="https://evil.example/x">'
MAIL = {"to": "ada@example.org", "subject": f"Hi {HOSTILE}", "text": f"Your code is 4711. {HOSTILE}"}


def outbox(shop: Shop) -> Path:
    folder = shop.server.settings.outbox_place
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def put(shop: Shop, content: bytes, owner: str | None = None, name: str | None = None) -> Path:
    """A file in the outbox, by what name and of whom it may be."""
    owner = owner or shop.generation.application.uuid.hex
    made = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-00000000-{owner}.eml"
    file = outbox(shop) / (name or made)
    file.write_bytes(content)
    return file


async def test_mail_is_listed_and_shown_with_its_run(shop: Shop) -> None:
    await run_action(shop.anybody, "Write to", MAIL)
    (file,) = outbox(shop).iterdir()
    async with shop.person("chief@example.org") as person:
        listed = (await person.look("outbox")).text
        mail = (await person.look(f"outbox/{file.stem}")).text
        run = listed.split("/console/shop/runs/")[1].split('"')[0]
        assert "Write to" in (await person.look(f"runs/{run}")).text
    assert "1 mail<" in listed and "ada@example.org" in listed and "Hi &lt;script&gt;" in listed
    for page in (listed, mail):
        assert "<script" not in page and "<img" not in page and "<iframe" not in page
    assert "Your code is 4711." in mail and "auto-generated" in mail
    assert "&lt;p&gt;Your code is 4711." in mail, "the source of its HTML"


async def test_what_is_in_a_mail_is_for_who_may_manage(shop: Shop) -> None:
    await run_action(shop.anybody, "Write to", MAIL)
    (file,) = outbox(shop).iterdir()
    async with shop.person("viewer@example.org") as person:
        listed = await person.look("outbox")
        assert (listed.status_code, "ada@example.org" in listed.text) == (200, True)
        assert "Hi " not in listed.text and file.stem not in listed.text
        assert (await person.look(f"outbox/{file.stem}")).status_code == 403


async def test_subjects_do_not_leave_the_resolver(shop: Shop) -> None:
    await run_action(shop.anybody, "Write to", MAIL)
    reader = Principal(record={"id": "1"}, privileges=frozenset({"read_console"}))
    (mail,) = (await mails(shop.anybody._replace(principal=reader), 0, 10)).mails
    assert (mail.to, mail.subject) == ("ada@example.org", "")
    with pytest.raises(Forbidden):
        await mails(shop.anybody, 0, 10)


async def test_mails_of_other_applications_are_not_there(shop: Shop) -> None:
    file = put(shop, b"Subject: theirs\n\nx", owner="f" * 32)
    async with shop.person("chief@example.org") as person:
        assert "There is no mail." in (await person.look("outbox")).text
        assert (await person.look(f"outbox/{file.stem}")).status_code == 404


async def test_what_is_no_mail_of_its_name_is_not_there(shop: Shop, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("Subject: secret\n\nsecret")
    mine = shop.generation.application.uuid.hex
    link = outbox(shop) / f"20261122T000000.000000Z-00000000-{mine}.eml"
    link.symlink_to(secret)
    put(shop, b"Subject: x\n\n", name=f"<script>-{mine}.eml")
    put(shop, b"Subject: x\n\n", name=f".20261122T000000.000000Z-00000001-{mine}.eml")
    (outbox(shop) / f"20261122T000000.000000Z-00000002-{mine}.eml").mkdir()
    async with shop.person("chief@example.org") as person:
        page = (await person.look("outbox")).text
        assert "secret" not in page and "script&gt;" not in page and 'scope="row"' not in page
        for name in (link.stem, "..%2f..%2fsecret", "%2e%2e", "a" * 3000, "%00"):
            assert (await person.client.get(f"{HERE}/outbox/{name}")).status_code == 404, name


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\xff\xfe" * 1000,
        b"Subject: =?utf-8?b?AAAA\xff?=\nTo: <<>>,,@\nDate: x\nContent-Type: multipart/mixed\n\nx",
        b"Content-Type: text/plain; charset=none-such\n\nplain",
        b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>x"
        + b"<div>" * 9000,
        b"To: " + b"a@b.nl, " * 5000 + b"\n\n",
        b"Message-ID: <[" + b"<" * 2000 + b'\nFrom: "\n\n',
    ],
)
async def test_hostile_mail_harms_no_page(shop: Shop, content: bytes) -> None:
    file = put(shop, content)
    async with shop.person("chief@example.org") as person:
        for path in ("outbox", f"outbox/{file.stem}"):
            assert (await person.look(path)).status_code == 200, path


async def test_attachments_are_named_and_nothing_of_them_is_shown(shop: Shop) -> None:
    message = EmailMessage()
    message["Subject"] = "Files"
    message.set_content("See below.")
    name = "../../<b>\u202egnp.exe"
    message.add_attachment(b"MZ-canary", maintype="application", subtype="x-msdownload", filename=name)
    file = put(shop, message.as_bytes())
    async with shop.person("chief@example.org") as person:
        page = (await person.look(f"outbox/{file.stem}")).text
    assert "../../&lt;b&gt;" in page and "application/x-msdownload" in page and "9 bytes" in page
    assert "canary" not in page


async def test_mails_come_in_pages_the_newest_first(shop: Shop) -> None:
    for number in range(53):
        put(shop, f"Subject: mail {number:02}\n\n".encode())
    async with shop.person("chief@example.org") as person:
        first, second = [(await person.look(f"outbox{query}")).text for query in ("", "?skip=50")]
        beyond = await person.look("outbox", params={"skip": "9" * 18})
    assert "53 mails" in first and first.index("mail 52") < first.index("mail 03") and "mail 02" not in first
    assert "mail 02" in second and "mail 03" not in second and "Older" not in second
    assert (beyond.status_code, "There is no mail here." in beyond.text) == (200, True)
