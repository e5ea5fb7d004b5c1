"""What a caller can do, one function for every door."""
