"""`RunEventRepository`."""

from uuid import uuid4

from app.domain.chat.events import Sources, Token, payload
from tests.contracts.conversation import SOURCE, claimed_run
from tests.contracts.storage import Storage


async def test_reading_goes_on_after_a_number_in_order_up_to_a_limit(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    await storage.log.open(claim, 0)
    for n in range(3):
        await storage.log.append(claim, Sources(()))
        await storage.log.append(claim, Token(str(n)))
    await storage.log.abandon(claim)
    async with storage.transactions.begin() as work:
        assert [event.seq for event in await work.run_events.read(claim.run_id, 0, 100)] == [1, 2, 3, 4, 5, 6]
        assert [event.seq for event in await work.run_events.read(claim.run_id, 2, 3)] == [3, 4, 5]
        assert not await work.run_events.read(claim.run_id, 6, 3)
        assert not await work.run_events.read(uuid4(), 0, 3)


async def test_several_runs_are_read_in_one_go_each_from_its_own_number(storage: Storage) -> None:
    claims = [await claimed_run(storage.transactions) for _ in range(3)]
    for claim in claims:
        await storage.log.open(claim, 0)
        for n in range(3):
            await storage.log.append(claim, Sources(()))
            await storage.log.append(claim, Token(f"{n} {claim.run_id}"))
        await storage.log.abandon(claim)
    first, second, whole = (claim.run_id for claim in claims)
    async with storage.transactions.begin() as work:
        found = await work.run_events.read_many({first: 4, second: 6, whole: 0, uuid4(): 0}, 4)
        one_by_one = {run_id: await work.run_events.read(run_id, after, 4) for run_id, after in ((first, 4), (whole, 0))}
        assert await work.run_events.read_many({}, 4) == {}
    assert {run_id: list(events) for run_id, events in found.items()} == {run_id: list(events) for run_id, events in one_by_one.items()}
    assert [event.seq for event in found[first]] == [5, 6]
    assert [event.seq for event in found[whole]] == [1, 2, 3, 4]


async def test_a_payload_is_read_to_the_letter(storage: Storage) -> None:
    claim = await claimed_run(storage.transactions)
    events = [Token('a "quoted"\n\\ \t</script> é 😀 \u2028 '), Sources((SOURCE,)), Token("  ")]
    await storage.log.open(claim, 0)
    for event in events:
        await storage.log.append(claim, event)
    await storage.log.abandon(claim)
    async with storage.transactions.begin() as work:
        stored = await work.run_events.read(claim.run_id, 0, 10)
    assert [(event.run_id, event.type, event.data) for event in stored] == [(claim.run_id, event.type, payload(event)) for event in events]


async def test_last_numbers_are_told_for_runs_that_exist(storage: Storage) -> None:
    written, silent = await claimed_run(storage.transactions), await claimed_run(storage.transactions)
    await storage.log.open(written, 0)
    await storage.log.append(written, Sources(()))
    await storage.log.append(written, Token("a"))
    await storage.log.abandon(written)
    async with storage.transactions.begin() as work:
        latest = await work.run_events.last_seqs([written.run_id, silent.run_id, uuid4()])
        assert await work.run_events.last_seqs([]) == {}
    assert latest == {written.run_id: 2, silent.run_id: 0}
