"""Rows: tables from the definition, works, queries and records. Nothing above sees SQL."""
