"""Step kinds, one a file."""
