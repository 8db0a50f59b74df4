"""API keys as bearer tokens: `ck_<id>_<secret>`. Keys are made by `chatbot keys create`; see `application/access/api_keys.py`.

The id finds the row, the secret is compared in constant time with a digest that is always there: an id that does not exist takes the same way as one
that does. A revoked key is refused from the commit on; nothing is cached.
"""

import hmac
import logging

from app.application.access.api_keys import parse_key
from app.application.access.sign_ins import digest
from app.application.ports import Transactions
from app.application.principal import Principal
from app.domain.chat.errors import NotAuthenticated

_NOBODY = digest("")
"""What an unknown key is compared with: no secret has this digest."""

_log = logging.getLogger(__name__)


class ApiKeyAuthenticator:
    """See `Authenticator`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def authenticate(self, token: str) -> Principal:
        """See `Authenticator.authenticate`."""
        key_id, secret = parse_key(token) or ("", "-")
        async with self._transactions.reading() as work:
            found = await work.api_keys.get(key_id)
        key, wanted = found or (None, _NOBODY)
        same = hmac.compare_digest(digest(secret), wanted)
        if key is None or not same or key.revoked_at is not None:
            reason = "unknown key" if key is None else "wrong secret" if not same else "revoked"
            _log.info("An API key was refused", extra={"reason": reason, "key_id": key_id})
            raise NotAuthenticated("The key or token is not valid, or not any more.", code="invalid_credentials")
        return Principal(key.scope, key.user_id, key.key_id)
