"""Only what an overlay names is laid out to be rendered. Is that all that it needs?"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.git.stores import Store
from tests.kustomize_program import program
from understudy.git.objects import ObjectReader
from understudy.git.trees import GitTree
from understudy.gitops.rendering.kustomize import NotBuilt
from understudy.gitops.rendering.parsing import Unreadable, manifests
from understudy.gitops.rendering.renders import Rendered, Renderer

HOMES = ("a", "a/b", "a/b/c", "d", "d/e")
OVERLAYS = tuple(f"{home}/overlay" for home in HOMES)
BESIDE = {
    "values.env": "A=b\n",
    "patch.yaml": "- {op: add, path: /metadata/labels, value: {patched: 'yes'}}\n",
    # Its path begins where the kustomization is that lists it.
    "plugin.yaml": (
        "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: x}\n"
        "target: {kind: ConfigMap}\npath: ../patch.yaml\n"
    ),
}
FILES = {
    f"{home}/{name}": text
    for index, home in enumerate(HOMES)
    for name, text in {
        **BESIDE,
        "cm.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: cm{index}}}\n",
    }.items()
}


@st.composite
def repositories(draw: st.DrawFn) -> dict[str, str]:
    """Draw kustomizations that name files anywhere, and overlays that come after them."""

    def some(overlay: str, places: list[str]) -> list[str]:
        up = "../" * len(overlay.split("/"))
        return [up + place for place in draw(st.lists(st.sampled_from(places), max_size=1))]

    files = dict(FILES)
    for index, overlay in enumerate(OVERLAYS):
        ending = {kind: [f"{home}/{kind}" for home in HOMES] for kind in (*BESIDE, "cm.yaml")}
        later = list(OVERLAYS[index + 1 :]) or ["a/cm.yaml"]
        kustomization = {
            "namePrefix": f"p{index}-",
            "resources": [*some(overlay, ending["cm.yaml"]), *some(overlay, later)],
            "configMapGenerator": [
                {"name": f"made{index}", "envs": some(overlay, ending["values.env"])}
            ],
            "patches": [
                {"path": path, "target": {"kind": "ConfigMap"}}
                for path in some(overlay, ending["patch.yaml"])
            ],
            "transformers": some(overlay, ending["plugin.yaml"]),
        }
        files[f"{overlay}/kustomization.yaml"] = json.dumps(kustomization)
    return files


@settings(max_examples=50)
@given(repositories())
def test_a_render_of_what_is_named_is_a_render_of_everything(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        store = Store.create(place / "remote.git")
        reader = ObjectReader(store.opened(place / "scratch"))
        tree = GitTree(reader, store.tree_of(store.commit(files)))
        tree.export([""], place / "all")
        whole = program().build(place / "all" / OVERLAYS[0], deadline=30)
        found = Renderer(tree, program()).render(OVERLAYS[0])
        reader.close()
    event("it does not render" if isinstance(whole, NotBuilt) else "it renders")
    if isinstance(whole, NotBuilt):
        assert not isinstance(found, Rendered)
        return
    expected = manifests(whole, root="..")
    assert not isinstance(expected, Unreadable)
    assert isinstance(found, Rendered), found
    assert [each.body for each in found.manifests] == [each.body for each in expected]
