"""A page of Markdown as a parser of GitHub's dialect understands it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it.token import Token

OURS = re.compile(
    r"<!-- -->|<details>\n<summary>(?:[\w ]|#<!-- -->\d)+</summary>\n*|</details>\n*"
    r"|<!-- understudy:[\w%./-]+ -->\n*"
)
"""The HTML that our pages have."""

LIVE = re.compile(r"[#@]\w|\bGH-\d|\bwww\.|://\S", re.IGNORECASE)
"""What forges make links and mentions of, inside one piece of text."""


@dataclass
class Parsed:
    """What is on the page."""

    headings: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    code: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def is_well_formed(self) -> bool:
        """Tell whether nothing on it acts, and each fold and row ends where it should."""
        folds = [piece.startswith("<details>") for piece in self.html if "details" in piece]
        return (
            all(OURS.fullmatch(piece) for piece in self.html)
            and folds == [True, False] * (len(folds) // 2)
            and not any(map(LIVE.search, self.texts))
            and all(len(row) == 4 for row in self.rows)
            and not self.kinds - _KINDS
        )


_KINDS = frozenset(
    (
        "heading",
        "paragraph",
        "inline",
        "text",
        "softbreak",
        "html_block",
        "html_inline",
        "fence",
        "code_inline",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "link",
        "strong",
        "em",
        "bullet_list",
        "list_item",
    )
)
"""The kinds of things that our pages are made of: no image, no rule, no other list."""


def parsed(markdown: str) -> Parsed:
    """Read a page."""
    page = Parsed()
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(markdown)
    for before, token in zip([None, *tokens], tokens, strict=False):
        page.kinds.add(_kind(token))
        if token.type == "tr_open":
            page.rows.append([])
        elif token.type in {"html_block", "fence"}:
            (page.html if token.type == "html_block" else page.code).append(token.content)
        elif token.type == "inline" and before:
            told = _read_inline(page, token.children or ())
            if before.type in {"td_open", "th_open"}:
                page.rows[-1].append(told)
            elif before.type == "heading_open":
                page.headings.append(told)
    return page


def _read_inline(page: Parsed, children: Iterable[Token]) -> str:
    """Sort the pieces, and return the text as a reader sees it."""
    shown, target, label = "", None, ""
    for token in children:
        page.kinds.add(_kind(token))
        if token.type == "text":
            page.texts.append(token.content)
        elif token.type == "code_inline":
            page.code.append(token.content)
        elif token.type == "html_inline":
            page.html.append(token.content)
        elif token.type == "link_open":
            target, label = str(token.attrs["href"]), ""
        elif token.type == "link_close" and target:
            page.links[label] = target
        if token.type in {"text", "code_inline"}:
            shown, label = shown + token.content, label + token.content
    return shown


def _kind(token: Token) -> str:
    return token.type.removesuffix("_open").removesuffix("_close")
