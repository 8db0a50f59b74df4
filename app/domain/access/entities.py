"""What access is made of: scopes, API keys, sign-ins. Frozen values, standard library only. Secrets are never part of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a credential is good for."""

    USER = "user"
    """One user's conversations."""
    ADMIN = "admin"
    """Creating users, reading metrics. Nobody's conversations."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its owner may see it again: all but the secret. `user_id` is set for the scope `user`."""

    key_id: str
    name: str
    scope: Scope
    user_id: int | None
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a token that this service itself has given out stands for.

    A cookie has no `resource` and is good for everything that its owner may do. A ticket is good for one stream, which `resource` names
    (`thread:<id>`, `run:<id>`, or `websocket` for a new session). `key_id` is the API key it was given for: it dies with the key. A ticket also dies with the
    cookie that it was given for, whose digest is `parent`; what it opened may stay until `holds_until`, if that is not None.
    """

    scope: Scope
    user_id: int | None
    key_id: str | None
    resource: str | None
    expires_at: datetime
    parent: str | None = None
    holds_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """A token to be stored, by its digest; when it ends storage says."""

    digest: str
    scope: Scope
    user_id: int | None
    key_id: str | None = None
    resource: str | None = None
    parent: str | None = None
    holds_until: datetime | None = None
