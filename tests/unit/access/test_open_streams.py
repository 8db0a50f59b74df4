"""What streams rest on, and when they end, without waiting: one statement for all, none for nobody, and nobody is sent off by a database that is away."""

import time
from contextlib import AbstractAsyncContextManager, ExitStack
from functools import partial

import pytest

from app.application.access.api_keys import CreateKey, CreateKeyRequest, RevokeKey
from app.application.access.open_streams import OpenStreams
from app.application.access.sign_ins import EndSignIn, IssueSignIn, ReadSignIn, digest
from app.application.ports import UnitOfWork
from app.application.principal import EVERYBODY, Principal
from app.domain.access.entities import Scope
from app.domain.chat.errors import NotAuthenticated, RateLimited, Unavailable
from app.infrastructure.memory.database import MemoryDatabase
from app.infrastructure.memory.unit_of_work import MemoryTransactions

RESOURCE = "websocket"


class Counting(MemoryTransactions):
    """Counts reading units; `away` makes them fail."""

    def __init__(self) -> None:
        super().__init__(MemoryDatabase())
        self.read = 0
        self.away = False

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        self.read += 1
        if self.away:
            raise Unavailable("database_unavailable", "away")
        return super().reading()


@pytest.fixture
def transactions() -> Counting:
    return Counting()


async def keyed(transactions: Counting) -> Principal:
    key = (await CreateKey(transactions).execute(CreateKeyRequest("laptop", new_user="Ada"))).key
    return Principal(key.scope, key.user_id, key.key_id)


async def test_what_a_ticket_opens_rests_on_what_was_shown_for_the_ticket(transactions: Counting) -> None:
    issue, read = IssueSignIn(transactions, 3600), ReadSignIn(transactions)

    async def opened_by(principal: Principal) -> Principal:
        return await read.execute((await issue.ticket(principal, RESOURCE)).token, RESOURCE)

    key = await keyed(transactions)
    assert await opened_by(key) == key, "for as long as the key: the ticket's minute is for coming in"
    end = float(int(time.time()) + 600)
    token = Principal(Scope.USER, key.user_id, expires_at=end, leeway=30.0)
    assert (await opened_by(token)).holds_until == end + 30
    shown = (await issue.cookie(key)).token
    cookie = await read.execute(shown)
    through = await opened_by(cookie)
    assert (through.key_id, through.sign_in, through.holds_until) == (key.key_id, digest(shown), cookie.expires_at)
    ticket = (await issue.ticket(cookie, RESOURCE)).token
    await EndSignIn(transactions).execute(shown)
    with pytest.raises(NotAuthenticated):
        await read.execute(ticket, RESOURCE)


async def test_a_look_is_one_statement_for_all_and_none_for_nobody(transactions: Counting) -> None:
    streams, ended = OpenStreams(transactions), list[str]()
    keys = [await keyed(transactions) for _ in range(3)]
    before = transactions.read
    with ExitStack() as stack:
        stack.enter_context(streams.believed(EVERYBODY, partial(ended.append, "everybody")))
        stack.enter_context(streams.believed(Principal(Scope.USER, 1, expires_at=time.time() + 60), partial(ended.append, "token")))
        await streams.look()
        assert transactions.read == before, "there is nothing that a database could say"
        for number, key in enumerate(keys * 2):
            stack.enter_context(streams.believed(key, partial(ended.append, f"stream {number}")))
        await streams.look()
        assert transactions.read == before + 1
        assert ended == []
        await RevokeKey(transactions).execute(keys[1].key_id or "")
        await streams.look()
        await streams.look()
        assert sorted(ended) == ["stream 1", "stream 4"], "both of that key, each told once"
    for key in keys:
        await RevokeKey(transactions).execute(key.key_id or "")
    before = transactions.read
    await streams.look()
    assert (transactions.read, len(ended)) == (before, 2), "who has left is not looked at"


async def test_while_the_database_is_away_only_the_clock_ends_streams(transactions: Counting) -> None:
    streams, ended = OpenStreams(transactions), list[str]()
    key = await keyed(transactions)
    now = time.time()
    transactions.away = True
    with (
        streams.believed(key, partial(ended.append, "key")),
        streams.believed(Principal(Scope.USER, 1, expires_at=now - 31, leeway=30.0), partial(ended.append, "over")),
        streams.believed(Principal(Scope.USER, 1, expires_at=now - 1, leeway=30.0), partial(ended.append, "believed all the same")),
        pytest.raises(Unavailable),
    ):
        await streams.look()
    assert ended == ["over"]


async def test_a_user_has_room_for_so_many_streams_and_takes_nobody_elses(transactions: Counting) -> None:
    streams = OpenStreams(transactions, most=2)
    ada, eve, admin = Principal(Scope.USER, 1), Principal(Scope.USER, 2), Principal(Scope.ADMIN)
    with ExitStack() as opened:
        for _ in range(2):
            streams.make_room(ada)
            opened.enter_context(streams.believed(ada, lambda: None))
        with pytest.raises(RateLimited) as refused:
            streams.make_room(ada)
        assert refused.value.code == "too_many_streams"
        for other in (eve, admin, EVERYBODY):
            streams.make_room(other)
    streams.make_room(ada)
    with streams.believed(ada, lambda: None):
        OpenStreams(transactions).make_room(ada)
