"""The plans of one application generation, kept while they are in use."""

from __future__ import annotations

from app.storage.compile.cells import Form
from app.storage.compile.compiler import compile_query
from app.storage.compile.plan import Plan
from app.storage.prepare import DialectName
from app.storage.selection import Query
from app.storage.tables import Tables


class Plans:
    """Compiles each query once; keeps the last `limit` or more of those in use, never more than twice as many."""

    def __init__(self, tables: Tables, dialect: DialectName, *, limit: int = 500) -> None:
        self._tables = tables
        self._dialect: DialectName = dialect
        self._limit = limit
        self._plans: dict[tuple[Query, Form], Plan] = {}
        self._former: dict[tuple[Query, Form], Plan] = {}
        self._same: dict[tuple[int, Form], tuple[Query, Plan]] = {}

    def plan(self, query: Query, form: Form) -> Plan:
        """The plan for a query, the quicker when it is the very object of an earlier call."""
        # To hash a query is to walk all of it. The entry keeps the object, so its id stays its own.
        same = self._same.get((id(query), form))
        if same is not None:
            return same[1]
        plan = self._known(query, form)
        if len(self._same) >= self._limit:
            self._same = {}
        self._same[id(query), form] = (query, plan)
        return plan

    def _known(self, query: Query, form: Form) -> Plan:
        key = (query, form)
        plan = self._plans.get(key)
        if plan is not None:
            return plan
        plan = self._former.pop(key, None) or compile_query(self._tables, self._dialect, query, form)
        if len(self._plans) >= self._limit:
            self._former, self._plans = self._plans, {}
        self._plans[key] = plan
        return plan
