"""How our server stands to the peers: every figure as a table, and the ratios as README has them."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from scripts.benchmark.measure import Figures, Results
from scripts.benchmark.peers.subjects import OURS, PEERS
from scripts.benchmark.report import numbers, ratio


def peers_table(results: Results, title: str) -> Table:
    """Every figure, and how many times our CPU time a peer uses and our requests it answers."""
    rights = "\n".join(f"{peer.name}: {peer.rights}" for peer in PEERS.values())
    table = Table(title=title, caption=rights, caption_justify="left")
    for name in ("work", "server"):
        table.add_column(name)
    for name in ("CPU ms", "requests/s", "p50 ms", "p99 ms", "CPU / ours", "requests / ours"):
        table.add_column(name, justify="right")
    for work, servers in results.items():
        for place, (name, figures) in enumerate(servers.items()):
            last = place == len(servers) - 1
            stands = _stands(figures, servers.get(OURS)) if name != OURS else ("", "")
            table.add_row("" if place else work, name, *numbers(figures), *stands, end_section=last)
    return table


def ratios_in_markdown(results: Results) -> str:
    """README's table: of each work and peer the CPU time, then the requests a second, as times of ours."""
    return "\n".join(_lines(results))


def _lines(results: Results) -> Iterator[str]:
    names = [name for name in PEERS if any(name in servers for servers in results.values())]
    yield f"| work | {' | '.join(names)} |"
    yield f"|---|{'---|' * len(names)}"
    for work, servers in results.items():
        told = [_stands(servers[name], servers[OURS]) for name in names]
        yield f"| {work} | {' | '.join(f'{cpu}, {speed}' for cpu, speed in told)} |"


def _stands(peer: Figures, ours: Figures | None) -> tuple[str, str]:
    if ours is None:
        return "", ""
    return ratio(peer.cpu_ms, ours.cpu_ms), ratio(peer.rps, ours.rps)
