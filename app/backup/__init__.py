"""All that a server keeps, in one file: made while it serves, put in place whole or not at all."""
