"""The languages that the product itself speaks to its users; documents and answers may be in any."""

from enum import StrEnum


class Language(StrEnum):
    """By ISO 639-1 code."""

    ENGLISH = "en"
    SPANISH = "es"
