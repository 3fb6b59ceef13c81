"""Text that others wrote (titles, branch names, paths, file contents), made harmless to show.

Nothing from a pull request reaches a terminal or a Markdown page but through here.
"""

from __future__ import annotations

import re
import unicodedata

_JOINERS = frozenset("\u200c\u200d")
"""Invisible, but part of words in several scripts and of emoji; they move no other text."""

_NEUTRAL = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Controls, bidi overrides and other invisible formats, lone surrogates, line separators."""

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|~^$:])")
_LIVE = re.compile(r"(?<=[#@])(?=\w)|(?<=\bGH-)(?=\d)|(?<=\bwww)(?=\.)|(?<=://)", re.IGNORECASE)
_BREAK = "<!-- -->"
"""Splits a word for GitHub's, GitLab's and Gitea's link finders and for no reader."""


def visible(text: str) -> str:
    """Return one line in which every character can be seen and none moves the cursor."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def for_markdown(text: str) -> str:
    """Return the text as Markdown that shows it and does nothing: no HTML, link, mention or table.

    `@name` and `fixes #1` would act on the forge (trap 26).
    """
    parts = _LIVE.split(visible(text))
    return _BREAK.join(_without_markup(part) for part in parts)


def _without_markup(text: str) -> str:
    html = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(r"\\\1", html)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _NEUTRAL or character in _JOINERS:
        return character
    return character.encode("unicode_escape").decode()
