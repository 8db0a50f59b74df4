"""Which models write the CVs. Everything else about models (provider, keys, time-outs) is the server's own settings, `app/settings.py`.

`CV_WRITER_MODEL` and `CV_STYLIST_MODEL` come from the environment or `.env`. A model is a name as the configured provider spells it, or
`provider:name` to take it from another provider whose key is set.
"""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CvSettings(BaseSettings):
    """The generator's settings. An empty value means the default."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    cv_writer_model: str | None = Field(None, description="Model that writes the CVs' facts. Empty: LLM_MODEL.")
    cv_stylist_model: str | None = Field(None, description="Second model that rewrites their tone. Empty: none.")


def load_cv_settings(env_file: Path | None = Path(".env")) -> CvSettings:
    """Read the environment and the file; a file that is not there is no error."""
    return CvSettings(_env_file=env_file)  # pyright: ignore[reportCallIssue]
