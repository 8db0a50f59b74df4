"""Keys and tokens, as an attacker would try them. All refused in the same words, all in the log, and no secret anywhere in it."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.integration.access.conftest import Place
from tests.integration.access.identity_provider import IdentityProvider, published, spelled
from tests.integration.serving import assert_problem, assert_quiet

REFUSAL = "The key or token is not valid, or not any more."
STRANGER = rsa.generate_private_key(public_exponent=65_537, key_size=2048)


def ask(place: Place, token: str) -> httpx.Response:
    return place.anonymous.get("/api/session", headers={"Authorization": f"Bearer {token}"})


# -- API keys --------------------------------------------------------------------------------------------------------------------------


def changed(key: str) -> str:
    return key[:-1] + ("A" if key[-1] != "A" else "B")


KEYS: dict[str, Callable[[Place], str]] = {
    "wrong secret": lambda place: changed(place.ada.key),
    "another's id with one's own secret": lambda place: "_".join([*place.ada.key.split("_", 2)[:2], place.eve.key.split("_", 2)[2]]),
    "unknown id": lambda place: f"ck_aaaaaaaaaa_{'A' * 43}",
    "without its prefix": lambda place: place.ada.key.removeprefix("ck_"),
    "cut off": lambda place: place.ada.key[:-1],
    "made longer": lambda place: place.ada.key + "A",
    "upper case": lambda place: place.ada.key.upper(),
    "the digest itself": lambda place: (
        f"ck_{place.ada.key.split('_')[1]}_{hashlib.sha256(place.ada.key.split('_', 2)[2].encode()).hexdigest()[:43]}"
    ),
    "SQL": lambda place: "ck_' OR '1'='1_" + "A" * 43,
    "very long": lambda place: "ck_" + "a" * 20_000,
    "nothing much": lambda place: "x",
}


@pytest.mark.parametrize("attack", KEYS)
def test_what_is_no_key_is_refused_in_the_same_words(place: Place, attack: str) -> None:
    refused = ask(place, KEYS[attack](place))
    assert_problem(refused, 401, "invalid_credentials")
    assert refused.json()["error"]["message"] == REFUSAL
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "{key}", "Token {key}", "Bearer\t{key}"])
def test_a_key_is_a_bearer_token_or_nothing(place: Place, header: str) -> None:
    answer = place.anonymous.get("/api/session", headers={"Authorization": header.replace("{key}", place.ada.key)})
    assert_problem(answer, 401, "invalid_credentials")


def test_a_key_in_the_address_is_no_key(place: Place) -> None:
    for name in ("key", "api_key", "token", "access_token", "ticket", "Authorization"):
        assert_problem(place.anonymous.get("/api/session", params={name: place.ada.key}), 401, "authentication_required")


def test_a_revoked_key_ends_at_once_with_its_cookies_and_tickets(place: Place) -> None:
    key = place.keys("create", "--user", str(place.ada.user_id), "--name", "to be revoked")
    bearer = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=place.url, timeout=10) as browser:
        browser.post("/api/session", headers=bearer).raise_for_status()
        ticket = place.anonymous.post("/api/tickets", headers=bearer, json={"run_id": place.ada.run}).raise_for_status().json()["ticket"]
        events = f"/api/runs/{place.ada.run}/events"
        assert browser.get("/api/session").status_code == 200
        assert place.anonymous.get(events, params={"ticket": ticket}).status_code == 200
        listed = place.keys("list")
        assert "to be revoked" in listed
        assert key.split("_", 2)[2] not in listed
        assert "worthless" in place.keys("revoke", key.split("_")[1])
        assert_problem(ask(place, key), 401, "invalid_credentials")
        assert_problem(browser.get("/api/session"), 401, "invalid_credentials")
        assert_problem(place.anonymous.get(events, params={"ticket": ticket}), 401, "invalid_credentials")
    assert "revoked" in place.keys("list")
    assert place.ada.client.get("/api/session").status_code == 200


# -- tokens ----------------------------------------------------------------------------------------------------------------------------


def unsigned(provider: IdentityProvider, algorithm: str) -> str:
    return f"{spelled({'alg': algorithm, 'kid': 'rsa-1', 'typ': 'JWT'})}.{spelled(provider.claims())}."


def signed_with_public_key(provider: IdentityProvider, secret: bytes) -> str:
    """The old confusion: the public key, which everybody has, as the secret of an HMAC."""
    head = f"{spelled({'alg': 'HS256', 'kid': 'rsa-1', 'typ': 'JWT'})}.{spelled(provider.claims())}"
    signature = hmac.new(secret, head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def with_own_key_in_the_header(provider: IdentityProvider, **header: object) -> str:
    return jwt.encode(provider.claims(), STRANGER, "RS256", {"kid": "rsa-1", **header})


def tampered(token: str) -> str:
    head, _, signature = token.split(".")
    return ".".join([head, spelled({"iss": "x", "aud": "chatbot", "sub": "root", "exp": int(time.time()) + 600}), signature])


TOKENS: dict[str, Callable[[IdentityProvider], str]] = {
    "expired": lambda p: p.token(exp=int(time.time()) - 60),
    "never expires": lambda p: p.token(exp=None),
    "not yet": lambda p: p.token(nbf=int(time.time()) + 600),
    "from the future": lambda p: p.token(iat=int(time.time()) + 600),
    "wrong audience": lambda p: p.token(aud="another-service"),
    "no audience": lambda p: p.token(aud=None),
    "audience in part": lambda p: p.token(aud="chatbot-admin"),
    "wrong issuer": lambda p: p.token(iss="https://evil.example.com"),
    "issuer with a slash more": lambda p: p.token(iss=p.url + "/"),
    "no issuer": lambda p: p.token(iss=None),
    "no subject": lambda p: p.token(sub=None),
    "empty subject": lambda p: p.token(sub=""),
    "subject with a line break": lambda p: p.token(sub="ada\nroot"),
    "endless subject": lambda p: p.token(sub="a" * 300),
    "alg none": lambda p: unsigned(p, "none"),
    "alg None": lambda p: unsigned(p, "None"),
    "HMAC with the public key as PEM": lambda p: signed_with_public_key(p, p.public_pem),
    "HMAC with the public key as JWK": lambda p: signed_with_public_key(p, json.dumps(p.jwks[0]).encode()),
    "HMAC with nothing": lambda p: signed_with_public_key(p, b""),
    "signed by somebody else": lambda p: jwt.encode(p.claims(), STRANGER, "RS256", {"kid": "rsa-1"}),
    "unknown key": lambda p: jwt.encode(p.claims(), p.rsa, "RS256", {"kid": "rsa-9"}),
    "no key id": lambda p: jwt.encode(p.claims(), p.rsa, "RS256"),
    "key of another kind": lambda p: jwt.encode(p.claims(), p.ec, "ES256", {"kid": "rsa-1"}),
    "ES384 with the key of ES256": lambda p: jwt.encode(p.claims(), ec.generate_private_key(ec.SECP384R1()), "ES384", {"kid": "ec-1"}),
    "own key in the header": lambda p: with_own_key_in_the_header(p, jwk=published("rsa-1", STRANGER)),
    "own key set in the header": lambda p: with_own_key_in_the_header(p, jku="https://evil.example.com/keys"),
    "own certificate in the header": lambda p: with_own_key_in_the_header(p, x5u="https://evil.example.com/cert"),
    "key id as a path": lambda p: jwt.encode(p.claims(), p.rsa, "RS256", {"kid": "../../etc/passwd"}),
    "critical and unknown": lambda p: jwt.encode(p.claims(), p.rsa, "RS256", {"kid": "rsa-1", "crit": ["x"], "x": 1}),
    "changed claims": lambda p: tampered(p.token()),
    "no signature": lambda p: p.token().rpartition(".")[0] + ".",
    "two dots": lambda p: "..",
    "no base64": lambda p: "a.b!.c",
    "no JSON": lambda p: f"{base64.urlsafe_b64encode(b'[[[').decode()}.e30.e30",
    "deep JSON": lambda p: f"{base64.urlsafe_b64encode(b'[' * 6_000).decode().rstrip('=')}.e30.e30",
    "too long": lambda p: p.token(padding="x" * 20_000),
}


@pytest.mark.parametrize("attack", TOKENS)
def test_what_is_no_token_for_us_is_refused_in_the_same_words(place: Place, attack: str) -> None:
    refused = ask(place, TOKENS[attack](place.provider))
    assert_problem(refused, 401, "invalid_credentials")
    assert refused.json()["error"]["message"] == REFUSAL


def test_a_token_makes_a_user_at_first_sight_and_is_the_same_user_ever_after(place: Place) -> None:
    with_rsa = ask(place, place.provider.token(sub="grace")).raise_for_status().json()
    with_ec = (
        ask(place, jwt.encode(place.provider.claims(sub="grace"), place.provider.ec, "ES256", {"kid": "ec-1"})).raise_for_status().json()
    )
    somebody_else = ask(place, place.provider.token(sub="Grace")).raise_for_status().json()
    several = ask(place, place.provider.token(sub="grace", aud=["x", "chatbot"])).raise_for_status().json()
    assert with_rsa["scope"] == "user"
    assert with_rsa["user_id"] == with_ec["user_id"] == several["user_id"]
    assert somebody_else["user_id"] != with_rsa["user_id"]
    assert with_rsa["user_id"] not in (place.ada.user_id, place.eve.user_id)  # the subject `ada` is not the Ada of a key


def test_a_token_makes_nobody_an_admin(place: Place) -> None:
    token = place.provider.token(sub="mallory", scope="admin", roles=["admin"], admin=True, user_id=place.ada.user_id)
    headers = {"Authorization": f"Bearer {token}"}
    assert_problem(place.anonymous.get("/metrics", headers=headers), 403, "admin_required")
    assert_problem(place.anonymous.get(f"/api/threads/{place.ada.thread}", headers=headers), 404, "thread_not_found")


def test_a_cookie_for_a_token_does_not_outlive_it(place: Place) -> None:
    token = place.provider.token(exp=int(time.time()) + 90)
    opened = place.anonymous.post("/api/session", headers={"Authorization": f"Bearer {token}"}).raise_for_status()
    place.anonymous.cookies.clear()
    assert "Max-Age=8" in opened.headers["set-cookie"]  # eighty-some of the ninety seconds, where twelve hours are usual


def test_invented_key_ids_do_not_make_us_hammer_the_provider(place: Place) -> None:
    ask(place, place.provider.token())
    before = len(place.provider.asked)
    for number in range(30):
        assert (
            ask(place, jwt.encode(place.provider.claims(), place.provider.rsa, "RS256", {"kid": f"invented-{number}"})).status_code == 401
        )
    assert len(place.provider.asked) - before <= 2


# -- afterwards ------------------------------------------------------------------------------------------------------------------------


def test_every_refusal_is_in_the_log_and_no_secret_is(place: Place) -> None:
    revoked = place.keys("create", "--user", str(place.ada.user_id))
    place.keys("revoke", revoked.split("_")[1])
    shown = [revoked, *(attack(place) for attack in KEYS.values()), *(attack(place.provider) for attack in TOKENS.values())]
    assert {ask(place, token).status_code for token in shown} == {401}
    log = place.process.output
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    refused = [line for line in lines if line["event"] == "Somebody was not let in"]
    assert len(refused) >= len(shown)
    assert all({"address", "code", "path", "request_id"} <= set(line) for line in refused)
    assert {"unknown key", "wrong secret", "revoked"} <= {line.get("reason") for line in lines if line["event"] == "An API key was refused"}
    reasons = {line["reason"] for line in lines if line["event"] == "A token was refused"}
    assert {
        "ExpiredSignatureError",
        "InvalidAudienceError",
        "InvalidIssuerError",
        "InvalidAlgorithmError",
        "InvalidSignatureError",
    } <= reasons
    for person in (place.ada, place.eve, place.admin):
        assert person.key.split("_", 2)[2] not in log
    for token in shown:
        for part in token.replace("_", ".").split("."):
            assert len(part) < 20 or part[:60] not in log
    assert_quiet(place.process)
