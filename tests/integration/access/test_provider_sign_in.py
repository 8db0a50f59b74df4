"""Signing in with an identity provider, as its users do it and as attackers would try it: against a real server, a real provider, over real HTTP."""

import hmac
import json
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import URL

from app.application.access.provider_sign_in import Attempt, own_path
from app.domain.chat.errors import SignInFailed, Unavailable
from app.infrastructure.auth.jwks import ProviderKeys
from app.infrastructure.auth.jwt import Expected, KnownUsers, TokenVerifier
from app.infrastructure.auth.openid_connect import Client, OpenIdProvider
from app.infrastructure.auth.provider_document import Discovery
from app.infrastructure.memory.database import MemoryDatabase
from app.infrastructure.memory.unit_of_work import MemoryTransactions
from tests.integration.access.code_flow import CLIENT_ID, SECRET, Asked
from tests.integration.access.conftest import Place
from tests.integration.access.identity_provider import AUDIENCE, IdentityProvider, identity_provider, spelled
from tests.integration.serving import OFFLINE, assert_problem, assert_quiet, copy_of
from tests.processes import Process, Processes

CALLBACK = "/api/sign-in/callback"
ATTEMPT, SESSION = "chatbot-sign-in", "chatbot"
NAME = "Example Corp"


@dataclass
class Service:
    process: Process
    provider: IdentityProvider
    database: URL
    clients: list[httpx.Client] = field(default_factory=list[httpx.Client])

    @property
    def url(self) -> str:
        return self.process.url

    def browser(self, headers: dict[str, str] | None = None) -> "Browser":
        self.clients.append(httpx.Client(base_url=self.url, headers=headers, timeout=15))
        return Browser(self.clients[-1])


@pytest.fixture(scope="module")
def running(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Service]:
    database = copy_of(cluster, template)
    with identity_provider() as provider:
        settings = {
            "AUTH_MODE": "jwt",
            "JWT_ISSUER": provider.url,
            "JWT_AUDIENCE": AUDIENCE,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": SECRET,
            "OIDC_NAME": NAME,
            "TRUSTED_PROXIES": "127.0.0.1",
            "ALLOWED_HOSTS": "127.0.0.1,chat.example.com",
            "LOG_LEVEL": "DEBUG",
            "LOG_FORMAT": "json",
        }
        processes = Processes(database, tmp_path_factory.mktemp("sign-in"), OFFLINE | settings)
        try:
            process = processes.serve()
            provider.flow.redirect_uris.update({f"{process.url}{CALLBACK}", f"https://chat.example.com{CALLBACK}"})
            yield Service(process, provider, database)
        finally:
            processes.stop()


@pytest.fixture
def service(running: Service) -> Generator[Service]:
    """The provider as it should be, before and after."""
    yield running
    for client in running.clients:
        client.close()
    running.clients.clear()
    running.provider.down, running.provider.id_token, running.provider.discovery = False, running.provider.good_id_token, {}


class Browser:
    """Somebody's browser: it keeps cookies, and goes where it is sent one step at a time."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def begin(self, return_to: str | None = None) -> str:
        """Where one is sent to sign in."""
        answer = self.client.get("/api/sign-in/start", params={"return_to": return_to} if return_to is not None else {})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def back_from(self, address: str, link: str = "Continue as Ada") -> str:
        """Through the provider's page; the address that it sends back to."""
        page = httpx.get(address)
        assert page.status_code == 200, page.text
        found = re.search(rf'href="([^"]+)">{link}<', page.text)
        assert found
        return httpx.get(httpx.URL(address).join(found[1].replace("&amp;", "&"))).headers["location"]

    def come_back(self, address: str) -> httpx.Response:
        parts = urlsplit(address)
        return self.client.get(f"{parts.path}?{parts.query}")

    def sign_in(self, link: str = "Continue as Ada", return_to: str | None = None) -> httpx.Response:
        return self.come_back(self.back_from(self.begin(return_to), link))

    def session(self) -> httpx.Response:
        return self.client.get("/api/session")


@pytest.fixture
def browser(service: Service) -> Browser:
    return service.browser()


def assert_failed(answer: httpx.Response, word: str, browser: Browser) -> None:
    """Back on the page, with a word, and nobody is signed in."""
    assert (answer.status_code, answer.headers["location"]) == (303, f"/?sign_in={word}")
    assert not [header for header in answer.headers.get_list("set-cookie") if re.match(r"(__Host-)?chatbot=", header)]
    assert browser.session().status_code == 401


