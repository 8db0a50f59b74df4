"""Who a request comes from, as the use cases see it.

The web layer finds out (`web/door.py`) through an `Authenticator`; `CheckAccess` decides what this principal may touch.
"""

from dataclasses import dataclass

from app.domain.access.entities import Scope


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who may come in. `scope` None is everybody: AUTH_MODE=off, where every id is open to whoever knows it.

    `user_id` is set for the scope `user` only. `key_id` names the API key that was shown, `expires_at` the end of what was shown, in seconds since
    1970, if it has one, and `leeway` for how long after that the door believes it all the same. `sign_in` is the digest of the cookie that was shown,
    or for which a ticket was given.
    """

    scope: Scope | None = None
    user_id: int | None = None
    key_id: str | None = None
    expires_at: float | None = None
    leeway: float = 0.0
    sign_in: str | None = None

    @property
    def holds_until(self) -> float | None:
        """From when on the door refuses what was shown; None if only somebody's decision ends it."""
        return None if self.expires_at is None else self.expires_at + self.leeway

    def is_over(self, now: float) -> bool:
        """Whether the door would refuse it by the clock."""
        return self.holds_until is not None and now >= self.holds_until


EVERYBODY = Principal()
"""Whoever asks, with AUTH_MODE=off."""
