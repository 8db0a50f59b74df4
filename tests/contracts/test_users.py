"""`UserRepository`."""

from tests.contracts.storage import Storage


async def test_ids_count_up_from_one_and_names_need_not_be_unique(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        users = [await work.users.add("Ada") for _ in range(3)]
        await work.commit()
    assert [user.user_id for user in users] == [1, 2, 3]


async def test_a_user_is_read_as_it_was_stored(storage: Storage) -> None:
    async with storage.transactions.begin() as work:
        user = await work.users.add("Zoë 😀")
        await work.commit()
    async with storage.transactions.begin() as work:
        assert await work.users.get(user.user_id) == user
        assert await work.users.get(99) is None
