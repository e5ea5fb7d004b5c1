"""OpenAPI 3.1: what doors say of their operations, and the document that it comes to.

`operation` is what a door writes, `schemas` the JSON Schemas of records and inputs, `document` joins them.
"""

from app.openapi.document import document
from app.openapi.operation import Answer, Body, Described, Parameter, answers, refusals
from app.openapi.schemas import Schema, Schemas, nullable
from app.openapi.subject import Subject

__all__ = [
    "Answer",
    "Body",
    "Described",
    "Parameter",
    "Schema",
    "Schemas",
    "Subject",
    "answers",
    "document",
    "nullable",
    "refusals",
]
