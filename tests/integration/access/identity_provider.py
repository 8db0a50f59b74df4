"""An identity provider: real keys, real tokens, its key set and the authorization code flow over real HTTP on this machine. It can also sign what it should not.

`python -m tests.integration.access.identity_provider REDIRECT_URI` runs one until SIGTERM, for tests in a browser: it prints `listening on ` and its address.
"""

import json
import signal
import sys
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.integration.access.code_flow import CLIENT_ID, Asked, BadRequest, CodeFlow

AUDIENCE = "chatbot"
Claims = dict[str, Any]
Jwk = dict[str, Any]


class IdentityProvider:
    """`url` is the issuer. `jwks` is what it publishes, and may be changed; `asked` counts requests by path; `down` makes it fail.

    `flow` is where people sign in; `id_token` makes what they get, and `discovery` is added to the document.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[str] = []
        self.down = False
        self.body: bytes | None = None
        self.rsa = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.flow = CodeFlow()
        self.id_token: Callable[[Asked], str] = self.good_id_token
        self.discovery: Mapping[str, object] = {}
        self.jwks: list[Jwk] = [published("rsa-1", self.rsa), {**published("ec-1", self.ec), "alg": "ES256"}]

    def claims(self, **changes: Any) -> Claims:
        """What a good token says; None leaves a claim out."""
        now = int(time.time())
        usual: Claims = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "exp": now + 600, "iat": now, "name": "Ada"}
        return {name: value for name, value in {**usual, **changes}.items() if value is not None}

    def token(self, **changes: Any) -> str:
        """A good token, but for the changes."""
        return jwt.encode(self.claims(**changes), self.rsa, "RS256", {"kid": "rsa-1"})

    def good_id_token(self, asked: Asked, **changes: Any) -> str:
        """What the client gets for a code, but for the changes."""
        return self.token(**{"aud": CLIENT_ID, "sub": asked.subject, "name": asked.subject.title(), "nonce": asked.nonce, **changes})

    def document(self) -> dict[str, object]:
        """The discovery document."""
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys", "end_session_endpoint": "end"}
        return {"issuer": self.url, **{name: f"{self.url}/{path}" for name, path in places.items()}, **self.discovery}

    @property
    def public_pem(self) -> bytes:
        return self.rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def published(key_id: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> Jwk:
    """The public half, as key sets show it."""
    if isinstance(key, rsa.RSAPrivateKey):
        described: Jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        described = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**described, "kid": key_id, "use": "sig"}


def spelled(part: object) -> str:
    """A part of a token, as it is written on the wire."""
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@contextmanager
def identity_provider() -> Generator[IdentityProvider]:
    """One that answers, on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            provider.asked.append(path)
            if path == "/authorize":
                try:
                    self._answer(200, provider.flow.page(query).encode(), "text/html")
                except BadRequest as error:
                    self._answer(400, str(error).encode(), "text/plain")
            elif path == "/end":
                self._answer(200, provider.flow.signed_out(query).encode(), "text/html")
            elif path == "/continue":
                self._answer(302, b"", "text/plain", provider.flow.onward(query))
            else:
                documents: dict[str, object] = {"/.well-known/openid-configuration": provider.document(), "/keys": {"keys": provider.jwks}}
                body = provider.body if provider.body is not None else json.dumps(documents.get(path)).encode()
                self._answer(503 if provider.down else 200, body, "application/json")

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            try:
                answer = {
                    "id_token": provider.id_token(provider.flow.redeemed(body, self.headers["Authorization"])),
                    "token_type": "Bearer",
                }
                self._answer(503 if provider.down else 200, json.dumps(answer).encode(), "application/json")
            except BadRequest as error:
                self._answer(400, json.dumps({"error": str(error)}).encode(), "application/json")

        def _answer(self, status: int, body: bytes, media_type: str, location: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nobody wants to read it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = IdentityProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main() -> None:
    with identity_provider() as provider:
        provider.flow.redirect_uris.update(sys.argv[1:])
        print(f"listening on {provider.url}", flush=True)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
