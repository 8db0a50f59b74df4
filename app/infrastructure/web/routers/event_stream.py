"""How a stream of run events is described in the OpenAPI document: the media type, and the payload of each event as a named schema."""

from typing import Any

EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Frames `id`, `event`, `data` (JSON). The payload of each event type is the schema `RunEvent`; `done` is always last.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": 'retry: 1000\n\nid: 1\nevent: started\ndata: {"attempt":1,"provider":"offline","model":"offline-quotes",'
                '"message_id":"019aa3f2-8a41-7c11-a0d8-0d4f7f3c6b20"}\n\nid: 2\nevent: token\ndata: {"text":"Ada knows"}\n\n',
            }
        },
    },
    204: {"description": "The run has ended and the cursor is at its end: nothing will follow. An EventSource stops."},
}
