"""ActionQL: a GraphQL server made from one application definition."""
