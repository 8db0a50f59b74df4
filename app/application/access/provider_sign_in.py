"""Signing in with an identity provider: the authorization code flow of OpenID Connect, with PKCE, bound to the browser that began it.

    browser ── start ──> here ── to the provider, with state, nonce, challenge; a short-lived cookie stays in the browser
    browser <─ code, state ── provider
    browser ── callback, cookie ──> here ── code, verifier ──> provider ── ID token ──> a cookie as from POST /api/session

The cookie holds one random secret, when it ends and where to go afterwards. State, nonce and PKCE verifier are keyed digests of all three, each under a
name of its own: whoever has not got the cookie cannot make up a state that fits, nor one that fits and leads elsewhere or lives longer. So nothing has to be stored
for people who may never come back, and no process needs a key. A code works once, at the provider; a copy of code and state is worth nothing without
the cookie.

https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth, https://www.rfc-editor.org/rfc/rfc7636,
https://www.rfc-editor.org/rfc/rfc9700. Called by `web/routers/sign_in.py`.
"""

import hashlib
import hmac
import re
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Protocol, Self

from app.application.access.sign_ins import Issued, IssueSignIn
from app.application.principal import Principal
from app.domain.chat.errors import SignInFailed

ATTEMPT_SECONDS = 600.0
"""How long somebody may take at the provider."""

PATH_LIMIT = 512
"""Characters of a path to come back to."""

CODE_LIMIT = 4_096
"""Characters of a code."""

_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9\-._~/?#&=%+,:@!$'()*;]*")
_COOKIE = re.compile(r"([A-Za-z0-9_-]{43})\.([0-9]{1,12})\.([A-Za-z0-9_-]*)")


class IdentityProvider(Protocol):
    """The provider, for signing in."""

    name: str
    """What people call it."""

    async def authorization_url(self, *, redirect_uri: str, state: str, nonce: str, challenge: str) -> str:
        """Where the browser goes to sign in. Raises `Unavailable`."""
        ...

    async def redeem(self, code: str, *, redirect_uri: str, verifier: str, nonce: str, issuer: str | None) -> Principal:
        """Whom a code stands for. `issuer` is what came beside it (RFC 9207), if anything did. Raises `SignInFailed`, `Unavailable`."""
        ...

    async def sign_out_url(self, back_to: str) -> str | None:
        """Where the browser goes to sign out of the provider, too; None if it has no such place. Raises `Unavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in: what the browser keeps of it, and what follows from that."""

    secret: str
    ends_at: int
    return_to: str

    @classmethod
    def begun(cls, return_to: str, now: float) -> Self:
        """A new one. A place to return to that is not ours becomes the page's beginning."""
        return cls(secrets.token_urlsafe(32), int(now + ATTEMPT_SECONDS), own_path(return_to))

    @classmethod
    def kept(cls, cookie: str) -> Self | None:
        """The one that a cookie holds, or None if it holds none."""
        found = _COOKIE.fullmatch(cookie)
        if found is None:
            return None
        try:
            path = urlsafe_b64decode(found[3] + "=" * (-len(found[3]) % 4)).decode()
        except ValueError:
            return None
        return cls(found[1], int(found[2]), own_path(path))

    @property
    def cookie(self) -> str:
        """For the browser."""
        return f"{self.secret}.{self.ends_at}.{_spelled(self.return_to.encode())}"

    @property
    def state(self) -> str:
        """Comes back from the provider, by way of the browser."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """Comes back inside the ID token."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """Proves to the provider that the code is redeemed by who asked for it."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """The verifier's digest (S256)."""
        return _spelled(hashlib.sha256(self.verifier.encode()).digest())

    def _derived(self, name: str) -> str:
        return _spelled(hmac.digest(self.secret.encode(), f"{name} {self.ends_at} {self.return_to}".encode(), "sha256"))


@dataclass(frozen=True, slots=True)
class Returned:
    """What the browser brings back. `error` is the provider's, in place of a code."""

    cookie: str | None
    state: str | None
    code: str | None = None
    error: str | None = None
    issuer: str | None = None


class BeginSignIn:
    """Sends a browser to the provider."""

    def __init__(self, provider: IdentityProvider) -> None:
        self._provider = provider

    async def execute(self, return_to: str, redirect_uri: str) -> tuple[str, Attempt]:
        """Where the browser goes, and what it has to keep until it comes back. Raises `Unavailable`."""
        attempt = Attempt.begun(return_to, time.time())
        address = await self._provider.authorization_url(
            redirect_uri=redirect_uri, state=attempt.state, nonce=attempt.nonce, challenge=attempt.challenge
        )
        return address, attempt


class FinishSignIn:
    """Lets in whom the provider vouches for."""

    def __init__(self, provider: IdentityProvider, issue_sign_in: IssueSignIn) -> None:
        self._provider = provider
        self._issue_sign_in = issue_sign_in

    async def execute(self, returned: Returned, redirect_uri: str) -> tuple[Issued, Principal, str]:
        """A cookie, for whom, and the path to go on at. Raises `SignInFailed`, `Unavailable`."""
        attempt = Attempt.kept(returned.cookie or "")
        if attempt is None or not hmac.compare_digest(attempt.state.encode(), (returned.state or "").encode()):
            raise SignInFailed("sign_in_expired", "it was not begun in this browser")
        if time.time() > attempt.ends_at:
            raise SignInFailed("sign_in_expired", "it took too long")
        if not returned.code or len(returned.code) > CODE_LIMIT:
            raise SignInFailed("sign_in_refused", f"the provider gave no code: {_word(returned.error)}")
        who = await self._provider.redeem(
            returned.code, redirect_uri=redirect_uri, verifier=attempt.verifier, nonce=attempt.nonce, issuer=returned.issuer
        )
        return await self._issue_sign_in.cookie(who), who, attempt.return_to


def own_path(path: str) -> str:
    """The path, if it is one of this server's pages, else the first page. Browsers read `//x`, `/\\x` and paths with tabs in them as other servers."""
    return path if len(path) <= PATH_LIMIT and _PATH.fullmatch(path) and not path.startswith("/api/") else "/"


def _word(error: str | None) -> str:
    """A provider's error code (RFC 6749 §4.1.2.1), if it looks like one: it came by way of the browser."""
    return error if error and len(error) <= PATH_LIMIT and error.isidentifier() else "and did not say why"


def _spelled(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
