"""Models that turn text into vectors. `port.py` says what one is, `choice.py` chooses by name."""
