"""What the application is: the definition an author writes. Pure: no I/O but reading its files."""
