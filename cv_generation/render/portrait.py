"""A drawn portrait in place of a photograph: flat shapes, chosen by the person's id, so that nobody real is shown."""

from random import Random

from cv_generation.profiles import Profile

_SKIN = ("#f2d3bd", "#e8bd9b", "#d09a73", "#a8714b", "#7d4f34", "#f6dfcf")
_HAIR = ("#2b2119", "#4a3222", "#7a4b25", "#b98544", "#8c8c8c", "#3a3a44", "#9b3f23")
_CLOTHES = ("#27405c", "#55324b", "#2f5a4b", "#6b4a2b", "#3e4350", "#7b2f35")
_BACKDROP = ("#dfe6ec", "#e9e2d6", "#dde8df", "#e7dde6", "#e3e3e3")

_LONG_HAIR = '<path d="M27 92 V46 a23 25 0 0 1 46 0 V92 z" fill="{hair}"/>'
_BOB = '<path d="M26 62 V44 a24 25 0 0 1 48 0 V62 q-6 6 -10 2 H36 q-4 4 -10 -2 z" fill="{hair}"/>'
_BUN = '<circle cx="50" cy="16" r="8" fill="{hair}"/><path d="M28 48 V42 a22 22 0 0 1 44 0 V48 z" fill="{hair}"/>'
_CROP = '<path d="M28 46 q-2 -26 22 -27 q24 1 22 27 z" fill="{hair}"/>'
_CURLS = '<circle cx="34" cy="32" r="9" fill="{hair}"/><circle cx="46" cy="25" r="10" fill="{hair}"/><circle cx="59" cy="26" r="10" fill="{hair}"/><circle cx="67" cy="35" r="8" fill="{hair}"/>'
_FRINGE = '<path d="M31 40 a19 20 0 0 1 38 0 q-10 -9 -20 -8 q-10 1 -18 8 z" fill="{hair}"/>'
_BEARD = '<path d="M32 52 q2 22 18 22 q16 0 18 -22 q-6 8 -18 8 q-12 0 -18 -8 z" fill="{hair}"/>'
_GLASSES = '<g fill="none" stroke="#333" stroke-width="1.6"><circle cx="42" cy="48" r="5.5"/><circle cx="58" cy="48" r="5.5"/><path d="M47.5 48 h5"/></g>'
_FACE = (
    '<path d="M43 62 h14 v16 q-7 6 -14 0 z" fill="{skin}"/><ellipse cx="50" cy="48" rx="19" ry="23" fill="{skin}"/>'
    '<g fill="#2b2b2b"><circle cx="42" cy="48" r="1.9"/><circle cx="58" cy="48" r="1.9"/></g>'
    '<path d="M44 59 q6 5 12 0" fill="none" stroke="#8a4a3c" stroke-width="1.8" stroke-linecap="round"/>'
)
_SHOULDERS = '<path d="M10 120 q2 -38 32 -43 q8 7 16 0 q30 5 32 43 z" fill="{clothes}"/>'


def portrait(profile: Profile) -> str:
    """The picture as an SVG element, 100 by 120 units."""
    dice = Random(f"portrait:{profile.cv_id}")
    she = profile.pronoun == "she"
    behind = dice.choice((_LONG_HAIR, _BOB, _BUN)) if she else dice.choice((_CROP, _CROP, _CURLS))
    parts = [behind, _SHOULDERS, _FACE, _FRINGE]
    if not she and dice.random() < 0.4:
        parts.insert(3, _BEARD)
    if dice.random() < 0.35:
        parts.append(_GLASSES)
    colours = {"skin": dice.choice(_SKIN), "hair": dice.choice(_HAIR), "clothes": dice.choice(_CLOTHES)}
    drawn = "".join(parts).format(**colours)
    return f'<svg class="photo" viewBox="0 0 100 120"><rect width="100" height="120" fill="{dice.choice(_BACKDROP)}"/>{drawn}</svg>'
