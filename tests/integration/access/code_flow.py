"""The part of the local identity provider that people meet: the authorization code flow of OpenID Connect, as strict as providers are.

A page asks whom to go on as; a code works once, for the client, address and challenge it was made for, and within a minute.
"""

import hashlib
import html
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlencode

CLIENT_ID = "chatbot-page"
SECRET = "a secret / with : signs"
CODE_SECONDS = 60

Form = dict[str, str]


class BadRequest(Exception):
    """What the provider says no to: a word of RFC 6749."""


@dataclass
class Asked:
    """One request to sign in, and then its code."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    subject: str = ""
    made_at: float = field(default_factory=time.monotonic)


class CodeFlow:
    """`redirect_uris` are registered. `method` is how the client has to say who it is: client_secret_basic, client_secret_post, or none."""

    def __init__(self) -> None:
        self.redirect_uris: set[str] = set()
        self.method = "client_secret_basic"
        self._asked: dict[str, Asked] = {}
        self._codes: dict[str, Asked] = {}

    def page(self, query: str) -> str:
        """The page of `/authorize`, with one link for each of two people and one for changing one's mind. Raises `BadRequest`."""
        form = _form(query)
        wanted = {"response_type": "code", "client_id": CLIENT_ID, "code_challenge_method": "S256"}
        if {name: form.get(name) for name in wanted} != wanted or "openid" not in form.get("scope", "").split():
            raise BadRequest("invalid_request")
        if form.get("redirect_uri") not in self.redirect_uris:
            raise BadRequest("redirect_uri is not registered")
        ticket = secrets.token_urlsafe(8)
        self._asked[ticket] = Asked(form["redirect_uri"], form["state"], form["nonce"], form["code_challenge"])
        links = [(f"Continue as {name}", {"ticket": ticket, "as": name.lower()}) for name in ("Ada", "Eve")]
        rows = [(text, f"/continue?{urlencode(query)}") for text, query in (*links, ("Cancel", {"ticket": ticket}))]
        items = "".join(f'<li><a href="{html.escape(address)}">{text}</a></li>' for text, address in rows)
        return f'<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Example Corp</title><h1>Example Corp</h1><ul>{items}</ul>'

    def onward(self, query: str) -> str:
        """Where the link of the page leads: back, with a code or an error."""
        form = _form(query)
        asked = self._asked.pop(form["ticket"])
        answer = {"state": asked.state}
        if "as" in form:
            code = secrets.token_urlsafe(16)
            asked.subject = form["as"]
            self._codes[code] = asked
            answer["code"] = code
        else:
            answer["error"] = "access_denied"
        return f"{asked.redirect_uri}?{urlencode(answer)}"

    def signed_out(self, query: str) -> str:
        """The page of `/end`."""
        back = html.escape(_form(query)["post_logout_redirect_uri"])
        return f'<!doctype html><html lang="en"><link rel="icon" href="data:,"><h1>Signed out of Example Corp</h1><a href="{back}">Back</a>'

    def redeemed(self, body: str, authorization: str | None) -> Asked:
        """Whom the code of `/token` stands for. Raises `BadRequest`."""
        form = _form(body)
        self._check_client(form, authorization)
        asked = self._codes.pop(form.get("code", ""), None)
        if form.get("grant_type") != "authorization_code" or asked is None or time.monotonic() - asked.made_at > CODE_SECONDS:
            raise BadRequest("invalid_grant")
        challenge = urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if form.get("redirect_uri") != asked.redirect_uri or challenge != asked.challenge:
            raise BadRequest("invalid_grant")
        return asked

    def _check_client(self, form: Form, authorization: str | None) -> None:
        kind, _, value = (authorization or "").partition(" ")
        in_header = [unquote(part) for part in b64decode(value).decode().split(":", 1)] if kind == "Basic" else None
        in_form = [form[name] for name in ("client_id", "client_secret") if name in form] or None
        wanted = {
            "client_secret_basic": ([CLIENT_ID, SECRET], None),
            "client_secret_post": (None, [CLIENT_ID, SECRET]),
            "none": (None, [CLIENT_ID]),
        }
        if (in_header, in_form) != wanted[self.method]:
            raise BadRequest("invalid_client")


def _form(query: str) -> Form:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
