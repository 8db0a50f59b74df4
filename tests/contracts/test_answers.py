"""`AnswerRepository`: answers that may be given again."""

from app.domain.chat.entities import CachedAnswer, Source
from tests.contracts.storage import Storage

SOURCE = Source(1, "ada", "Ada Ñandú", 2, "Experience", "She «knows» it.", 0.5, "/api/cvs/ada/pdf#page=2")


async def put(storage: Storage, key: str, answer: CachedAnswer) -> None:
    async with storage.transactions.begin() as work:
        await work.answers.put(key, answer)
        await work.commit()


async def get(storage: Storage, key: str) -> CachedAnswer | None:
    async with storage.transactions.reading() as work:
        return await work.answers.get(key)


async def test_an_answer_comes_back_as_it_was(storage: Storage) -> None:
    answer = CachedAnswer("Ada knows it [1].\n\n🙂", (SOURCE,))
    await put(storage, "one", answer)
    assert await get(storage, "one") == answer
    assert await get(storage, "other") is None


async def test_a_later_answer_takes_the_place_of_an_earlier_one(storage: Storage) -> None:
    await put(storage, "one", CachedAnswer("old", ()))
    await put(storage, "one", CachedAnswer("new", (SOURCE,)))
    assert await get(storage, "one") == CachedAnswer("new", (SOURCE,))


async def test_what_is_rolled_back_is_not_kept(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        await work.answers.put("one", CachedAnswer("lost", ()))
    assert await get(storage, "one") is None
