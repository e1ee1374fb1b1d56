"""What can go wrong in the finding. Every class here is in the problems table of the edge."""


class ExpertsError(Exception):
    """Base of the finding's errors; the message is a sentence an operator can act on."""


class IndexUnavailable(ExpertsError):
    """No index is served: none was built, or the one on disk does not fit."""


class IndexMismatch(IndexUnavailable):
    """The generation on disk was built for another embedder, schema or store."""


class EmbedderError(ExpertsError):
    """The embedding model cannot be loaded or failed on a text."""


class RebuildInProgress(ExpertsError):
    """Another process is building or switching a generation."""


class ImportFailed(ExpertsError):
    """A CSV cannot be read as a directory, or its plan is refused as a whole."""
