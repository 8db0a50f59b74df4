"""Fake language-model providers that speak the real wire formats, for tests and benches.

`script.py` reads what a request asks the fake to do, `wires.py` turns it into bytes of the three wire formats, `server.py` plays them and
records what happened, `running.py` starts it (in a thread, for tests), `__main__.py` starts it as a process.
"""
