"""Who a request comes from, as the use cases see it.

The web layer finds out (`web/door.py`) through an `Authenticator`; `CheckAccess` decides what this principal may touch.
"""

from dataclasses import dataclass

from app.domain.access.entities import Scope


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who may come in. `scope` None is everybody: AUTH_MODE=off, where every id is open to whoever knows it.

    `user_id` is set for the scope `user` only. `key_id` names the API key that was shown, `expires_at` the end of what was shown, in seconds since
    1970, if it has one.
    """

    scope: Scope | None = None
    user_id: int | None = None
    key_id: str | None = None
    expires_at: float | None = None


EVERYBODY = Principal()
"""Whoever asks, with AUTH_MODE=off."""
