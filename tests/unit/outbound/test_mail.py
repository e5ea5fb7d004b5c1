from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from app.errors import StepFailed
from app.outbound.mail import Outbox, SmtpServer


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", SmtpServer("mail.example.org", None, False, None)),
        ("smtp://[::1]:25?starttls=never", SmtpServer("::1", 25, False, False)),
        (
            "smtp://me%40x:p%3Ass@h:587/?starttls=always",
            SmtpServer("h", 587, False, True, "me@x", "p:ss"),
        ),
        ("smtps://h:465?starttls=always", SmtpServer("h", 465, True, False)),
    ],
)
def test_url_of_a_server_is_read(url: str, server: SmtpServer) -> None:
    assert SmtpServer.parse(url) == server


@pytest.mark.parametrize(
    "url", ["http://h", "smtp://", "smtp://h/path", "smtp://h?tls=1", "smtp://h?starttls=x"]
)
def test_url_of_no_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"should be|takes"):
        SmtpServer.parse(url)


async def test_outbox_that_cannot_be_written_fails_without_telling_where(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StepFailed) as caught:
        await Outbox(tmp_path / "file").send(EmailMessage(), "a@b.nl", ["a@b.nl"])
    assert str(tmp_path) not in caught.value.message + caught.value.reason
