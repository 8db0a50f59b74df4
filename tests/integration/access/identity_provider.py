"""An identity provider: real keys, real tokens, and its key set over real HTTP on this machine. It can also sign what it should not."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "chatbot"
Claims = dict[str, Any]
Jwk = dict[str, Any]


class IdentityProvider:
    """`url` is the issuer. `jwks` is what it publishes, and may be changed; `asked` counts requests by path; `down` makes it fail."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[str] = []
        self.down = False
        self.body: bytes | None = None
        self.rsa = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.jwks: list[Jwk] = [published("rsa-1", self.rsa), {**published("ec-1", self.ec), "alg": "ES256"}]

    def claims(self, **changes: Any) -> Claims:
        """What a good token says; None leaves a claim out."""
        now = int(time.time())
        usual: Claims = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "exp": now + 600, "iat": now, "name": "Ada"}
        return {name: value for name, value in {**usual, **changes}.items() if value is not None}

    def token(self, **changes: Any) -> str:
        """A good token, but for the changes."""
        return jwt.encode(self.claims(**changes), self.rsa, "RS256", {"kid": "rsa-1"})

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
            provider.asked.append(self.path)
            documents: dict[str, object] = {
                "/.well-known/openid-configuration": {"issuer": provider.url, "jwks_uri": f"{provider.url}/keys"},
                "/keys": {"keys": provider.jwks},
            }
            body = provider.body if provider.body is not None else json.dumps(documents.get(self.path)).encode()
            self.send_response(503 if provider.down else 200)
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
