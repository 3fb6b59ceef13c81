"""Everything that the render of an overlay depends on, found without rendering.

What is found here is all that a render gets to see. So nothing is rendered that would reach out
of the repository or to the network, and a render whose folders are known need not be repeated.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from understudy.core import places
from understudy.core.errors import UsageError
from understudy.documents import load_all
from understudy.gitops.rendering import broken, expansion, kustomization, plugins
from understudy.gitops.rendering.closures import Closure
from understudy.gitops.rendering.kustomization import Kustomization, Named, NotReadableError
from understudy.gitops.rendering.unlisted import stands_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.core.decisions import Finding
    from understudy.core.ports import Tree

DEPTH = 50
"""How long a chain of overlays may be."""

WEIGHT = 32 << 20
"""How many bytes may be rendered; a file counts each time that it is reached."""

_TOO_MUCH = f"it would take in more than {WEIGHT >> 20} MB of files"

# What Kustomize takes for a server: RepoSpec in its api/internal/git.
_REMOTE_FILE = re.compile(r"https?://", re.IGNORECASE)
_REMOTE_FOLDER = re.compile(
    r"(git::)?((ssh|https?|file)://|[a-z][a-z0-9-]*@[^/:]*[/:]|github\.com[/:])", re.IGNORECASE
)


def closure(tree: Tree, root: str, *, network: bool = False) -> Closure:
    """Follow every name from the kustomization of the folder `root`.

    `network`: remote bases are no problem.
    """
    walk = _Walk(tree, root, network=network)
    listed = stands_for(tree, root)
    if tree.folder_id(root) is None:
        walk.problems.append(broken.no_overlay(root))
    elif listed:
        walk.follow_all(listed)
    else:
        walk.look_into(root)
    folders = {root, *(posixpath.dirname(file) for file in walk.files)}
    return Closure(
        root=root,
        folders=frozenset(places.outermost(folders)),
        files=frozenset(walk.files),
        problems=tuple(dict.fromkeys(walk.problems)),
        listed=tuple(listed),
        remote=walk.remote,
        managed_by=walk.managed_by.get(root, False),
    )


class _Walk:
    def __init__(self, tree: Tree, root: str, *, network: bool) -> None:
        self.files: set[str] = set()
        self.problems: list[Finding] = []
        self.remote = False
        self.managed_by: dict[str, bool] = {}
        self._tree = tree
        self._root = root
        self._network = network
        self._weights: dict[str, int] = {}
        self._chain: list[str] = []

    def follow_all(self, places: Iterable[str]) -> None:
        """Follow files and folders that are there, as if a kustomization named them."""
        total = 0
        for place in places:
            if self._tree.folder_id(place) is not None:
                total += self.look_into(place)
            else:
                self.files.add(place)
                total += self._weight(place, self._tree.read(place) or b"")
        if total > WEIGHT:
            self.problems.append(broken.too_large(self._root, self._root, _TOO_MUCH))

    def look_into(self, folder: str, asked_by: str = "") -> int:
        """Follow the kustomization of a folder that exists; return what it weighs."""
        known = self._weights.get(folder)
        if known is not None:
            return known
        self._weights[folder] = 0
        file = self._kustomization_in(folder, asked_by)
        if file is None:
            return 0
        found = self._read(file)
        if found is None:
            return 0
        self.managed_by[folder] = found.managed_by
        self._chain.append(folder)
        weight = self._follow(found, folder, file)
        self._chain.pop()
        if weight > WEIGHT:
            self.problems.append(broken.too_large(self._root, file, _TOO_MUCH))
            weight = 0  # told once
        self._weights[folder] = weight
        return weight

    def _follow(self, found: Kustomization, folder: str, file: str) -> int:
        if found.has_charts:
            self.problems.append(broken.helm_chart(self._root, file))
        weight = sum(self._entry(named, folder, file) for named in found.entries)
        weight += sum(self._folder(named, folder, file) for named in found.components)
        weight += sum(self._file(named, folder, file) for named in found.files)
        return weight + sum(self._plugin(named, folder, file) for named in found.plugins)

    def _entry(self, named: Named, folder: str, file: str) -> int:
        """Follow a name of a file or a folder: Kustomize tries the file first."""
        content = self._local_file(named, folder)
        if content is None:
            return self._folder(named, folder, file)
        return self._weight(places.joined(folder, named.path) or file, content)

    def _folder(self, named: Named, folder: str, file: str) -> int:
        place = places.joined(folder, named.path)
        if _REMOTE_FOLDER.match(named.path):
            self._refuse_network(named, file)
        elif place is None:
            self.problems.append(broken.outside_repository(self._root, file, named))
        elif self._tree.folder_id(place) is None:
            self.problems.append(broken.missing_base(self._root, file, named, wanted=place))
        elif self._closes_circle(place):
            chain = (*self._chain, place)
            self.problems.append(broken.overlay_cycle(self._root, file, chain))
        elif len(self._chain) >= DEPTH:
            problem = f"more than {DEPTH} overlays name one another in a row"
            self.problems.append(broken.too_large(self._root, file, problem))
        else:
            return self.look_into(place, file)
        return 0

    def _file(self, named: Named, folder: str, file: str) -> int:
        content, place = self._local_file(named, folder), places.joined(folder, named.path)
        if content is not None:
            # What a generator takes in is data, and never read as YAML.
            is_data = named.field in kustomization.GENERATORS
            return len(content) if is_data else self._weight(place or file, content)
        if _REMOTE_FILE.match(named.path):
            self._refuse_network(named, file)
        elif place is None:
            self.problems.append(broken.outside_repository(self._root, file, named))
        else:
            self.problems.append(broken.missing_base(self._root, file, named, wanted=place))
        return 0

    def _local_file(self, named: Named, folder: str) -> bytes | None:
        place = places.joined(folder, named.path)
        # What looks like an address is fetched, even where a file has that name.
        if not place or _REMOTE_FILE.match(named.path):
            return None
        content = self._tree.read(place)
        if content is not None:
            self.files.add(place)
        return content

    def _weight(self, file: str, content: bytes) -> int:
        """Weigh a file, its aliases written out: Kustomize writes them out, too."""
        weight = expansion.weight(content)
        if weight > max(WEIGHT, len(content)):
            problem = f"the aliases in it stand for more than {WEIGHT >> 20} MB"
            self.problems.append(broken.too_large(self._root, file, problem))
        return weight

    def _refuse_network(self, named: Named, file: str) -> None:
        self.remote = True
        if not self._network:
            self.problems.append(broken.remote_base(self._root, file, named))

    def _closes_circle(self, place: str) -> bool:
        return any(places.is_in(folder, place) for folder in self._chain)

    # --- plugins ---------------------------------------------------------------------------------

    def _plugin(self, named: Named, folder: str, file: str) -> int:
        """Follow a generator, transformer or validator; the paths in it begin at `folder`."""
        place = places.joined(folder, named.path)
        there = place and (self._tree.read(place) is not None or self._tree.folder_id(place))
        ambiguous = there and ":" in named.path
        if ambiguous or self._is_fetched(named):
            why = "may be a path as well as an object" if ambiguous else "would be fetched"
            self._refuse(named, file, why)
            return 0
        if kustomization.inline(named.path) is not None:
            self._configurations(named.path.encode(errors="replace"), named, folder, file)
            return 0
        weight = self._entry(named, folder, file)
        for each in self._plain_files(place, named, file) if place else ():
            self._configurations(self._tree.read(each) or b"", named, folder, each)
        return weight

    def _refuse(self, named: Named, file: str, why: str) -> None:
        self.problems.append(broken.plugin(self._root, file, named, why))

    def _is_fetched(self, named: Named) -> bool:
        return self._network and bool(_REMOTE_FOLDER.match(named.path))

    def _plain_files(self, place: str, named: Named, asked_by: str) -> Iterable[str]:
        """Return the files that make up a configuration: it must not be made while rendering."""
        if self._tree.read(place) is not None:
            return [place]
        found, folders = list[str](), [place]
        for folder in folders:  # it grows
            file = self._kustomization_in(folder, asked_by)
            content = self._read(file) if file else None
            if content is None:
                continue
            if file and not content.plain:
                self._refuse(named, file, "is changed while it is rendered")
            if any(map(self._is_fetched, content.entries)):
                self._refuse(named, file or folder, "is fetched while it is rendered")
            named_here = [places.joined(folder, each.path) for each in content.entries]
            found += [each for each in named_here if each and self._tree.read(each) is not None]
            inside = {
                each for each in named_here if each and self._tree.folder_id(each) is not None
            }
            folders += sorted(inside.difference(folders))
        return found

    def _configurations(self, content: bytes, named: Named, folder: str, file: str) -> None:
        if self._weight(file, content) > WEIGHT:
            return
        try:
            # Of a key that is there twice, Kustomize might take the other one.
            loaded = load_all(content, where="it", failure=UsageError, strict=True)
        except UsageError as error:
            problem = error.message.removeprefix("it ").removesuffix(".")
            self.problems.append(broken.broken_yaml(self._root, file, problem))
            return
        for document in loaded:
            if isinstance(document, dict) and plugins.is_chart(document):
                self.problems.append(broken.helm_chart(self._root, file))
            elif why := plugins.refusal(document):
                self._refuse(named, file, why)
            elif isinstance(document, dict):
                self._files_of_configuration(document, named, folder, file)

    def _files_of_configuration(
        self, document: dict[str, object], plugin: Named, folder: str, file: str
    ) -> None:
        for text in expansion.texts(document):
            self._weight(file, text)
        try:
            for each in kustomization.files_of_plugin(document):
                self._file(each, folder, file)
                if self._is_fetched(each):
                    self._refuse(plugin, file, "fetches something while it is rendered")
        except NotReadableError as error:
            self.problems.append(broken.broken_yaml(self._root, file, str(error)))

    # --- reading ---------------------------------------------------------------------------------

    def _kustomization_in(self, folder: str, asked_by: str) -> str | None:
        paths = {name: posixpath.join(folder, name) for name in kustomization.NAMES}
        there = [name for name, path in paths.items() if self._tree.read(path) is not None]
        self.files.update(paths[name] for name in there)
        if len(there) == 1:
            return paths[there[0]]
        self.problems.append(
            broken.several_kustomizations(self._root, folder, there)
            if there
            else broken.no_kustomization(self._root, asked_by, folder)
        )
        return None

    def _read(self, file: str) -> Kustomization | None:
        try:
            found = kustomization.read(self._tree.read(file) or b"")
        except NotReadableError as error:
            self.problems.append(broken.broken_yaml(self._root, file, str(error)))
            return None
        for text in found.texts:
            self._weight(file, text)
        return found
