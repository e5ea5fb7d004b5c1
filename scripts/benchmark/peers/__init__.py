"""GraphQL servers of others, measured beside ours on PostgreSQL."""
