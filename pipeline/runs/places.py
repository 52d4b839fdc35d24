"""Where lookup files may lie."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.mapping.model import Mapping
from pipeline.runs.summary import sources_reported_in
from pipeline.stages.read import Spool, companion


@dataclass(frozen=True)
class Places:
    """Folders, then files that may be archives with companions of a source."""

    folders: tuple[Path, ...]
    archives: tuple[Path, ...]
    spool: Spool

    def find(self, file: str) -> Path | None:
        """The first that has the file, unpacked if it must be; raises SourceError."""
        for path in (folder / file for folder in self.folders):
            if path.is_file():
                return path
        members = (companion(each, file, self.spool) for each in self.archives)
        return next((path for path in members if path is not None), None)


def places_of(
    mapping: Mapping,
    paths: tuple[Path, ...],
    spool: Spool,
    beside: tuple[Path, ...] = (),
) -> Places:
    """Beside the mapping, beside a source (for `-`: here), and in a source's archive.

    A fix-me.csv stands for the sources it was made from, which its report names; a
    source `export.zip/Task.csv` lies in its archive.
    """
    folders: list[Path] = []
    archives = list(paths)
    waiting = [mapping.folder, *beside, *(path.parent for path in paths)]
    while waiting:
        folder = waiting.pop(0)
        archive = next((each for each in folder.parents if each.is_file()), folder)
        if archive.is_file():
            archives.append(archive)
            folder = archive.parent
        if folder not in folders:
            folders.append(folder)
            waiting += [Path(path).parent for path in sources_reported_in(folder)]
    return Places(tuple(folders), tuple(archives), spool)
