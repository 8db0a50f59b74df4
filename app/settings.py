"""Every setting of the product: environment variables, or the same names in `.env`. Nothing else reads the environment.

`load_settings` is called once a process, by the CLI and by `alembic/env.py`. A wrong setting raises `SettingsError`, whose message is one sentence
that says which, why and what to do. `.env_ex` lists every setting with its default; `chatbot env` makes it, and a test holds the two together.
"""

import ipaddress
import re
from collections.abc import Mapping
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(ValueError):
    """A setting is wrong or missing."""


class Provider(StrEnum):
    """Where answers come from."""

    ANTHROPIC = "anthropic"
    GOOGLE = "google"
    OPENROUTER = "openrouter"
    OPENAI_COMPATIBLE = "openai_compatible"
    OFFLINE = "offline"


class AuthMode(StrEnum):
    """Who may come in."""

    OFF = "off"
    API_KEY = "api_key"
    JWT = "jwt"


class RateLimitStore(StrEnum):
    """Where requests are counted: in each process by itself, or in the database for all of them together."""

    MEMORY = "memory"
    POSTGRES = "postgres"


class LogFormat(StrEnum):
    """Who reads the log: people, or programs."""

    CONSOLE = "console"
    JSON = "json"


class Tracing(StrEnum):
    """Where traces go."""

    OFF = "off"
    OTLP = "otlp"


DEFAULT_MODELS = {
    Provider.ANTHROPIC: "claude-sonnet-5-5",
    Provider.GOOGLE: "gemini-3.8-flash",
    Provider.OPENROUTER: "meta-llama/llama-3.3-70b-instruct:free",
    Provider.OFFLINE: "offline-quotes",
}
"""The model of each provider if LLM_MODEL is empty. OPENAI_COMPATIBLE has none: only its owner knows what it serves."""

SECTIONS = {
    "host": "Server",
    "log_level": "Observability",
    "auth_mode": "Access",
    "rate_limit_address": "Limits",
    "database_url": "Database",
    "llm_provider": "Model",
    "cvs_pdf_dir": "Context",
    "compact_after_hours": "Retention",
    "run_slots": "Runs",
    "max_body_bytes": "Requests",
}
"""Headings of `.env_ex`, each before a setting."""

RateText = Annotated[str | None, Field(pattern="^(off|0|[1-9][0-9]{0,8}/(second|minute|hour|day))$")]
Names = Annotated[str, Field(pattern=r"^[^\s,]*(\s*,\s*[^\s,]+)*$")]
"""A list, with commas."""

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
SIGNATURES = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
"""Algorithms with a public key. Never none, never one with a shared secret: the public key would be that secret."""


