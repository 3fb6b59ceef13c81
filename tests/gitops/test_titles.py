from __future__ import annotations

import re
from pathlib import Path

import pytest

from understudy.core.config import Allowed, Isolation
from understudy.core.decisions import Severity
from understudy.core.errors import ConfigError
from understudy.gitops.titles import RENDERING, TITLES, refuse_unknown_rules

_BROKEN = Path("src/understudy/gitops/rendering/broken.py")


def test_every_cause_of_a_broken_render_has_a_title() -> None:
    rules = re.findall(r'rule="([a-z-]+)"', (Path(__file__).parents[2] / _BROKEN).read_text())

    assert set(rules) == set(RENDERING)


def test_titles_begin_like_sentences_and_do_not_end_like_them() -> None:
    for rule, title in TITLES.items():
        assert title[0].isupper(), rule
        assert not title.endswith("."), rule


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Isolation(off={"colision": "Why not."}), "`isolation.off` names the rule `colision`"),
        (Isolation(severity={"x": Severity.ERROR}), "`isolation.severity` names the rule `x`"),
        (
            Isolation(allow=(Allowed(rule="shared-hots", object="*", reason="So."),)),
            "`isolation.allow` names the rule `shared-hots`",
        ),
    ],
)
def test_settings_for_a_rule_that_does_not_exist_are_refused(
    settings: Isolation, said: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        refuse_unknown_rules(settings)


def test_the_rule_that_was_meant_is_named() -> None:
    with pytest.raises(ConfigError) as refused:
        refuse_unknown_rules(Isolation(off={"colision": "Why not."}))

    assert refused.value.hint == "Did you mean `collision`?"


def test_settings_for_rules_that_exist_are_taken() -> None:
    refuse_unknown_rules(Isolation(off=dict.fromkeys(TITLES, "Because.")))
