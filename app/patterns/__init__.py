"""Regular expressions that cannot hang, for authors and callers alike."""

from app.patterns.automaton import Pattern, TooSlow
from app.patterns.postgres import postgres_form
from app.patterns.syntax import PatternError, Rules, Syntax

__all__ = ["Pattern", "PatternError", "Rules", "Syntax", "TooSlow", "postgres_form"]
