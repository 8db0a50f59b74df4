"""E-mail addresses and telephone numbers that reach nobody.

Domains are the reserved example domains; numbers come from the ranges kept free for fiction where a country has such a range, and otherwise
start with digits that the country doesn't give out.
"""

from random import Random

from cv_generation.profiles import Contact

_DOMAINS = ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org")
_NUMBERS = {
    "United Kingdom": "+44 7700 900{three}",
    "Ireland": "+353 20 911 {four}",
    "United States": "+1 512 555 01{two}",
    "Canada": "+1 416 555 01{two}",
    "France": "+33 6 39 98 {two} {other}",
    "Deutschland": "+49 171 39200{two}",
    "España": "+34 555 01{two} {three}",
}
_ANYWHERE = "+999 555 01{two} {three}"


def make_contact(slug: str, country: str, dice: Random) -> Contact:
    """Ways to reach the person whose name became `slug`; a website for one in three."""
    first, _, last = slug.partition("-")
    user = dice.choice((f"{first}.{last}", f"{first[0]}.{last}", f"{last}.{first}", f"{first}{dice.randint(70, 99)}")).replace("--", "-")
    phone = _NUMBERS.get(country, _ANYWHERE).format(
        two=f"{dice.randint(0, 99):02d}",
        other=f"{dice.randint(0, 99):02d}",
        three=f"{dice.randint(0, 999):03d}",
        four=f"{dice.randint(0, 9999):04d}",
    )
    website = f"www.{slug}.example" if dice.random() < 0.33 else None
    return Contact(email=f"{user}@{dice.choice(_DOMAINS)}", phone=phone, website=website)
