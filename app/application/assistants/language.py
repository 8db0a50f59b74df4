"""The languages that the product itself speaks to its users; documents and answers may be in any."""

from enum import StrEnum


class Language(StrEnum):
    ENGLISH = "en"
    SPANISH = "es"
