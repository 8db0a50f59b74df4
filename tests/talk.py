"""The few calls that almost every end-to-end test makes."""

from typing import Any

import httpx


async def new_thread(client: httpx.AsyncClient, base_url: str, **fields: Any) -> str:
    """A new user's new thread."""
    user = (await client.post(f"{base_url}/api/users", json={"name": "tester"})).raise_for_status().json()
    body = {"user_id": user["user_id"], **fields}
    return (await client.post(f"{base_url}/api/threads", json=body)).raise_for_status().json()["thread_id"]


async def post(client: httpx.AsyncClient, base_url: str, thread_id: str, content: str, **fields: Any) -> dict[str, Any]:
    """Post a message; the run as answered."""
    answer = await client.post(f"{base_url}/api/threads/{thread_id}/messages", json={"content": content, **fields})
    return answer.raise_for_status().json()


async def messages(client: httpx.AsyncClient, base_url: str, thread_id: str) -> dict[str, Any]:
    """The newest page of a thread's messages."""
    return (await client.get(f"{base_url}/api/threads/{thread_id}/messages")).raise_for_status().json()


async def run(client: httpx.AsyncClient, base_url: str, run_id: str) -> dict[str, Any]:
    """Where a run stands."""
    return (await client.get(f"{base_url}/api/runs/{run_id}")).raise_for_status().json()
