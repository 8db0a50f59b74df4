"""`ApiKeyRepository`, `SignInRepository`, `OwnerRepository`, `SpendingRepository`, `RateWindowRepository`."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.application.access.check_access import CheckAccess, Resource
from app.application.chat.allowance import RESERVATION, Allowance
from app.application.ports import UnitOfWork
from app.application.principal import EVERYBODY, Principal
from app.domain.access.entities import NewSignIn, Scope
from app.domain.chat.ending import ASSUMED_INPUT, Ending
from app.domain.chat.entities import Assistant, Executor, Failure, NewMessage, NewRun, Usage
from app.domain.chat.errors import NotFound, RateLimited
from tests.contracts.storage import PostgresStorage, Storage

EXECUTOR = Executor(UUID(int=7), "fake", "fake-1")


async def user(work: UnitOfWork, name: str = "Ada") -> int:
    return (await work.users.add(name)).user_id


async def thread_of(work: UnitOfWork, user_id: int) -> UUID:
    thread = await work.threads.add(uuid7(), user_id, Assistant.CVS, None)
    assert thread
    return thread.thread_id


async def run_in(work: UnitOfWork, thread_id: UUID, *, begun: bool = True) -> UUID:
    question = NewMessage(uuid7(), thread_id, "?", None)
    run = NewRun(uuid7(), thread_id, question.message_id, uuid7(), EXECUTOR if begun else None)
    return (await work.runs.add(run, question)).run_id


async def end(work: UnitOfWork, run_id: UUID, ending: Ending) -> None:
    claim = await work.runs.fence(run_id)
    assert claim
    assert await work.runs.close(claim, ending, 0)


# -- keys and sign-ins -----------------------------------------------------------------------------------------------------------------


async def test_a_key_is_found_with_the_digest_of_its_secret(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        made = await work.api_keys.add("abc", "d1gest", "laptop", Scope.USER, await user(work))
        admin = await work.api_keys.add("def", "other", "", Scope.ADMIN, None)
        await work.commit()
    async with storage.transactions.reading() as work:
        assert await work.api_keys.get("abc") == (made, "d1gest")
        assert await work.api_keys.get("ABC") is None
        assert list(await work.api_keys.all()) == [made, admin]


async def test_a_key_needs_a_user_that_is_there(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        assert await work.api_keys.add("abc", "d1gest", "", Scope.USER, 99) is None


async def test_revoking_a_key_ends_what_it_opened_and_nothing_else(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        owner = await user(work)
        for key in ("abc", "def"):
            await work.api_keys.add(key, "d1gest", "", Scope.USER, owner)
            await work.sign_ins.add(NewSignIn(f"cookie of {key}", Scope.USER, owner, key), 60)
        await work.commit()
    async with storage.transactions.begin() as work:
        revoked = await work.api_keys.revoke("abc")
        assert await work.api_keys.revoke("nobody") is None
        await work.commit()
    async with storage.transactions.reading() as work:
        assert revoked
        assert revoked.revoked_at
        found = await work.api_keys.get("abc")
        assert found
        assert found[0] == revoked
        assert await work.sign_ins.get("cookie of abc") is None
        assert await work.sign_ins.get("cookie of def")


async def test_a_sign_in_ends_by_storages_clock_or_by_hand(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        owner = await user(work)
        short = await work.sign_ins.add(NewSignIn("short", Scope.USER, owner, resource="thread:1"), 30)
        long = await work.sign_ins.add(NewSignIn("long", Scope.ADMIN, None), 300)
        await work.commit()
    async with storage.transactions.reading() as work:
        assert await work.sign_ins.get("short") == short
        assert await work.sign_ins.get("long") == long
    await storage.let_pass(31)
    async with storage.transactions.begin() as work:
        assert await work.sign_ins.get("short") is None
        await work.sign_ins.end("long")
        assert await work.sign_ins.get("long") is None


async def test_a_ticket_ends_with_the_cookie_that_it_was_given_for(storage: Storage) -> None:
    until = datetime(2040, 1, 1, tzinfo=UTC)
    async with storage.transactions.begin() as work:
        owner = await user(work)
        await work.sign_ins.add(NewSignIn("cookie", Scope.USER, owner), 30)
        await work.sign_ins.add(NewSignIn("other", Scope.USER, owner), 300)
        for ticket, parent in (("first", "cookie"), ("second", "other"), ("third", "cookie")):
            await work.sign_ins.add(NewSignIn(ticket, Scope.USER, owner, None, "websocket", parent, until), 60)
        found = await work.sign_ins.get("first")
        assert found
        assert (found.parent, found.holds_until) == ("cookie", until)
        await work.sign_ins.end("other")
        assert await work.sign_ins.get("second") is None
        await work.commit()
    await storage.let_pass(31)
    async with storage.transactions.reading() as work:
        assert await work.sign_ins.get("third") is None


async def test_what_is_not_believed_any_more_is_told_at_once(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        owner = await user(work)
        for key in ("good", "revoked"):
            await work.api_keys.add(key, "d1gest", "", Scope.USER, owner)
        for cookie, seconds in (("lasting", 300), ("short", 30), ("ended", 300)):
            await work.sign_ins.add(NewSignIn(cookie, Scope.USER, owner), seconds)
        await work.commit()
    keys, cookies = {"good", "revoked", "unknown"}, {"lasting", "short", "ended", "never"}
    async with storage.transactions.reading() as work:
        assert await work.sign_ins.lost(keys, cookies) == {"unknown", "never"}
        assert await work.sign_ins.lost(set(), set()) == set()
    async with storage.transactions.begin() as work:
        await work.api_keys.revoke("revoked")
        await work.sign_ins.end("ended")
        await work.commit()
    await storage.let_pass(31)
    async with storage.transactions.reading() as work:
        assert await work.sign_ins.lost(keys, cookies) == {"unknown", "revoked", "never", "short", "ended"}


# -- owners ----------------------------------------------------------------------------------------------------------------------------


async def test_things_belong_to_whoever_made_their_thread(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        ada, eve = await user(work), await user(work, "Eve")
        thread = await thread_of(work, ada)
        run = await run_in(work, thread)
        await work.commit()
    async with storage.transactions.reading() as work:
        assert await work.owners.of_thread(thread) == await work.owners.of_run(run) == ada
        assert await work.owners.of_thread(run) is await work.owners.of_run(thread) is None
    check = CheckAccess(storage.transactions)
    for resource in (Resource("thread", thread), Resource("run", run), Resource("user", ada)):
        await check.execute(Principal(Scope.USER, ada), resource)
        await check.execute(EVERYBODY, resource)
        for stranger in (Principal(Scope.USER, eve), Principal(Scope.ADMIN)):
            with pytest.raises(NotFound) as refused:
                await check.execute(stranger, resource)
            assert refused.value.message == NotFound(resource.kind, resource.key).message
    for nothing in (Resource("thread", run), Resource("run", thread), Resource("user", eve)):
        with pytest.raises(NotFound):
            await check.execute(Principal(Scope.USER, ada), nothing)


async def test_whoever_comes_with_a_token_is_one_user_for_ever(storage: Storage) -> None:
    async def first_sight() -> int:
        async with storage.transactions.begin() as work:
            found = await work.owners.user_of("https://id.example.com ada", "Ada")
            await work.commit()
        return found

    ids = await asyncio.gather(*(first_sight() for _ in range(10)))
    assert len(set(ids)) == 1
    async with storage.transactions.begin() as work:
        known = await work.users.get(ids[0])
        assert known
        assert known.name == "Ada"
        assert await work.owners.user_of("https://id.example.com eve", "Eve") != ids[0]


# -- spending --------------------------------------------------------------------------------------------------------------------------

CHARGES = [
    (Ending.done("x" * 400, usage=Usage(1_000, 200)), 1_200),
    (Ending.done("x" * 400, usage=Usage(None, 200)), 200),
    (Ending.done("x" * 400), ASSUMED_INPUT + 100),
    (Ending.cancelled("x" * 401), ASSUMED_INPUT + 101),
    (Ending.cancelled(), ASSUMED_INPUT),
    (Ending.failed(Failure("provider_unavailable", "-", retryable=True)), 0),
    (Ending.failed(Failure("provider_interrupted", "-", retryable=True), "x" * 40), ASSUMED_INPUT + 10),
]


@pytest.mark.parametrize(("ending", "charge"), CHARGES)
async def test_a_run_is_charged_when_it_closes(storage: Storage, ending: Ending, charge: int) -> None:
    """What the provider counted, or an estimate: cancelling in time is no way to get answers for nothing."""
    async with storage.transactions.begin() as work:
        ada, eve = await user(work), await user(work, "Eve")
        first, second = await thread_of(work, ada), await thread_of(work, ada)
        await end(work, await run_in(work, first), ending)
        await end(work, await run_in(work, second), ending)
        await work.commit()
    async with storage.transactions.reading() as work:
        assert await work.spending.tokens_today(ada) == 2 * charge
        assert await work.spending.tokens_today(eve) == 0


async def test_a_run_that_never_began_costs_nothing(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        ada = await user(work)
        await end(work, await run_in(work, await thread_of(work, ada), begun=False), Ending.cancelled())
        await work.commit()
        assert await work.spending.tokens_today(ada) == 0


async def test_the_charge_stays_when_the_thread_goes(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        ada = await user(work)
        thread = await thread_of(work, ada)
        await end(work, await run_in(work, thread), Ending.done("x", usage=Usage(70, 7)))
        assert await work.threads.delete(thread)
        await work.commit()
        assert await work.spending.tokens_today(ada) == 77


async def test_what_is_in_hand_are_unfinished_runs_and_this_days_tokens(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        ada, eve = await user(work), await user(work, "Eve")
        await run_in(work, await thread_of(work, ada))
        await run_in(work, await thread_of(work, ada), begun=False)
        await end(work, await run_in(work, await thread_of(work, ada)), Ending.done("x", usage=Usage(70, 7)))
        await run_in(work, await thread_of(work, eve))
        spending = await work.spending.lock(ada)
        await work.commit()
    assert (spending.unfinished, spending.tokens) == (2, 77)
    assert 0 < spending.seconds_left <= 86_400


@pytest.mark.parametrize(
    ("allowance", "accepted"),
    [
        (Allowance(), 3),
        (Allowance(runs=2), 2),
        (Allowance(tokens_per_day=RESERVATION * 2), 2),
        (Allowance(tokens_per_day=RESERVATION * 2 - 1), 1),
        (Allowance(tokens_per_day=10), 0),
    ],
)
async def test_an_allowance_ends_where_it_says(storage: Storage, allowance: Allowance, accepted: int) -> None:
    async with storage.transactions.begin() as work:
        ada = await user(work)
        for _ in range(accepted):
            await allowance.check(work, ada)
            await run_in(work, await thread_of(work, ada))
        if accepted < 3:
            with pytest.raises(RateLimited) as refused:
                await allowance.check(work, ada)
            assert refused.value.retry_after > 0


async def test_many_posts_at_once_do_not_spend_the_same_rest(postgres: PostgresStorage) -> None:
    """Twenty transactions ask at the same moment; exactly as many as fit may have a run."""
    allowance = Allowance(runs=5)
    async with postgres.transactions.begin() as work:
        ada = await user(work)
        threads = [await thread_of(work, ada) for _ in range(20)]
        await work.commit()

    async def post(thread: UUID) -> bool:
        async with postgres.transactions.begin() as work:
            try:
                await allowance.check(work, ada)
            except RateLimited:
                return False
            await run_in(work, thread)
            await work.commit()
        return True

    assert sum(await asyncio.gather(*map(post, threads))) == 5


# -- rates -----------------------------------------------------------------------------------------------------------------------------


async def test_a_window_counts_until_it_ends_and_then_begins_anew(storage: Storage) -> None:
    async def hit(subject: str) -> tuple[int, float]:
        async with storage.transactions.reading() as work:
            return await work.rate_windows.hit(subject, 60)

    assert [(await hit("address:1"))[0] for _ in range(3)] == [1, 2, 3]
    assert (await hit("address:2"))[0] == 1
    hits, left = await hit("address:1")
    assert hits == 4
    assert 0 < left <= 60
    await storage.let_pass(61)
    assert (await hit("address:1"))[0] == 1


async def test_hits_at_once_all_count(postgres: PostgresStorage) -> None:
    async def hit() -> int:
        async with postgres.transactions.reading() as work:
            return (await work.rate_windows.hit("user:1", 60))[0]

    assert sorted(await asyncio.gather(*(hit() for _ in range(50)))) == list(range(1, 51))
