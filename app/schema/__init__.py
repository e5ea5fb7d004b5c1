"""The GraphQL door: limits, documents and GraphQL over HTTP, and the schema made from a definition."""
