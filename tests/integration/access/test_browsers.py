"""What a browser may be made to do: cookies, origins, hosts, policies. The attacker here owns a page that the victim has open."""

import re
from collections.abc import Generator

import httpx
import pytest
from sqlalchemy import URL

from tests.integration.access.conftest import FRIEND, Place
from tests.integration.serving import assert_problem, assert_quiet, serving
from tests.processes import Process


@pytest.fixture
def browser(place: Place) -> Generator[httpx.Client]:
    """Ada's browser, signed in."""
    with httpx.Client(base_url=place.url, timeout=10) as client:
        client.post("/api/session", headers=place.ada.bearer).raise_for_status()
        yield client


def rename(client: httpx.Client, place: Place, **headers: str) -> httpx.Response:
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.patch(f"/api/threads/{place.ada.thread}", json={"title": "Renamed"}, headers=spelled)


# -- the cookie ------------------------------------------------------------------------------------------------------------------------


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(place: Place) -> None:
    with httpx.Client(base_url=place.url) as client:
        answer = client.post("/api/session", headers=place.ada.bearer).raise_for_status()
        attributes = {part.strip().partition("=")[0].lower() for part in answer.headers["set-cookie"].split(";")[1:]}
        assert {"httponly", "samesite", "path", "max-age"} <= attributes
        assert "SameSite=lax" in answer.headers["set-cookie"]
        assert "domain" not in attributes
        assert place.ada.key.split("_", 2)[2] not in answer.headers["set-cookie"]
        session = client.get("/api/session").json()
        assert (session["user_id"], session["name"]) == (place.ada.user_id, "Ada")
        assert client.get(f"/api/threads/{place.ada.thread}").status_code == 200


def test_signing_out_makes_every_copy_of_the_cookie_worthless(place: Place, browser: httpx.Client) -> None:
    stolen = dict(browser.cookies)
    out = browser.delete("/api/session", headers={"Origin": place.url})
    assert out.status_code == 204
    assert not browser.cookies
    for name, value in stolen.items():
        answer = place.anonymous.get("/api/session", headers={"Cookie": f"{name}={value}"})
        assert_problem(answer, 401, "invalid_credentials")


@pytest.mark.parametrize("value", ["", "x", "A" * 43, "%00", "../../etc/passwd", "a" * 4_000])
def test_an_invented_cookie_is_refused(place: Place, value: str) -> None:
    assert place.anonymous.get("/api/session", headers={"Cookie": f"chatbot={value}"}).status_code == 401


def test_a_cookie_of_another_name_is_not_looked_at(place: Place, browser: httpx.Client) -> None:
    """A subdomain may plant cookies for its parents; the prefixed name counts over TLS only, where browsers guard it."""
    (token,) = browser.cookies.values()
    assert_problem(place.anonymous.get("/api/session", headers={"Cookie": f"__Host-chatbot={token}"}), 401, "authentication_required")


# -- origins ---------------------------------------------------------------------------------------------------------------------------


def test_the_own_page_and_a_friend_may_write_with_the_cookie(place: Place, browser: httpx.Client) -> None:
    for headers in ({"Origin": place.url}, {"Sec_Fetch_Site": "same-origin", "Origin": place.url}, {"Origin": FRIEND}):
        assert rename(browser, place, **headers).status_code == 200


FOREIGN = [
    "null",
    "https://evil.example.com",
    "https://friend.example.com.evil.com",
    "https://evil-friend.example.com",
    "https://sub.friend.example.com",
    "https://FRIEND.example.com",
    "http://friend.example.com",
    "https://friend.example.com:8443",
    "https://friend.example.com/",
    "https://friend.example.com@evil.example.com",
    "{own}.evil.example.com",
    "{own}/",
    "{own}@evil.example.com",
    "http://evil@{host}",
    "{host}",
    "file://",
    "http://127.0.0.1",
    "http://localhost:{port}",
    "{own}0",
    "http://[::1",
    "javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("spelled", FOREIGN)
def test_no_other_page_may_write(place: Place, browser: httpx.Client, spelled: str) -> None:
    """Neither with the cookie, nor without: with AUTH_MODE=off there would be nothing else in its way."""
    host = place.url.removeprefix("http://")
    origin = spelled.format(own=place.url, host=host, port=host.partition(":")[2])
    assert_problem(rename(browser, place, Origin=origin), 403, "origin_refused")
    assert_problem(rename(place.anonymous, place, Origin=origin), 403, "origin_refused")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "SAME-ORIGIN", "x", ""])
def test_a_browser_that_says_it_is_elsewhere_may_not_write(place: Place, browser: httpx.Client, site: str) -> None:
    for headers in ({"Sec_Fetch_Site": site}, {"Sec_Fetch_Site": site, "Origin": place.url}):
        assert_problem(rename(browser, place, **headers), 403, "origin_refused")


def test_a_cookie_without_a_word_of_where_it_comes_from_does_not_write(place: Place, browser: httpx.Client) -> None:
    assert_problem(rename(browser, place), 403, "origin_refused")
    assert rename(place.ada.client, place).status_code == 200  # a program with its key says nothing of pages


def test_cookies_are_for_pages_that_are_named(place: Place) -> None:
    def preflight(origin: str) -> httpx.Response:
        headers = {"Origin": origin, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "content-type"}
        return place.anonymous.options(f"/api/threads/{place.ada.thread}", headers=headers)

    allowed = preflight(FRIEND)
    assert allowed.headers["access-control-allow-origin"] == FRIEND
    assert allowed.headers["access-control-allow-credentials"] == "true"
    for origin in ("https://evil.example.com", "null", FRIEND.upper(), f"{FRIEND}.evil.com"):
        assert "access-control-allow-origin" not in preflight(origin).headers
        read = place.ada.client.get(f"/api/threads/{place.ada.thread}", headers={"Origin": origin})
        assert "access-control-allow-origin" not in read.headers


