"""Retrieval over a folder of CV PDFs. It knows nobody: neither the app nor the generator of the sample CVs."""
