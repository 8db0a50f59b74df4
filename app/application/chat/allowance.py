"""How much one user may have in hand: unfinished runs at once, tokens a day. Asked inside of the transaction that stores a run.

Exact across processes: posts of one user wait for each other at the user's row. Every unfinished run holds a reservation, so that many posts at once
cannot spend the same rest of a budget; a run that costs more than it had reserved may overdraw by the difference, once. So a day ends at most
`unfinished runs x (dearest run - RESERVATION)` over its budget, and nothing more is accepted until the next day.
"""

from dataclasses import dataclass

from app.application.ports import Transactions, UnitOfWork
from app.application.principal import Principal
from app.domain.chat.errors import RateLimited

RESERVATION = 4_000
"""Tokens that an unfinished run is taken to cost: a usual prompt and answer. Its real cost is charged when it closes."""

RUNS_RETRY_SECONDS = 2.0
"""When to try again after too many runs: answers take seconds."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a user may have; None is no limit."""

    runs: int | None = None
    tokens_per_day: int | None = None

    @property
    def limited(self) -> bool:
        """Whether there is anything to check."""
        return self.runs is not None or self.tokens_per_day is not None

    async def check(self, work: UnitOfWork, user_id: int) -> None:
        """Raises `RateLimited` if the user may not have one run more. Costs two statements, none without limits.

        Locks the user's row: call it after everything else that may wait.
        """
        if not self.limited:
            return
        spending = await work.spending.lock(user_id)
        if self.runs is not None and spending.unfinished >= self.runs:
            raise RateLimited(
                f"This user has {spending.unfinished} unfinished answers, and may have {self.runs}. Wait for one, or cancel one.",
                RUNS_RETRY_SECONDS,
                code="too_many_runs",
            )
        if self.tokens_per_day is not None and spending.tokens + (spending.unfinished + 1) * RESERVATION > self.tokens_per_day:
            if spending.unfinished and spending.tokens + RESERVATION <= self.tokens_per_day:
                message, wait = "What is left of this day's tokens is reserved by unfinished answers. Wait for them.", RUNS_RETRY_SECONDS
            else:
                message, wait = (
                    f"This day's {self.tokens_per_day} tokens are spent. The next day begins at 00:00 UTC.",
                    spending.seconds_left,
                )
            raise RateLimited(message, wait, code="token_budget_spent")


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens charged today (None if nobody in particular asks), and what a day has (None: no limit)."""

    tokens_today: int | None
    tokens_per_day: int | None


class ReadSpending:
    """For people who want to know what is left before it is refused: reads, locks nothing."""

    def __init__(self, transactions: Transactions, allowance: Allowance) -> None:
        self._transactions = transactions
        self._allowance = allowance

    async def execute(self, principal: Principal) -> Spent:
        """What the principal has spent today."""
        if principal.user_id is None:
            return Spent(None, self._allowance.tokens_per_day)
        async with self._transactions.reading() as work:
            return Spent(await work.spending.tokens_today(principal.user_id), self._allowance.tokens_per_day)
