"""The read compiler: selections become plans, which are SQL and the shape of its answer."""

from app.storage.compile.compiler import compile_query
from app.storage.compile.plan import Plan
from app.storage.compile.plans import Plans

__all__ = ["Plan", "Plans", "compile_query"]
