"""Interprets actions: what next, in which transaction, and what is left behind of each run."""
