"""The plans of one application generation, kept while they are in use."""

from __future__ import annotations

from app.storage.compile.cells import Form
from app.storage.compile.compiler import compile_selection
from app.storage.compile.plan import Plan
from app.storage.prepare import DialectName
from app.storage.selection import Selection
from app.storage.tables import Tables


class Plans:
    """Compiles each selection once; keeps the last `limit` or more of those in use, never more than twice as many."""

    def __init__(self, tables: Tables, dialect: DialectName, *, limit: int = 500) -> None:
        self._tables = tables
        self._dialect: DialectName = dialect
        self._limit = limit
        self._plans: dict[tuple[Selection, Form], Plan] = {}
        self._former: dict[tuple[Selection, Form], Plan] = {}
        self._same: dict[tuple[int, Form], tuple[Selection, Plan]] = {}

    def plan(self, selection: Selection, form: Form) -> Plan:
        """The plan for a selection, the quicker when it is the very object of an earlier call."""
        # To hash a selection is to walk all of it. The entry keeps the object, so its id stays its own.
        same = self._same.get((id(selection), form))
        if same is not None:
            return same[1]
        plan = self._known(selection, form)
        if len(self._same) >= self._limit:
            self._same = {}
        self._same[id(selection), form] = (selection, plan)
        return plan

    def _known(self, selection: Selection, form: Form) -> Plan:
        key = (selection, form)
        plan = self._plans.get(key)
        if plan is not None:
            return plan
        plan = self._former.pop(key, None) or compile_selection(self._tables, self._dialect, selection, form)
        if len(self._plans) >= self._limit:
            self._former, self._plans = self._plans, {}
        self._plans[key] = plan
        return plan
