"""Foreign protocols, one a file: translate in, call a resolver, translate out."""
