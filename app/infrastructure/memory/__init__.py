"""The product's ports on dicts: real adapters that forget. For tests, and for trying use cases without a database.

    MemoryDatabase ─► MemoryTransactions ─► MemoryUnitOfWork (users, threads, messages, runs, run_events, leases)
          └─────────► MemoryEventLog

They keep the same contracts as Postgres does; `tests/contracts` holds both to them. One process, one event loop.
"""
