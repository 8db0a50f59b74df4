"""The vocabulary of CVs in six languages: data, read by `rag.concepts`."""
