"""Takes over a database that is there already: its schema as a definition, its rows as records."""