# -- as it is meant --------------------------------------------------------------------------------------------------------------------


def test_signing_in_and_out(service: Service, browser: Browser) -> None:
    assert browser.client.get("/api/sign-in").json() == {"provider": {"name": NAME, "start_url": "/api/sign-in/start"}}
    answer = browser.sign_in(return_to="/chat/019aa3f2-7c1e-7d33-9f52-6a1c0f6f2b11?q=a%20b#end")
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat/019aa3f2-7c1e-7d33-9f52-6a1c0f6f2b11?q=a%20b#end")
    (cookie,) = [header for header in answer.headers.get_list("set-cookie") if header.startswith(f"{SESSION}=")]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert ATTEMPT not in browser.client.cookies, "the attempt is over"

    session = browser.session().json()
    assert (session["scope"], session["name"], session["auth"]) == ("user", "Ada", "jwt")
    bearer = {"Authorization": f"Bearer {service.provider.token(sub='ada')}"}
    assert httpx.get(f"{service.url}/api/session", headers=bearer).json()["user_id"] == session["user_id"], "one person, whichever way"

    copied = dict(browser.client.cookies)
    own_page = {"Origin": service.url}
    assert browser.client.delete("/api/session", headers=own_page).status_code == 204
    assert httpx.get(f"{service.url}/api/session", cookies=copied).status_code == 401
    left = browser.client.get(session["sign_out_url"])
    assert left.headers["location"].startswith(f"{service.provider.url}/end?")
    assert parse_qs(urlsplit(left.headers["location"]).query) == {
        "client_id": [CLIENT_ID],
        "post_logout_redirect_uri": [f"{service.url}/"],
    }


def test_two_people_are_two_users_and_see_their_own(service: Service) -> None:
    ada, eve = service.browser(), service.browser()
    ada.sign_in()
    eve.sign_in("Continue as Eve")
    users = [browser.session().json()["user_id"] for browser in (ada, eve)]
    assert users[0] != users[1]
    assert_problem(eve.client.get(f"/api/users/{users[0]}/threads"), 404, "user_not_found")


def test_over_tls_the_cookies_are_this_hosts_alone(service: Service) -> None:
    browser = service.browser({"Host": "chat.example.com", "X-Forwarded-Proto": "https"})
    started = browser.client.get("/api/sign-in/start")
    assert parse_qs(urlsplit(started.headers["location"]).query)["redirect_uri"] == [f"https://chat.example.com{CALLBACK}"]
    attempt = started.headers["set-cookie"]
    assert attempt.startswith("__Host-chatbot-sign-in=")
    back = urlsplit(browser.back_from(started.headers["location"]))
    cookie = {"Cookie": attempt.partition(";")[0]}
    finished = browser.client.get(f"{back.path}?{back.query}", headers=cookie)
    (session,) = [header for header in finished.headers.get_list("set-cookie") if header.startswith("__Host-chatbot=")]
    for header in (attempt, session):
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in header.split(";")}
        assert "domain" not in header.lower()


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
async def test_the_client_says_who_it_is_as_the_provider_wants_it(method: str) -> None:
    with identity_provider() as provider:
        provider.flow.method = method
        provider.flow.redirect_uris.add("http://127.0.0.1/callback")
        if method == "client_secret_post":
            provider.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"]}
        keys = ProviderKeys(provider.url, None, ("RS256",), time.monotonic)
        asked = OpenIdProvider(
            NAME,
            provider.url,
            Client(CLIENT_ID, None if method == "none" else SECRET, "openid"),
            Discovery(provider.url, time.monotonic),
            TokenVerifier(Expected(provider.url, CLIENT_ID, ("RS256",)), keys),
            KnownUsers(provider.url, MemoryTransactions(MemoryDatabase())),
        )
        attempt = Attempt.begun("/", time.time())
        there = {"redirect_uri": "http://127.0.0.1/callback"}
        address = await asked.authorization_url(**there, state=attempt.state, nonce=attempt.nonce, challenge=attempt.challenge)
        ticket = re.findall(r"ticket=([^&]+)&amp;as=ada", provider.flow.page(urlsplit(address).query))[0]
        onward = provider.flow.onward(urlencode({"ticket": ticket, "as": "ada"}))
        code = parse_qs(urlsplit(onward).query)["code"][0]
        who = await asked.redeem(code, **there, verifier=attempt.verifier, nonce=attempt.nonce, issuer=provider.url)
        assert who.user_id == 1
        with pytest.raises(SignInFailed, match="invalid_grant"):
            await asked.redeem(code, **there, verifier=attempt.verifier, nonce=attempt.nonce, issuer=None)