def _at_home(path: Path) -> Path:
    """A shell replaces `~`; a line of `.env` never meets one."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError(f"the home folder in {path} is not known: write the whole path") from None


Place = Annotated[Path, AfterValidator(_at_home)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Settings(BaseSettings):
    """The settings, checked. An empty value means the default."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    # Server
    host: str = Field("127.0.0.1", description="Address to listen on. Use 0.0.0.0 only behind something that knows who may come in.")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on.")
    data_dir: Place = Field(Path(".data"), description="Folder of the embedded database and of the index.")

    # Observability
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="console for people, json for machines.")
    debug: bool = Field(default=False, description="true is the same as LOG_LEVEL=DEBUG.")
    metrics_port: int | None = Field(
        None, ge=0, le=65_535, description="Port on HOST where a worker serves /metrics, /health and /ready. Empty: none. 0: a free one."
    )
    tracing: Tracing | None = Field(
        None, description="off, or otlp: send OpenTelemetry traces. Empty: otlp if OTEL_EXPORTER_OTLP_ENDPOINT is set, else off."
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        None, description="OTLP/HTTP collector, such as http://localhost:4318. Other OTEL_ variables are read from the environment only."
    )
    trace_content: bool = Field(
        default=False, description="true: record prompts and answers in traces. Whoever sees the traces then reads them."
    )

    # Access
    auth_mode: AuthMode = Field(
        AuthMode.OFF,
        description="off: everybody may do everything. api_key: keys of `chatbot keys create`. jwt: tokens of JWT_ISSUER, and keys.",
    )
    jwt_issuer: str | None = Field(None, description="The identity provider, exactly as its tokens spell it in iss.")
    jwt_audience: str | None = Field(None, description="What its tokens for this service say in aud.")
    jwt_jwks_url: str | None = Field(None, description="Where its keys are. Empty: its OpenID discovery document says it.")
    jwt_algorithms: Names = Field(
        "RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,ES512,EdDSA", description="Signatures that are believed."
    )
    oidc_client_id: str | None = Field(
        None,
        description="What this service is called at JWT_ISSUER, to sign in there from the page. Empty: the page asks for a key or token.",
    )
    oidc_client_secret: SecretStr | None = Field(None, description="Its secret there. Empty: it is a public client, with PKCE alone.")
    oidc_name: str | None = Field(None, max_length=60, description="What people call the identity provider. Empty: its host.")
    oidc_scopes: str = Field(
        "openid profile email", pattern=r"^(\S+ )*openid( \S+)*$", description="What is asked of it; openid must be among them."
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#@\s]+$",
        description="Where browsers reach this service, such as https://chat.example.com. Empty: the address they ask for.",
    )
    session_hours: float = Field(12.0, gt=0, le=8_760, description="Hours after which a browser has to sign in again.")
    metrics_public: bool = Field(default=False, description="true: /metrics needs no admin key.")
    cors_origins: Names = Field(
        "", description="Pages elsewhere that may use the API, such as https://app.example.com,http://localhost:5173."
    )
    allowed_hosts: Names = Field(
        "", description="Names the server answers to, without ports; * is any. Empty: this machine's own on a loopback address, else any."
    )
    trusted_proxies: Names = Field("", description="Addresses or networks of proxies whose X-Forwarded-For and -Proto are believed.")

    # Limits
    rate_limit_address: RateText = Field(
        None, description="Requests of one address, such as 1200/minute, or off. Empty: off on a loopback address, else 1200/minute."
    )
    rate_limit_user: RateText = Field(None, description="Requests of one user. Empty: off with AUTH_MODE=off, else 600/minute.")
    rate_limit_store: RateLimitStore = Field(
        RateLimitStore.MEMORY, description="memory: each process counts for itself. postgres: all together, one statement a request."
    )
    user_runs: int | None = Field(
        None, ge=0, le=100_000, description="Unfinished answers of one user; 0 is no limit. Empty: none with AUTH_MODE=off, else 20."
    )
    user_streams: int | None = Field(
        None,
        ge=0,
        le=100_000,
        description="Open streams of one user at one process; 0 is no limit. Empty: none with AUTH_MODE=off, else 100.",
    )
    user_tokens_per_day: int | None = Field(
        None, ge=0, le=10**12, description="Tokens of one user a day; 0 is no limit. Empty: none with AUTH_MODE=off, else 2000000."
    )

    # Database
    database_url: SecretStr | None = Field(None, description="postgresql://user:password@host:5432/name. Empty: the embedded database.")
    database_pool_size: int = Field(10, ge=2, le=500, description="Connections a process keeps for requests, beside two of its own.")
    database_wait: Seconds = Field(30.0, description="Seconds to wait at the start for a database that does not answer yet.")

    # Model
    llm_provider: Provider | None = Field(
        None, description="anthropic, google, openrouter, openai_compatible or offline. Empty: the first whose key is set, else offline."
    )
    llm_model: str | None = Field(None, description="Model name as the provider spells it. Empty: a sensible one of the provider.")
    llm_timeout: Seconds = Field(60.0, description="Seconds to wait for the first token.")
    llm_token_timeout: Seconds = Field(30.0, description="Seconds to wait between two tokens.")
    llm_connect_timeout: Seconds = Field(10.0, description="Seconds to wait for a connection to the provider.")
    llm_max_tokens: int = Field(4096, ge=1, le=1_000_000, description="Longest answer, in tokens.")
    llm_context_tokens: int | None = Field(
        None,
        ge=1_000,
        le=100_000_000,
        description="What the model takes, prompt and answer together, in tokens. Empty: what is known of the model.",
    )
    anthropic_api_key: SecretStr | None = Field(None, description="Key for LLM_PROVIDER=anthropic.")
    anthropic_base_url: str | None = Field(None, description="Another server that speaks Anthropic's API.")
    gemini_api_key: SecretStr | None = Field(None, description="Key for LLM_PROVIDER=google.")
    gemini_base_url: str | None = Field(None, description="Another server that speaks Gemini's API.")
    openrouter_api_key: SecretStr | None = Field(None, description="Key for LLM_PROVIDER=openrouter.")
    openrouter_base_url: str = Field("https://openrouter.ai/api/v1", description="Another server that speaks OpenRouter's API.")
    llm_base_url: str | None = Field(None, description="Server for LLM_PROVIDER=openai_compatible, such as http://localhost:11434/v1.")
    llm_api_key: SecretStr | None = Field(None, description="Its key, if it wants one.")
    offline_tokens_per_second: float = Field(60.0, ge=0, le=100_000, description="Pace of the offline model; 0 is as fast as it can.")

    # Context
    cvs_pdf_dir: Place | None = Field(None, description="Folder of CV PDFs for the assistant 'cvs'. Empty: the sample CVs that come along.")
    rag_store: Place | None = Field(None, description="Folder of the index over the CVs. Empty: rag_store in DATA_DIR.")
    embedding_model: str = Field(
        "auto",
        pattern="^(auto|wordllama|hashed|e5|e5:.+)$",
        description="auto: e5 where its package is (Linux, x86-64), else wordllama, else hashed. wordllama: indexes much faster, finds less. e5:/folder: ONNX files of it.",
    )
    query_model: str | None = Field(
        None, description="Small model of the same provider that makes follow-up questions stand alone. Empty: rules do it."
    )
    answer_cache: bool = Field(default=True, description="false: ask the model also for what was answered before from the same documents.")
    resume_path: Place | None = Field(
        None,
        description="Resume for the assistant 'resume': .json or .yaml (JSON Resume, or simple sections), .md, .txt or .pdf. Empty: an example.",
    )

    # Retention
    compact_after_hours: float = Field(
        1.0, ge=0, le=876_000, description="Hours after an answer's end when its tokens are merged into few rows; 0 is never."
    )
    keep_threads_days: float = Field(
        0.0, ge=0, le=36_500, description="Days after which a conversation that nobody uses is removed; 0 keeps all for ever."
    )
    partition_days: int = Field(
        7, ge=1, le=366, description="Days in a partition of the log, once `chatbot partition` has made it one of partitions."
    )

    # Runs
    run_slots: int = Field(200, ge=0, le=10_000, description="Answers this process writes at once; 0: serve only, leave runs to workers.")
    run_lease: Annotated[float, Field(ge=1, le=300)] = Field(
        3.0, description="Seconds after which the runs of a dead process are taken over."
    )
    run_max_attempts: int = Field(5, ge=1, le=100, description="Executors that may try one run before it is given up.")
    run_max_characters: int = Field(400_000, ge=100, le=10_000_000, description="Longest answer, in characters.")
    queue_limit: int = Field(10, ge=0, le=1_000, description="Messages that may wait in one thread.")
    shutdown_grace: float = Field(5.0, ge=0, le=3_600, description="Seconds that runs may go on after SIGTERM before they are handed over.")

    # Requests
    max_body_bytes: int = Field(262_144, ge=1_024, le=100_000_000, description="Largest request body.")
    max_message_characters: int = Field(32_000, ge=1, le=10_000_000, description="Longest message of a user.")
    stream_send_timeout: Seconds = Field(30.0, description="Seconds after which a reader that does not read is cut; it may come back.")
    stream_heartbeat: Annotated[float, Field(gt=0, le=10)] = Field(8.0, description="Seconds between two comments on a silent stream.")

    @model_validator(mode="after")
    def _provider_is_configured(self) -> Self:
        needed = {
            Provider.ANTHROPIC: (self.anthropic_api_key, "ANTHROPIC_API_KEY"),
            Provider.GOOGLE: (self.gemini_api_key, "GEMINI_API_KEY"),
            Provider.OPENROUTER: (self.openrouter_api_key, "OPENROUTER_API_KEY"),
            Provider.OPENAI_COMPATIBLE: (self.llm_base_url, "LLM_BASE_URL"),
        }
        value, name = needed.get(self.provider, ("given", ""))
        if not value:
            raise ValueError(
                f"LLM_PROVIDER={self.provider} needs {name}: set it in the environment or in .env, or choose LLM_PROVIDER=offline"
            )
        if self.provider is Provider.OPENAI_COMPATIBLE and not self.llm_model:
            raise ValueError("LLM_PROVIDER=openai_compatible needs LLM_MODEL: the name of a model that the server at LLM_BASE_URL has")
        return self

    @model_validator(mode="after")
    def _access_is_configured(self) -> Self:
        if self.auth_mode is AuthMode.JWT and not (self.jwt_issuer and self.jwt_audience):
            raise ValueError(
                "AUTH_MODE=jwt needs JWT_ISSUER and JWT_AUDIENCE: whose tokens are believed, and for which service they must be made"
            )
        if self.oidc_client_id and self.auth_mode is not AuthMode.JWT:
            raise ValueError("OIDC_CLIENT_ID needs AUTH_MODE=jwt, JWT_ISSUER and JWT_AUDIENCE: signing in is with that identity provider")
        if self.oidc_client_secret and not self.oidc_client_id:
            raise ValueError("OIDC_CLIENT_SECRET needs OIDC_CLIENT_ID: the name that the identity provider knows this service by")
        unknown = set(names(self.jwt_algorithms)) - SIGNATURES
        if unknown or not names(self.jwt_algorithms):
            raise ValueError(f"JWT_ALGORITHMS may name {', '.join(sorted(SIGNATURES))}; not {', '.join(sorted(unknown)) or 'nothing'}")
        for origin in names(self.cors_origins):
            if origin != "*" and not re.fullmatch(r"https?://[^/?#@\s]+", origin):
                raise ValueError(f"CORS_ORIGINS: {origin!r} is no origin; write https://app.example.com, without a path")
        for proxy in names(self.trusted_proxies):
            _check_network(proxy)
        return self

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK_HOSTS

    @property
    def hosts(self) -> frozenset[str]:
        """Names the server answers to; empty for any."""
        listed = frozenset(name.lower() for name in names(self.allowed_hosts))
        if "*" in listed:
            return frozenset()
        return listed or (frozenset({"localhost", "127.0.0.1", "[::1]"}) if self.on_loopback else frozenset())

    @property
    def address_rate(self) -> str | None:
        """The limit of an address, or None."""
        return _rate(self.rate_limit_address, None if self.on_loopback else "1200/minute")

    @property
    def user_rate(self) -> str | None:
        """The limit of a user, or None."""
        return _rate(self.rate_limit_user, None if self.auth_mode is AuthMode.OFF else "600/minute")

    @property
    def runs_of_a_user(self) -> int | None:
        """Unfinished answers a user may have, or None for any number."""
        return self._of_a_user(self.user_runs, 20)

    @property
    def streams_of_a_user(self) -> int | None:
        """Streams a user may have open at one process, or None for any number."""
        return self._of_a_user(self.user_streams, 100)

    @property
    def tokens_of_a_user(self) -> int | None:
        """Tokens a user may spend a day, or None for any number."""
        return self._of_a_user(self.user_tokens_per_day, 2_000_000)

    def _of_a_user(self, given: int | None, usual: int) -> int | None:
        if given is None:
            return None if self.auth_mode is AuthMode.OFF else usual
        return given or None

    @model_validator(mode="after")
    def _addresses_can_be_asked(self) -> Self:
        asked = {
            "ANTHROPIC_BASE_URL": self.anthropic_base_url,
            "GEMINI_BASE_URL": self.gemini_base_url,
            "OPENROUTER_BASE_URL": self.openrouter_base_url,
            "LLM_BASE_URL": self.llm_base_url,
            "JWT_JWKS_URL": self.jwt_jwks_url,
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.otel_exporter_otlp_endpoint,
        }
        for name, address in asked.items():
            if address and not re.fullmatch(r"https?://[^/?#\s]+\S*", address):
                raise ValueError(f"{name} is no address of a server: write it like https://example.com/v1, with http:// or https://")
        return self

    @model_validator(mode="after")
    def _tracing_is_installed(self) -> Self:
        if self.traces and not _installed("opentelemetry.exporter.otlp.proto.http"):
            raise ValueError(
                "TRACING=otlp (or OTEL_EXPORTER_OTLP_ENDPOINT) needs packages that are not installed: add them with "
                "`uv pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http`, or set TRACING=off"
            )
        return self

    @property
    def traces(self) -> bool:
        """Whether traces are sent."""
        if self.tracing is not None:
            return self.tracing is Tracing.OTLP
        return self.otel_exporter_otlp_endpoint is not None

    @property
    def provider(self) -> Provider:
        """The provider asked for, or the first that has a key, or `offline`."""
        if self.llm_provider is not None:
            return self.llm_provider
        keys = {
            Provider.ANTHROPIC: self.anthropic_api_key,
            Provider.GOOGLE: self.gemini_api_key,
            Provider.OPENROUTER: self.openrouter_api_key,
        }
        return next((provider for provider, key in keys.items() if key), Provider.OFFLINE)

    @property
    def model(self) -> str:
        """The model asked for, or the provider's usual one."""
        return self.llm_model or DEFAULT_MODELS[self.provider]

    @property
    def rag_store_dir(self) -> Path:
        """Where the index is."""
        return self.rag_store or self.data_dir / "rag_store"

    @property
    def effective_log_level(self) -> str:
        """LOG_LEVEL, unless DEBUG asks for everything."""
        return "DEBUG" if self.debug else self.log_level


