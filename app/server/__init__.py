"""What a server is made of: opened, seeded, its doors put at their paths, renewed, closed."""