# -- states that are not this browser's ------------------------------------------------------------------------------------------------


def test_a_state_that_was_made_up_is_worth_nothing(service: Service, browser: Browser) -> None:
    for state in ("", "x" * 43, "é"):
        assert_failed(browser.client.get(CALLBACK, params={"state": state, "code": "x"}), "expired", browser)
    real = urlsplit(browser.back_from(browser.begin()))
    without_cookie = service.browser()
    assert_failed(without_cookie.client.get(f"{real.path}?{real.query}"), "expired", without_cookie)
    for states in (["x" * 43], list[str]()):
        query = urlencode({**parse_qs(real.query), "state": states}, doseq=True)
        assert_failed(browser.client.get(f"{real.path}?{query}"), "expired", browser)
    assert browser.come_back(real.geturl()).headers["location"] == "/", "the true one still works"
    assert browser.session().status_code == 200


def test_nobody_is_signed_in_as_somebody_else_by_a_link(service: Service) -> None:
    """Eve sends Ada the address that would sign Eve in: Ada would then write her secrets into Eve's conversations."""
    ada, eve = service.browser(), service.browser()
    trap = eve.back_from(eve.begin(), "Continue as Eve")
    assert_failed(ada.come_back(trap), "expired", ada)
    ada.begin()  # also while she is signing in herself
    assert_failed(ada.come_back(trap), "expired", ada)


def test_a_code_of_another_browser_is_refused_by_the_provider(service: Service) -> None:
    """Eve has got hold of Ada's code, and puts it into an attempt of her own: state and cookie fit, the challenge does not."""
    ada, eve = service.browser(), service.browser()
    code = parse_qs(urlsplit(ada.back_from(ada.begin())).query)["code"][0]
    own = parse_qs(urlsplit(eve.begin()).query)["state"][0]
    assert_failed(eve.client.get(CALLBACK, params={"state": own, "code": code}), "refused", eve)


def test_an_address_works_once(service: Service, browser: Browser) -> None:
    back = browser.back_from(browser.begin())
    attempt = browser.client.cookies[ATTEMPT]
    assert browser.come_back(back).headers["location"] == "/"
    browser.client.cookies.delete(SESSION)
    assert_failed(browser.come_back(back), "expired", browser)
    thief = service.browser()
    thief.client.cookies.set(ATTEMPT, attempt)
    assert_failed(thief.come_back(back), "refused", thief)


def test_an_attempt_ends_and_cannot_be_made_to_last_or_to_lead_elsewhere(service: Service, browser: Browser) -> None:
    old, late = Attempt.begun("/", time.time() - 601), service.browser()
    late.client.cookies.set(ATTEMPT, old.cookie)
    assert_failed(late.client.get(CALLBACK, params={"state": old.state, "code": "x"}), "expired", late)
    real = urlsplit(browser.back_from(browser.begin("/chat")))
    kept = Attempt.kept(browser.client.cookies[ATTEMPT])
    assert kept
    for changed in (replace(kept, ends_at=kept.ends_at + 10_000), replace(kept, return_to="/cvs")):
        other = service.browser()
        other.client.cookies.set(ATTEMPT, changed.cookie)
        assert_failed(other.client.get(f"{real.path}?{real.query}"), "expired", other)


