"""What is said of an overlay that does not render: one finding for each cause, in one place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.core.decisions import Finding
from understudy.core.phrases import listed, shown
from understudy.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.gitops.rendering.kustomization import Named


def remote_base(overlay: str, file: str, named: Named) -> Finding:
    """Tell of something that would be fetched."""
    return Finding(
        rule="remote-base",
        subject=overlay,
        path=file,
        message=(
            f"`{shown(file)}` takes `{shown(redacted(named.path))}` from the network"
            f" (`{named.field}`), which is not allowed for this stage."
        ),
        remedy=(
            "Copy it into the repository and name the copy,"
            " or set `kustomize.network: true` for this stage in the configuration."
        ),
    )


def outside_repository(overlay: str, file: str, named: Named) -> Finding:
    """Tell of a path that leads out."""
    return Finding(
        rule="outside-repository",
        subject=overlay,
        path=file,
        message=(
            f"`{shown(file)}` names `{shown(named.path)}` (`{named.field}`),"
            " which is outside of the repository."
        ),
        remedy="Move what it needs into the repository, and name it with a relative path.",
    )


def missing_base(overlay: str, file: str, named: Named, *, wanted: str) -> Finding:
    """Tell of a file or folder that is not there. `wanted` is its path from the root."""
    return Finding(
        rule="missing-base",
        subject=overlay,
        path=file,
        message=(
            f"`{shown(file)}` names `{shown(named.path)}` (`{named.field}`), but there is no"
            f" `{shown(wanted)}` in the repository."
        ),
        remedy=(
            f"Add `{shown(wanted)}` as a file or folder of its own (Flux leaves out symbolic links,"
            f" and submodules are not looked into), or take it out of `{shown(file)}`."
        ),
    )


def no_kustomization(overlay: str, file: str, folder: str) -> Finding:
    """Tell of a folder without a kustomization. `file` asks for it; empty: the user does."""
    name = f"{folder}/kustomization.yaml".removeprefix("/")
    asked = f", but `{shown(file)}` names it" if file else ""
    return Finding(
        rule="missing-base",
        subject=overlay,
        path=file or name,
        message=f"The folder `{shown(folder)}` has no `kustomization.yaml`{asked}.",
        remedy=f"Add `{shown(name)}`, or name the files in that folder one by one.",
    )


def no_overlay(overlay: str) -> Finding:
    """Tell of an overlay that is no folder."""
    return Finding(
        rule="missing-base",
        subject=overlay,
        path=overlay,
        message=f"There is no folder `{shown(overlay)}` in the repository.",
        remedy="Add it, or correct the path under `kustomize` in the configuration.",
    )


def several_kustomizations(overlay: str, folder: str, names: Sequence[str]) -> Finding:
    """Tell of a folder with two kustomization files."""
    return Finding(
        rule="not-rendered",
        subject=overlay,
        path=f"{folder}/{names[-1]}".removeprefix("/"),
        message=f"The folder `{shown(folder)}` has {listed(names)}: Kustomize takes one at most.",
        remedy="Keep one of them.",
    )


def broken_yaml(overlay: str, file: str, problem: str) -> Finding:
    """Tell of a file that cannot be read. `problem` goes on from its name."""
    return Finding(
        rule="broken-yaml",
        subject=overlay,
        path=file,
        message=f"`{shown(file)}` {problem}.",
        remedy=f"Correct `{shown(file)}`.",
    )


def overlay_cycle(overlay: str, file: str, chain: Sequence[str]) -> Finding:
    """Tell of folders that name each other in a circle."""
    return Finding(
        rule="overlay-cycle",
        subject=overlay,
        path=file,
        message=f"Overlays name each other in a circle: {_drawn(chain)}.",
        remedy=f"Take the last step out of `{shown(file)}`.",
    )


def helm_chart(overlay: str, file: str) -> Finding:
    """Tell of a chart that Kustomize would have to download and run."""
    return Finding(
        rule="helm-chart",
        subject=overlay,
        path=file,
        message=f"`{shown(file)}` asks Kustomize to render a Helm chart, which is not done here.",
        remedy=(
            "Deploy the chart with a `HelmRelease`, or put the output of `helm template` into a"
            " file and name that under `resources`."
        ),
    )


def plugin(overlay: str, file: str, named: Named, why: str) -> Finding:
    """Tell of a generator or transformer that is not built in, or cannot be looked through."""
    return Finding(
        rule="plugin",
        subject=overlay,
        path=file,
        message=f"`{shown(file)}` names a plugin under `{named.field}` that {why}.",
        remedy=(
            "Use what Kustomize has built in (`patches`, `replacements`, generators),"
            " or commit what the plugin makes."
        ),
    )


def too_large(overlay: str, file: str, problem: str) -> Finding:
    """Tell of a render that has no reasonable end."""
    return Finding(
        rule="render-too-large",
        subject=overlay,
        path=file,
        message=f"`{shown(overlay)}` is not rendered: {problem}.",
        remedy="Name fewer or smaller files, or split the overlay into several.",
    )


def timed_out(overlay: str, file: str, seconds: float) -> Finding:
    """Tell of a render that was stopped."""
    return Finding(
        rule="render-timeout",
        subject=overlay,
        path=file,
        message=f"Rendering `{shown(overlay)}` did not end within {seconds:g} seconds.",
        remedy="Make the overlay smaller, or raise `kustomize.deadline` in the configuration.",
    )


def changed_by_flux(found: Finding, *, file: str, fields: Sequence[str]) -> Finding:
    """Tell that it is not the folder which is broken, but what Flux is told to change in it."""
    named = listed([f"spec.{each}" for each in fields])
    message = f"Flux applies it with {named} of `{shown(file)}`, and so it does not render."
    return replace(
        found,
        path=file,
        message=f"{message} {found.message}",
        remedy=f"Correct {named} in `{shown(file)}`.",
    )


def not_laid_out(overlay: str, problem: str, hint: str) -> Finding:
    """Tell of files that no disk takes."""
    return Finding(rule="not-rendered", subject=overlay, path=overlay, message=problem, remedy=hint)


def no_objects(overlay: str, file: str, problem: str) -> Finding:
    """Tell of a render that holds what is no object. `problem` is a whole sentence."""
    return Finding(
        rule="broken-yaml",
        subject=overlay,
        path=file,
        message=f"What `{shown(overlay)}` renders to cannot be read. {problem}",
        remedy="Correct the file that it comes from.",
    )


def not_rendered(overlay: str, file: str, said: str) -> Finding:
    """Tell of a failure in Kustomize's own words."""
    return Finding(
        rule="not-rendered",
        subject=overlay,
        path=file,
        message=f"Kustomize cannot render `{shown(overlay)}`: {said}.",
        remedy=f"Correct `{shown(file)}`, and try it with `kustomize build {shown(overlay)}`.",
    )


def _drawn(chain: Sequence[str]) -> str:
    longest = 6
    names = [f"`{shown(folder or '.')}`" for folder in chain]
    if len(names) > longest:
        names = [*names[:3], "…", *names[-2:]]
    return " → ".join(names)
