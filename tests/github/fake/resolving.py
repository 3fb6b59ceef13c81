"""How fields are written down: facts need only the thing, questions also who asks and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.github.fake.reading import Reading

Facts = dict[str, dict[str, Callable[[Any], object]]]
"""By type and field: what a thing says of itself."""

Questions = dict[str, dict[str, Callable[[Any, Reading, dict[str, Any]], object]]]
"""By type and field: what also depends on the reader, the address, or arguments."""
