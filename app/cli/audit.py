"""`actionql audit`: the audit trail checked and listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from app.cli.applications import ApplicationOption, ServedOption, chosen, print_rows, served_last, with_server
from app.cli.base import DataOption, fail
from app.definition.model import Application
from app.definition.types import parse_duration
from app.errors import BadInput
from app.json_text import write_json
from app.resolvers.audit import list_audit
from app.resolvers.audit_check import Report, check_audit
from app.resolvers.context import Server
from app.storage.audit import Told, Wanted

audit_cli = typer.Typer(help="The audit trail: who did what, and whether it is whole.", no_args_is_help=True)

_HEAD = ("ENTRY", "AT", "APPLICATION", "ACTOR", "DOOR", "ADDRESS", "OPERATION", "SUBJECT", "IDS", "RESULT")


@audit_cli.command("verify")
def verify(
    after: Annotated[int, typer.Option(min=0, help="Entries up to this one were removed on purpose.")] = 0,
    seal: Annotated[str | None, typer.Option(help="One that an earlier check printed.")] = None,
    data: DataOption = None,
) -> None:
    """Compares every entry with the chain, and says what was changed, removed or inserted."""
    report = with_server(data, lambda server: check_audit(server, after, seal), begun=True)
    for problem in report.problems:
        print(problem)
    print(_reached(report))
    if report.problems:
        fail(f"{len(report.problems)} problem(s)")


@audit_cli.command("list")
def list_all(
    application: ApplicationOption = None,
    actor: Annotated[str | None, typer.Option(help="Such as user:ID, system or operator.")] = None,
    operation: Annotated[str | None, typer.Option(help="Such as create, run or login.")] = None,
    subject: Annotated[str | None, typer.Option(help="The model or action.")] = None,
    result: Annotated[str | None, typer.Option(help="ok, or the code of an error.")] = None,
    since: Annotated[str | None, typer.Option(help="How far back, such as 7d.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    definition: ServedOption = None,
    data: DataOption = None,
) -> None:
    """Lists entries, the newest first, of all applications or of one."""
    wanted = Wanted(
        actor=actor, operation=operation, subject=subject, result=result, since=_ago(since), most=limit
    )

    async def find(server: Server) -> tuple[list[Application], Sequence[Told]]:
        applications = await served_last(server, definition)
        of = chosen(applications, application).uuid.hex if application else None
        return applications, await list_audit(server, replace(wanted, application=of))

    applications, found = with_server(data, find, begun=True)
    if json:
        for told in found:
            print(write_json({"sequence": told.sequence, **told.entry._asdict()}))
        return
    names = {one.uuid.hex: one for one in applications}
    print_rows(_HEAD, (_cells(told, names) for told in found))


def _cells(told: Told, applications: dict[str, Application]) -> tuple[str, ...]:
    entry = told.entry
    served = applications.get(entry.application)
    return (
        str(told.sequence),
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        served.name if served else entry.application,
        entry.actor,
        entry.door,
        entry.address,
        entry.operation,
        entry.subject,
        ",".join(map(str, entry.ids)),
        entry.result,
    )


def _reached(report: Report) -> str:
    last = report.last
    if not last.number:
        return f"No seal yet; {report.fresh} entries wait for one."
    return (
        f"{report.entries} entries are as they were, up to entry {last.last} in seal {last.number} "
        f"of {last.made:%Y-%m-%d %H:%M:%S} UTC ({last.mac}); {report.fresh} wait for the next."
    )


def _ago(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.now(UTC) - _positive(parse_duration(text))
    except (ValueError, OverflowError) as error:
        raise BadInput(f"--since: {error}.") from None


def _positive(duration: timedelta) -> timedelta:
    if duration <= timedelta(0):
        raise ValueError("should be some time")
    return duration