@pytest.mark.parametrize(
    "cookie",
    ["", ".", "..", f"{'x' * 43}.1.", f"{'x' * 43}.999999999999.!", f"{'x' * 43}.-1.Lw", f"{'x' * 43}.9999999999.gICA", "x" * 4000],
)
def test_a_cookie_that_was_made_up_breaks_nothing(service: Service, browser: Browser, cookie: str) -> None:
    answer = browser.client.get(CALLBACK, params={"state": "x", "code": "x"}, headers={"Cookie": f"{ATTEMPT}={cookie}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?sign_in=expired")


# -- where one lands -------------------------------------------------------------------------------------------------------------------

ELSEWHERE = [
    "https://evil.example.com/", "//evil.example.com", "///evil.example.com", "/\\evil.example.com", "\\\\evil.example.com", "/\t/evil.example.com",
    "/\n/evil.example.com", "javascript:alert(1)", "data:text/html,x", "evil.example.com", "", " /chat", "/chat\r\nSet-Cookie: a=b", "/chat\x00", "/chat ",
    "/é", "http:/evil.example.com", "/api/sign-in/start", "/" + "x" * 600, "?x", "#x", ".", "/<script>", '/"x',
]  # fmt: skip


@pytest.mark.parametrize("path", ELSEWHERE)
def test_whoever_signs_in_lands_on_this_server(service: Service, browser: Browser, path: str) -> None:
    assert own_path(path) == "/"
    answer = browser.sign_in(return_to=path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "a=b" not in str(answer.headers)
    assert browser.session().status_code == 200


# -- ID tokens that should not be believed ---------------------------------------------------------------------------------------------


def _unsigned(provider: IdentityProvider, asked: Asked) -> str:
    claims = jwt.decode(provider.good_id_token(asked), options={"verify_signature": False})
    return f"{spelled({'alg': 'none', 'kid': 'rsa-1'})}.{spelled(claims)}."


def _by_shared_secret(secret: str, provider: IdentityProvider, asked: Asked) -> str:
    claims = jwt.decode(provider.good_id_token(asked), options={"verify_signature": False})
    header = spelled({"alg": "HS256", "kid": "rsa-1", "typ": "JWT"})
    key = provider.public_pem if secret == "public key" else secret.encode()
    signature = hmac.digest(key, f"{header}.{spelled(claims)}".encode(), "sha256")
    return f"{header}.{spelled(claims)}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _by_stranger(provider: IdentityProvider, asked: Asked) -> str:
    claims = jwt.decode(provider.good_id_token(asked), options={"verify_signature": False})
    return jwt.encode(claims, rsa.generate_private_key(public_exponent=65_537, key_size=2048), "RS256", {"kid": "rsa-1"})


def _with(provider: IdentityProvider, asked: Asked, **changes: Any) -> str:
    return provider.good_id_token(asked, **changes)


UNBELIEVABLE: dict[str, Callable[[IdentityProvider, Asked], str]] = {
    "the nonce of another attempt": partial(_with, nonce="x" * 43),
    "no nonce": partial(_with, nonce=None),
    "a nonce that is no text": partial(_with, nonce=["x"]),
    "for another client": partial(_with, aud="another-client"),
    "for the API, not for the page": partial(_with, aud=AUDIENCE),
    "for nobody": partial(_with, aud=None),
    "for several, and authorized for another": partial(_with, aud=[CLIENT_ID, "another"], azp="another"),
    "for several, without saying for whom": partial(_with, aud=[CLIENT_ID, "another"]),
    "authorized for another": partial(_with, azp="another"),
    "of another issuer": partial(_with, iss="https://evil.example.com"),
    "expired": partial(_with, exp=int(time.time()) - 3600),
    "without an end": partial(_with, exp=None),
    "without a subject": partial(_with, sub=None),
    "of tomorrow": partial(_with, iat=int(time.time()) + 86_400),
    "alg none": _unsigned,
    "signed with the public key as a secret": partial(_by_shared_secret, "public key"),
    "signed with the client's secret": partial(_by_shared_secret, SECRET),
    "signed by a stranger under a known name": _by_stranger,
    "no token": lambda _provider, _asked: "",
    "no token, but dots": lambda _provider, _asked: "..",
}


@pytest.mark.parametrize("which", UNBELIEVABLE)
def test_an_id_token_that_is_not_for_this_attempt_lets_nobody_in(service: Service, browser: Browser, which: str) -> None:
    service.provider.id_token = partial(UNBELIEVABLE[which], service.provider)
    assert_failed(browser.sign_in(), "refused", browser)
    service.provider.id_token = service.provider.good_id_token
    assert browser.sign_in().headers["location"] == "/"


def test_an_id_token_for_several_is_fine_if_it_says_that_it_is_for_us(service: Service, browser: Browser) -> None:
    service.provider.id_token = partial(_with, service.provider, aud=[CLIENT_ID, "another"], azp=CLIENT_ID)
    assert browser.sign_in().headers["location"] == "/"


def test_an_id_token_is_no_key_to_the_api(service: Service) -> None:
    token = service.provider.good_id_token(Asked("", "", "nonce", "", "ada"))
    assert_problem(httpx.get(f"{service.url}/api/session", headers={"Authorization": f"Bearer {token}"}), 401, "invalid_credentials")


def test_an_answer_of_another_provider_is_not_taken(service: Service, browser: Browser) -> None:
    """RFC 9207: the provider may say who it is beside the code."""
    for issuer, lands in (("https://evil.example.com", "/?sign_in=refused"), (service.provider.url, "/")):
        back = browser.back_from(browser.begin())
        assert browser.come_back(f"{back}&{urlencode({'iss': issuer})}").headers["location"] == lands


def test_whoever_changes_their_mind_is_told_so(service: Service, browser: Browser) -> None:
    assert_failed(browser.sign_in("Cancel"), "refused", browser)
    assert ATTEMPT not in browser.client.cookies


# -- a provider that is away, or odd ---------------------------------------------------------------------------------------------------


def test_a_provider_that_goes_away_in_between_is_told_and_comes_back(service: Service, browser: Browser) -> None:
    back = browser.back_from(browser.begin())
    service.provider.down = True
    assert_failed(browser.come_back(back), "unavailable", browser)
    service.provider.down = False
    assert browser.sign_in().headers["location"] == "/"


class Odd:
    """A server of its own for each provider that is odd from the start would take long: the adapter is asked directly."""

    def __init__(self, provider: IdentityProvider, now: list[float]) -> None:
        verifier = TokenVerifier(
            Expected(provider.url, CLIENT_ID, ("RS256",)), ProviderKeys(provider.url, None, ("RS256",), lambda: now[0])
        )
        users = KnownUsers(provider.url, MemoryTransactions(MemoryDatabase()))
        discovery = Discovery(provider.url, lambda: now[0])
        self.provider = OpenIdProvider(NAME, provider.url, Client(CLIENT_ID, SECRET, "openid"), discovery, verifier, users)

    async def begins(self) -> bool:
        try:
            await self.provider.authorization_url(redirect_uri="http://127.0.0.1/callback", state="s", nonce="n", challenge="c")
        except Unavailable as away:
            return away.code != "identity_provider_unavailable"
        return True


async def test_a_provider_that_is_odd_is_one_that_is_away() -> None:
    for odd in (
        {"issuer": "https://evil.example.com"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "http://evil.example.com/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://[evil"},
    ):
        with identity_provider() as provider:
            provider.discovery = odd
            assert not await Odd(provider, [0.0]).begins()
    for body in (b"", b"[]", b"{", b"x" * 300_000):
        with identity_provider() as provider:
            provider.body = body
            assert not await Odd(provider, [0.0]).begins()


async def test_a_provider_that_is_down_is_not_asked_by_everybody_who_waits() -> None:
    now = [0.0]
    with identity_provider() as provider:
        provider.down = True
        odd = Odd(provider, now)
        assert [await odd.begins() for _ in range(5)] == [False] * 5
        assert len(provider.asked) == 1
        provider.down = False
        now[0] += 6
        assert [await odd.begins() for _ in range(5)] == [True] * 5
        assert len(provider.asked) == 2
        now[0] += 601
        assert await odd.begins()
        assert len(provider.asked) == 3


# -- what is left of it ----------------------------------------------------------------------------------------------------------------


def test_without_a_client_there_is_nothing_to_begin(place: Place) -> None:
    assert place.anonymous.get("/api/sign-in").json() == {"provider": None}
    for path in ("start", "callback", "out"):
        assert_problem(place.anonymous.get(f"/api/sign-in/{path}"), 404, "provider_not_found")


def test_every_failure_is_in_the_log_with_its_reason_and_no_secret_is(service: Service, browser: Browser) -> None:
    back = browser.back_from(browser.begin())
    attempt = browser.client.cookies[ATTEMPT]
    browser.come_back(back)
    lines = [json.loads(line) for line in service.process.output.splitlines() if line.startswith("{")]
    failed = {line["reason"] for line in lines if line["event"] == "Signing in with the identity provider failed"}
    for word in (
        "not begun in this browser",
        "took too long",
        "access_denied",
        "invalid_grant",
        "nonce",
        "azp",
        "InvalidAudienceError",
        "ExpiredSignatureError",
    ):
        assert any(word in reason for reason in failed), (word, failed)
    assert any(line["event"] == "Somebody signed in with the identity provider" for line in lines)
    kept = Attempt.kept(attempt)
    assert kept
    with psycopg.connect(service.database.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        stored = str(connection.execute("SELECT * FROM sign_ins").fetchall())
    secrets = [
        kept.secret,
        kept.state,
        kept.nonce,
        kept.verifier,
        SECRET,
        parse_qs(urlsplit(back).query)["code"][0],
        browser.client.cookies[SESSION],
    ]
    for secret in secrets:
        assert secret not in service.process.output
        assert secret not in stored


def test_nothing_unexpected_happened(service: Service) -> None:
    assert_quiet(service.process)
