"""Which language model the settings name. Called by `process.py`, and by whoever wants the same model without a service."""

from pydantic import SecretStr

from app.application.ports import LanguageModel
from app.infrastructure.llm.offline import offline_model
from app.infrastructure.llm.streaming import Timeouts
from app.settings import Provider, Settings


def make_model(settings: Settings) -> LanguageModel:
    """The language model the settings name. An SDK takes up to a second to import: only the one in use is."""
    timeouts = Timeouts(settings.llm_connect_timeout, settings.llm_timeout, settings.llm_token_timeout)
    model, longest = settings.model, settings.llm_max_tokens
    match settings.provider:
        case Provider.OFFLINE:
            return offline_model(model=model, tokens_per_second=settings.offline_tokens_per_second)
        case Provider.ANTHROPIC:
            from app.infrastructure.llm.anthropic import ANTHROPIC_URL, anthropic_model

            base_url = settings.anthropic_base_url or ANTHROPIC_URL
            key = _secret(settings.anthropic_api_key)
            return anthropic_model(model=model, api_key=key, base_url=base_url, max_output_tokens=longest, timeouts=timeouts)
        case Provider.GOOGLE:
            from app.infrastructure.llm.google import GEMINI_URL, google_model

            base_url = settings.gemini_base_url or GEMINI_URL
            key = _secret(settings.gemini_api_key)
            return google_model(model=model, api_key=key, base_url=base_url, max_output_tokens=longest, timeouts=timeouts)
        case Provider.OPENROUTER:
            from app.infrastructure.llm.openai_compatible import openrouter_model

            base_url = settings.openrouter_base_url
            key = _secret(settings.openrouter_api_key)
            return openrouter_model(model=model, api_key=key, base_url=base_url, max_output_tokens=longest, timeouts=timeouts)
        case Provider.OPENAI_COMPATIBLE:
            from app.infrastructure.llm.openai_compatible import openai_compatible_model

            base_url = settings.llm_base_url or ""
            key = _secret(settings.llm_api_key)
            return openai_compatible_model(model=model, api_key=key, base_url=base_url, max_output_tokens=longest, timeouts=timeouts)


def _secret(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
