"""What can be found out about a running deployment from outside: over HTTP, over its WebSocket, and by killing a server of one's own.

`report.py` is what all checks write to; `bootstrap/doctor.py` says in which order they run. Nothing here knows the product's insides: it sees what a
client sees, and reads streams with a decoder of its own.
"""
