"""HTTP routes, one file a noun. They translate: request to use case, result to JSON or frames. No queries, no rules."""
