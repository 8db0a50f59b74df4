"""The identity provider for signing in: where its pages are, and what a code is worth. See `IdentityProvider`.

A code is redeemed over a connection of our own, with the client's secret if there is one; the ID token that comes back is believed by the rules of `jwt.py`,
if it is for this client and carries the nonce of this very attempt (https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation).
Made by `bootstrap/access.py`.
"""

import hmac
import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from app.application.principal import Principal
from app.domain.access.entities import Scope
from app.domain.chat.errors import SignInFailed, Unavailable
from app.infrastructure.auth.jwt import UNBELIEVABLE, KnownUsers, TokenVerifier
from app.infrastructure.auth.provider_document import Discovery, ProviderFault, Refused, read_json, talking

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Client:
    """What this service is at the provider. Without a secret it is a public client, which PKCE is made for."""

    client_id: str
    secret: str | None
    scopes: str


class OpenIdProvider:
    """See `IdentityProvider`. `verifier` expects tokens for this client."""

    def __init__(self, name: str, issuer: str, client: Client, discovery: Discovery, verifier: TokenVerifier, users: KnownUsers) -> None:
        self.name = name
        self._issuer = issuer
        self._client = client
        self._discovery = discovery
        self._verifier = verifier
        self._users = users

    async def authorization_url(self, *, redirect_uri: str, state: str, nonce: str, challenge: str) -> str:
        """See `IdentityProvider.authorization_url`."""
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": redirect_uri,
            "scope": self._client.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return str(httpx.URL(await self._endpoint("authorization_endpoint")).copy_merge_params(asked))

    async def redeem(self, code: str, *, redirect_uri: str, verifier: str, nonce: str, issuer: str | None) -> Principal:
        """See `IdentityProvider.redeem`."""
        if issuer is not None and issuer != self._issuer:
            raise SignInFailed("sign_in_refused", "another provider answered")
        token = await self._exchanged(code, redirect_uri, verifier)
        try:
            claims = await self._verifier.claims(token)
            self._check(claims, nonce)
        except UNBELIEVABLE as error:
            raise SignInFailed("sign_in_refused", f"its ID token is not to be believed: {type(error).__name__} {error}"[:200]) from None
        return Principal(Scope.USER, await self._users.user_id(claims))

    async def sign_out_url(self, back_to: str) -> str | None:
        """See `IdentityProvider.sign_out_url`. https://openid.net/specs/openid-connect-rpinitiated-1_0.html"""
        try:
            address = await self._discovery.endpoint("end_session_endpoint")
        except ProviderFault as fault:
            raise _away(fault) from fault
        if address is None:
            return None
        return str(httpx.URL(address).copy_merge_params({"client_id": self._client.client_id, "post_logout_redirect_uri": back_to}))

    async def _endpoint(self, name: str) -> str:
        try:
            address = await self._discovery.endpoint(name)
        except ProviderFault as fault:
            raise _away(fault) from fault
        if address is None:
            raise _away(ProviderFault(f"its discovery document names no {name} that can be trusted"))
        return address

    async def _exchanged(self, code: str, redirect_uri: str, verifier: str) -> str:
        """The ID token for a code. Raises `SignInFailed`, `Unavailable`."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
        address = await self._endpoint("token_endpoint")
        try:
            named, auth = self._credentials(await self._discovery.document())
            async with talking() as client:
                answer = await read_json(client, "POST", address, form=form | named, auth=auth)
        except Refused as refused:
            raise SignInFailed("sign_in_refused", str(refused)) from None
        except ProviderFault as fault:
            raise _away(fault) from fault
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInFailed("sign_in_refused", "the provider gave no ID token: is openid among the scopes?")
        return token

    def _credentials(self, document: Any) -> tuple[dict[str, str], httpx.Auth | None]:
        """How this client says who it is: in a header, unless the provider only takes forms (RFC 6749 §2.3.1)."""
        client_id, secret = self._client.client_id, self._client.secret
        if secret is None:
            return {"client_id": client_id}, None
        if "client_secret_basic" in document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            return {}, httpx.BasicAuth(quote(client_id, safe=""), quote(secret, safe=""))
        return {"client_id": client_id, "client_secret": secret}, None

    def _check(self, claims: dict[str, Any], nonce: str) -> None:
        """What an ID token has to say beyond any token. Raises `ValueError`."""
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise ValueError("nonce")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1  # pyright: ignore[reportUnknownArgumentType]
        if claims.get("azp", None if several else self._client.client_id) != self._client.client_id:
            raise ValueError("azp")


def _away(fault: ProviderFault) -> Unavailable:
    _log.warning("The identity provider cannot be asked", extra={"reason": str(fault)})
    return Unavailable("identity_provider_unavailable", "The identity provider does not answer right now. Try again in a moment.", 5.0)
