"""Chat over one WebSocket: `messages.py` is what is said, `failures.py` how it is said that something went wrong, `session.py` who says what when,
`protocol.py` uvicorn's part. The route is in `web/routers/websocket.py`; `docs/protocol.md` §6 is the contract.
"""