# -- hosts -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example.com", "127.0.0.1.evil.example.com", "localhost.evil.example.com", "127.0.0.1@evil.com", "", "127.1"]
)
def test_another_name_for_this_machine_is_refused(place: Place, host: str) -> None:
    """A page whose name was pointed at 127.0.0.1 afterwards is of the same origin as we are, to its browser."""
    for path in ("/", "/api/session", "/health"):
        assert_problem(place.anonymous.get(path, headers={"Host": host}), 421, "host_refused")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"])
def test_the_names_of_this_machine_are_known(place: Place, host: str) -> None:
    assert place.anonymous.get("/health", headers={"Host": host}).status_code == 200


# -- what answers carry ----------------------------------------------------------------------------------------------------------------


def test_every_answer_says_what_a_browser_may_do_with_it(place: Place) -> None:
    answers = [
        place.anonymous.get(path) for path in ("/", "/health", "/docs", "/openapi.json", "/api/session", "/nowhere", "/api/threads/x")
    ]
    answers += [
        place.ada.client.get(f"/api/runs/{place.ada.run}/events"),
        place.ada.client.get(place.ada.client.get("/api/cvs").json()["cvs"][0]["pdf_url"]),
        place.anonymous.get("/", headers={"Host": "evil.example.com"}),
        place.anonymous.post("/api/threads", content=b"x" * 300_000),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors" in answer.headers["content-security-policy"]
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert "server" not in answer.headers
    assert place.ada.client.get(f"/api/threads/{place.ada.thread}").headers["cache-control"] == "no-store"


def test_the_page_runs_under_a_policy_without_inline_scripts(place: Place) -> None:
    page = place.anonymous.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy
    assert "unsafe-eval" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|javascript:", page.text)
    for source in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert not source.startswith(("http", "//"))


@pytest.mark.parametrize("address", ["/docs", "/redoc"])
def test_the_reference_runs_under_a_policy_without_inline_scripts_and_names_no_other_host(place: Place, address: str) -> None:
    page = place.anonymous.get(address)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; " in policy
    for text in (page.text, policy):
        assert "//" not in text, "no host at all"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|javascript:", page.text)


# -- behind a proxy that speaks TLS ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def behind_proxy(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Process]:
    settings = {"TRUSTED_PROXIES": "127.0.0.1", "ALLOWED_HOSTS": "chat.example.com", "RATE_LIMIT_ADDRESS": "5/minute"}
    with serving(cluster, template, tmp_path_factory.mktemp("proxied"), **settings) as process:
        yield process


def test_over_tls_browsers_are_told_to_stay_there_and_plain_pages_may_not_write(behind_proxy: Process) -> None:
    tls = {"Host": "chat.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.1"}
    with httpx.Client(base_url=behind_proxy.url, headers=tls) as client:
        assert client.get("/health").headers["strict-transport-security"].startswith("max-age=")
        assert client.post("/api/users", json={"name": "x"}, headers={"Origin": "https://chat.example.com"}).status_code == 201
        for origin in ("http://chat.example.com", "https://chat.example.com:8443", "https://sub.chat.example.com"):
            assert_problem(client.post("/api/users", json={"name": "x"}, headers={"Origin": origin}), 403, "origin_refused")
        assert_problem(client.get("/health", headers={"Host": "localhost"}), 421, "host_refused")


def test_an_address_is_what_the_proxy_says_not_what_the_client_says(behind_proxy: Process) -> None:
    """The client writes what it likes into X-Forwarded-For; the proxy appends where it really comes from."""
    with httpx.Client(base_url=behind_proxy.url, headers={"Host": "chat.example.com"}) as client:
        statuses = [
            client.get("/api/session", headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.99"}).status_code for number in range(8)
        ]
        assert statuses == [200] * 5 + [429] * 3
        assert client.get("/api/session", headers={"X-Forwarded-For": "203.0.113.98"}).status_code == 200


def test_addresses_of_one_ipv6_network_are_one(behind_proxy: Process) -> None:
    with httpx.Client(base_url=behind_proxy.url, headers={"Host": "chat.example.com"}) as client:
        statuses = [
            client.get("/api/session", headers={"X-Forwarded-For": f"2001:db8:1:2::{number:x}"}).status_code for number in range(1, 8)
        ]
        assert statuses == [200] * 5 + [429] * 2
        assert client.get("/api/session", headers={"X-Forwarded-For": "2001:db8:1:3::1"}).status_code == 200


def test_without_trusted_proxies_nobody_is_believed(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(cluster, template, tmp_path_factory.mktemp("direct"), RATE_LIMIT_ADDRESS="5/minute") as process:
        forged = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP")
        statuses = [
            httpx.get(
                f"{process.url}/api/session", headers={name: f"for=198.51.100.{n}" if name == "Forwarded" else f"198.51.100.{n}"}
            ).status_code
            for n, name in enumerate([*forged, "X-Forwarded-For", "X-Forwarded-For"])
        ]
        assert statuses == [200] * 5 + [429] * 2


def test_nothing_unexpected_happened(place: Place, behind_proxy: Process) -> None:
    assert_quiet(place.process)
    assert_quiet(behind_proxy)
    assert "A request was turned away" in place.process.output
