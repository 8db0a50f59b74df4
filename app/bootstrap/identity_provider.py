"""The identity provider that the settings name: whose tokens are believed, and how one signs in with it. `access.py` imports this if it is needed."""

import time
from urllib.parse import urlsplit

from app.application.access.provider_sign_in import BeginSignIn, FinishSignIn
from app.application.access.sign_ins import IssueSignIn
from app.application.ports import Authenticator, Transactions
from app.application.use_cases import ProviderSignIn
from app.infrastructure.auth.jwks import ProviderKeys
from app.infrastructure.auth.jwt import Expected, JwtAuthenticator, KnownUsers, TokenVerifier
from app.infrastructure.auth.openid_connect import Client, OpenIdProvider
from app.infrastructure.auth.provider_document import Discovery
from app.settings import Settings, names


def make_jwt_authenticator(settings: Settings, transactions: Transactions, others: Authenticator) -> JwtAuthenticator:
    """Believes the provider's tokens for this service; what is no token is for `others`."""
    assert settings.jwt_issuer
    assert settings.jwt_audience
    return JwtAuthenticator(_verifier(settings, settings.jwt_audience), KnownUsers(settings.jwt_issuer, transactions), others)


def make_provider_sign_in(settings: Settings, transactions: Transactions, issue_sign_in: IssueSignIn) -> ProviderSignIn:
    """Signing in as the client OIDC_CLIENT_ID."""
    assert settings.jwt_issuer
    assert settings.oidc_client_id
    issuer, secret = settings.jwt_issuer, settings.oidc_client_secret
    provider = OpenIdProvider(
        settings.oidc_name or urlsplit(issuer).hostname or issuer,
        issuer,
        Client(settings.oidc_client_id, secret.get_secret_value() if secret else None, settings.oidc_scopes),
        Discovery(issuer, time.monotonic),
        _verifier(settings, settings.oidc_client_id),
        KnownUsers(issuer, transactions),
    )
    return ProviderSignIn(provider, BeginSignIn(provider), FinishSignIn(provider, issue_sign_in))


def _verifier(settings: Settings, audience: str) -> TokenVerifier:
    """Of tokens that JWT_ISSUER made for an audience."""
    assert settings.jwt_issuer
    algorithms = names(settings.jwt_algorithms)
    keys = ProviderKeys(settings.jwt_issuer, settings.jwt_jwks_url, algorithms, time.monotonic)
    return TokenVerifier(Expected(settings.jwt_issuer, audience, algorithms), keys)
