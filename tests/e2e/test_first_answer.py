"""The shortest way through the whole product: one process, one question, one reader."""

import httpx

from tests.processes import Processes
from tests.providers.script import expected_text
from tests.reader import Reader
from tests.talk import messages, new_thread, post


async def test_an_answer_arrives_and_is_stored(processes: Processes, client: httpx.AsyncClient) -> None:
    server = processes.serve()
    thread_id = await new_thread(client, server.url, assistant="resume")  # it has one source, whatever is asked
    question = "Tell me [[tokens=40 rate=200]]"
    posted = await post(client, server.url, thread_id, question)

    seen = await Reader(client, posted["run_id"]).read_to_the_end(server.url)

    seen.assert_exact(expected_text(question))
    assert [frame.event for frame in seen.frames][:2] == ["started", "sources"]
    assert seen.frames[-2].data["text"] == seen.text
    stored = (await messages(client, server.url, thread_id))["messages"]
    assert [(message["role"], message["status"]) for message in stored] == [("assistant", "done"), ("user", "done")]
    assert stored[0]["content"] == seen.text
