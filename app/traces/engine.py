"""Runs and their reaching steps as spans."""

from __future__ import annotations

from app.engine.compile import CompiledStep
from app.engine.driver import Driver, Taken
from app.engine.execution import Execution
from app.engine.interpreter import Context
from app.engine.run import Run, Start
from app.engine.runs import Ended, Runs
from app.storage.durable_runs import StoredRun
from app.traces.tracing import Tracing


def traced_runs(tracing: Tracing) -> type[Runs]:
    """The engine of runs whose callers wait, each run a span with those of its reaching steps below it."""

    class TracedRuns(Runs):
        async def run(self, start: Start) -> Ended:
            with tracing.span(
                f"run {start.action}", {"actionql.action": start.action, "actionql.door": start.door}
            ):
                return await super().run(start)

        async def _leave(self, run: Run, execution: Execution, step: CompiledStep, context: Context) -> None:
            with tracing.span(f"step {step.kind}", {"actionql.run": run.id}):
                await super()._leave(run, execution, step, context)

    return TracedRuns


def traced_driver(tracing: Tracing) -> type[Driver]:
    """The driver of durable runs, each drive a span with those of the reaching steps below it."""

    class TracedDriver(Driver):
        async def drive(self, row: StoredRun, begun: tuple[Taken, Execution] | None = None) -> None:
            with tracing.span(
                f"drive {row.action_name}", {"actionql.action": row.action_name, "actionql.run": row.id}
            ):
                await super().drive(row, begun)

        async def _leave(
            self, taken: Taken, execution: Execution, step: CompiledStep, context: Context
        ) -> None:
            with tracing.span(f"step {step.kind}", {"actionql.run": taken.id}):
                await super()._leave(taken, execution, step, context)

    return TracedDriver
