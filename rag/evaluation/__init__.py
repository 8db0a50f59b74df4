"""Scores retrieval against profiles whose CVs are indexed: questions by kind, metrics, a table."""
