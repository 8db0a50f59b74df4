"""Numbers in words, from one to ninety-nine, in six languages, folded: `thirty-five`, `treinta y cinco`, `fünfunddreißig`. Pure."""

import re

_UNITS = {
    "en": "one two three four five six seven eight nine",
    "es": "uno dos tres cuatro cinco seis siete ocho nueve",
    "fr": "un deux trois quatre cinq six sept huit neuf",
    "de": "ein zwei drei vier funf sechs sieben acht neun",
    "pt": "um dois tres quatro cinco seis sete oito nove",
    "it": "uno due tre quattro cinque sei sette otto nove",
}
_TEENS = {
    "en": "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "es": "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve",
    "fr": "dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf",
    "de": "zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn",
    "pt": "dez onze doze treze catorze quinze dezasseis dezassete dezoito dezanove",
    "it": "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "fr": "vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix",
    "de": "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
}


def _joined(language: str, ten: str, unit: str) -> tuple[str, ...]:
    """The ways to write one of the tens with a unit."""
    match language:
        case "de":
            return (f"{unit}und{ten}",)
        case "es":
            return (f"veinti{unit}",) if ten == "veinte" else (f"{ten} y {unit}",)
        case "pt":
            return (f"{ten} e {unit}",)
        case "it":
            return (f"{ten[:-1] if unit[0] in 'uo' else ten}{unit}",)
        case "fr":
            return (f"{ten}-{unit}", f"{ten} et {unit}") if unit == "un" else (f"{ten}-{unit}",)
        case _:
            return (f"{ten}-{unit}", f"{ten} {unit}")


def _numbers() -> dict[str, int]:
    found: dict[str, int] = {
        "eins": 1,
        "una": 1,
        "une": 1,
        "uma": 1,
        "eine": 1,
        "duas": 2,
        "deux": 2,
        "dezesseis": 16,
        "dezessete": 17,
        "dezenove": 19,
    }
    for language, units in _UNITS.items():
        ones = units.split()
        found.update({word: value for value, word in enumerate(ones, start=1)})
        found.update({word: value for value, word in enumerate(_TEENS[language].split(), start=10)})
        for n, ten in enumerate(_TENS[language].split(), start=2):
            found[ten] = 10 * n
            if language != "fr" or n <= 6:
                found.update(
                    {written: 10 * n + value for value, unit in enumerate(ones, start=1) for written in _joined(language, ten, unit)}
                )
    return found


_NUMBERS = _numbers()
NUMBER = rf"(?:\d{{1,2}}|{'|'.join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True))})"
"""The pattern of a number, in digits or words; no group."""


def number(text: str) -> int:
    """What a text of that pattern says."""
    return int(text) if text.isdigit() else _NUMBERS[text]
