"""What would keep a stage from being deployed, as far as the repository's files tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.core import phrases
from understudy.core.diagnosis import Examination, fine
from understudy.gitops.doctor import applied as doctor_applied
from understudy.gitops.doctor import overlay as doctor_overlay
from understudy.gitops.doctor import sources as doctor_sources
from understudy.gitops.doctor.subject import Files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.core.diagnosis import Observation

__all__ = ["Files", "of_files"]

_SHOWN = 5


def of_files(files: Files) -> tuple[Examination, ...]:
    """Return what there is to look at. Where nothing is told to a controller, that is said."""
    looks = [
        Examination(id="controllers", look=lambda: _controllers(files)),
        Examination(id="stage-overlay", look=lambda: doctor_overlay.overlay(files)),
        Examination(id="stage-namespaces", look=lambda: doctor_overlay.namespaces(files)),
    ]
    if files.uses_flux and not _argo_has_the_stage(files):
        looks += [
            Examination(id="flux-source", look=lambda: doctor_sources.sources(files)),
            Examination(id="flux-stage", look=lambda: doctor_applied.staged(files)),
            Examination(id="flux-production", look=lambda: doctor_applied.production(files)),
            Examination(id="flux-registered", look=lambda: doctor_applied.registered(files)),
        ]
    if files.uses_argo:
        looks.append(Examination(id="argo-stage", look=lambda: doctor_applied.argo(files)))
    return tuple(looks)


def _argo_has_the_stage(files: Files) -> bool:
    follows = (each.revision == files.stage.branch for each in files.layout.applications)
    return any(follows) and not files.layout.stage_sources(files.stage)


def _controllers(files: Files) -> Iterator[Observation]:
    row, unread = "controllers", files.layout.unread
    told = [name for name, used in _used(files) if used]
    if told:
        yield fine(row, f"objects of {' and '.join(told)} are {files.where}")
    else:
        yield fine(row, f"no object of Flux or Argo CD is {files.where}")
    if unread:
        names = ", ".join(phrases.shown(path) for path in unread[:_SHOWN])
        more = f" and {len(unread) - _SHOWN} more" if len(unread) > _SHOWN else ""
        yield fine(
            row, f"no plain YAML, as templates are none, so nothing is known of {names}{more}"
        )


def _used(files: Files) -> tuple[tuple[str, bool], ...]:
    return (("Flux", files.uses_flux), ("Argo CD", files.uses_argo))
