"""What the application is: the definition an author writes, loaded and checked. Pure: no I/O but reading it."""
