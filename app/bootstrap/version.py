"""The version of the product, as installed."""

from importlib.metadata import PackageNotFoundError, version


def app_version() -> str:
    """The installed version of the product."""
    try:
        return version("chatbot-sse-api")
    except PackageNotFoundError:
        return "0.0.0"
