"""Real processes, a real Postgres, a wire-faithful provider, and everything that can go wrong, by a seeded schedule.

    schedule ──► faults ──► fleet (2 API processes, 2 workers), database, gateway
    clients ──► ledger (what was asked, what each reader saw, what was done to whom) ──► checker ──► report

`schedule.py` says what will happen, as a pure function of the seed; `driver.py` lets it happen; `checker.py` shares no code with the product and
compares every byte that every reader saw with what is stored and with what the provider sent. `python -m tests.chaos --seed 7 --minutes 1`
(`make soak`); a short set is in `make test`.
"""
