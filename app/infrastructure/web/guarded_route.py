"""Routes behind the door, and the check that no route stands beside it.

A router made with `route_class=GuardedRoute` asks `Door.admit` before anything of a request's body is read. `check_routes` runs whenever an application
is made: a route that is neither guarded nor on the list of what is for everybody stops the start, and so does an id in a path that the door
does not know how to check. So a new route cannot forget.
"""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import Request
from starlette.responses import Response

from app.infrastructure.web.door import KNOWN_IDS, Door

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class GuardedRoute(APIRoute):
    """A route that only those come to whom the door lets in."""

    def get_route_handler(self) -> Handler:
        """FastAPI's handler, behind the door."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            door = request.app.state.door
            assert isinstance(door, Door)
            await door.admit(request)
            return await handle(request)

        return guarded


class UnguardedRoute(Exception):
    """A route would be open to everybody, or its ids unchecked. For whoever wrote it."""


def check_routes(app: FastAPI, public: Iterable[str]) -> None:
    """Raises `UnguardedRoute` for a route that is neither behind the door nor, by its path, `public`."""
    open_to_all = set(public)
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        if isinstance(context.original_route, GuardedRoute):
            unknown = set(context.param_convertors) - set(KNOWN_IDS)
            if unknown:
                raise UnguardedRoute(
                    f"{path}: nobody checks whose {', '.join(sorted(unknown))} it is. Teach door.py, or name it there as shared."
                )
        elif path not in open_to_all:
            raise UnguardedRoute(f"{path} is open to everybody. Make its router with route_class=GuardedRoute, or list it as public.")
