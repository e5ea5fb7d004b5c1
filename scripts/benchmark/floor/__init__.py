"""The floor: the works written by hand, SQL behind bare Starlette. Nothing in Python answers them for much less."""
