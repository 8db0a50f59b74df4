"""The names on a run's lines are its own, whatever the task that started it was doing."""

import pytest
import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars
from uuid_utils.compat import uuid7

from app.application.telemetry import Execution, current_origin
from app.domain.chat.entities import Claim, Origin
from app.infrastructure.observability.run_lines import RunLines


@pytest.mark.parametrize("origin", [None, Origin("asks", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")])
async def test_a_run_does_not_carry_the_names_of_a_request_that_has_nothing_to_do_with_it(origin: Origin | None) -> None:
    clear_contextvars()
    bind_contextvars(request_id="another", run_id="another", user="another")
    claim = Claim(uuid7(), uuid7(), uuid7(), uuid7(), 2, origin)
    with structlog.testing.capture_logs(), RunLines().executing(Execution(claim, "p", "m")):
        names = get_contextvars()
        assert current_origin.get() == origin
    clear_contextvars()
    own = {"run_id": str(claim.run_id), "thread_id": str(claim.thread_id), "attempt": 2}
    assert names == (own | {"request_id": "asks"} if origin else own)
