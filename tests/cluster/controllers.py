"""Somebody who acts as Flux's controllers do when they are asked to look again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.cluster.flux import APPS, SOURCE, FluxCluster

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Act = Callable[[FluxCluster], None]

_REQUESTED = "reconcile.fluxcd.io/requestedAt"
_PAUSE = 0.05


@contextmanager
def acting(
    cluster: FluxCluster, *, source: Sequence[Act] = (), others: Sequence[tuple[str, Act]] = ()
) -> Iterator[None]:
    """Let requests be answered: by the source with one act after the other, by others by name."""
    over = threading.Event()
    failures: list[BaseException] = []
    todo = [("GitRepository", SOURCE, act) for act in source]
    todo += [("Kustomization", name, act) for name, act in others]

    def work() -> None:
        own = FluxCluster(cluster.server)
        try:
            _answer(own, todo, over)
        except BaseException as error:  # noqa: BLE001 - raised where the test is
            failures.append(error)
        finally:
            own.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failures:
        raise failures[0]
    assert not todo, "never asked to look again"


def _answer(cluster: FluxCluster, todo: list[tuple[str, str, Act]], over: threading.Event) -> None:
    while not over.wait(_PAUSE):
        for each in list(todo):
            kind, name, act = each
            if _is_asked(cluster, kind, name):
                todo.remove(each)
                act(cluster)


def _is_asked(cluster: FluxCluster, kind: str, name: str) -> bool:
    found = cluster.found(kind, name)
    asked = (found["metadata"].get("annotations") or {}).get(_REQUESTED)
    return asked != (found.get("status") or {}).get("lastHandledReconcileAt")


def applies(commit: str, name: str = APPS) -> tuple[str, Act]:
    """Return the answer of one that can apply it."""
    return name, lambda cluster: cluster.applied(commit, name=name)


def fails(commit: str, message: str, name: str = APPS) -> tuple[str, Act]:
    """Return the answer of one that cannot apply it."""
    return name, lambda cluster: cluster.failed(commit, message, name=name)