def names(text: str) -> tuple[str, ...]:
    """The parts of a list with commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _rate(given: str | None, usual: str | None) -> str | None:
    if given is None:
        return usual
    return None if given in ("off", "0") else given


def _check_network(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(f"TRUSTED_PROXIES: {text!r} is no address and no network such as 10.0.0.0/8") from None


def load_settings(env_file: Path | None = Path(".env"), overrides: Mapping[str, object] | None = None) -> Settings:
    """Read the settings; `overrides` come from the command line and win. Raises `SettingsError`."""
    try:
        return Settings(_env_file=env_file, **(overrides or {}))  # pyright: ignore[reportCallIssue, reportArgumentType]
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def env_example() -> str:
    """The content of `.env_ex`: every setting with its description and its default, as a file to start from."""
    lines = [
        "# Every setting with its default. Copy this file to .env and change what you need; environment variables win.",
        "# Made by `chatbot env`.",
    ]
    for name, field in Settings.model_fields.items():
        if name in SECTIONS:
            lines += ["", f"# ---- {SECTIONS[name]} ----"]
        lines += ["", f"# {field.description}", f"{name.upper()}={_spelled(field.default)}"]
    return "\n".join(lines) + "\n"


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # a package above it is missing
        return False


def _spelled(default: object) -> str:
    match default:
        case None:
            return ""
        case bool():
            return str(default).lower()
        case float():
            return f"{default:g}"
        case _:
            return str(default)


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong, without its value: it may be a secret."""
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(map(str, first["loc"])).upper()
    reason = first["msg"].removeprefix("Value error, ")
    return f"{name}: {reason}." if name else f"{reason}."
