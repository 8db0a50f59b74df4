"""`python -m app` is the `chatbot` command."""

from app.cli import main

main()
