"""The singular and plural of the English nouns that tables are called by; a guess, which an author may change."""

from __future__ import annotations

_ALIKE = frozenset({"series", "species", "news", "status", "address", "sheep", "fish", "data", "media"})
_IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "movies": "movie",
    "mice": "mouse",
}
_PLURALS = {singular: plural for plural, singular in _IRREGULAR.items()}


def singular(word: str) -> str:
    """`categories` -> `category`; a word that looks like no plural stays as it is."""
    lower = word.lower()
    if lower in _IRREGULAR:
        return word[0] + _IRREGULAR[lower][1:]
    if lower in _ALIKE or not lower.endswith("s") or lower.endswith(("ss", "us", "is")) or len(word) < 4:
        return word
    if lower.endswith("ies"):
        return f"{word[:-3]}y"
    if lower.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if lower.endswith("uses") and lower[-5:-4] not in ("a", "o"):
        return word[:-2]
    return word[:-1]


def plural(word: str) -> str:
    """`category` -> `categories`; a word that looks like a plural stays as it is."""
    lower = word.lower()
    if lower in _PLURALS:
        return word[0] + _PLURALS[lower][1:]
    if lower in _ALIKE - {"status", "address"} or singular(word) != word:
        return word
    if lower.endswith("y") and lower[-2:-1] not in tuple("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}es" if lower.endswith(("s", "sh", "ch", "x", "z")) else f"{word}s"
