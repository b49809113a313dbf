"""The embedding models of this installation: the one the index uses, and the bundled one."""

from app.settings import Settings
from rag.embedder import Embedder, SentenceTransformerEmbedder
from rag.models import BUNDLED_EMBEDDER, ProgressCallback, is_ready, load_catalogue, pull
from rag.word_vectors import WordReader


def pull_embedder(settings: Settings, on_progress: ProgressCallback) -> None:
    """Pull the configured embedder and the bundled one, which reads what might answer.

    Only what the catalogue knows and this machine does not have yet.
    """
    catalogue = load_catalogue()
    for name in dict.fromkeys((settings.embedding_model, BUNDLED_EMBEDDER)):
        spec = catalogue.get(name)
        if spec is not None and not is_ready(spec, settings.models_dir):
            pull(
                spec.name,
                settings.models_dir,
                on_progress=on_progress,
                hub_url=settings.model_hub_url,
                catalogue=catalogue,
            )


def make_embedder(settings: Settings, name: str) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(
        name, models_dir=settings.models_dir, threads=settings.embedding_threads or None
    )


def make_reader(settings: Settings, embedder: Embedder) -> WordReader:
    """The bundled model, whatever the index uses: what is weighed was fitted on its vectors."""
    is_another = (
        isinstance(embedder, SentenceTransformerEmbedder)
        and settings.embedding_model != BUNDLED_EMBEDDER
    )
    if isinstance(embedder, WordReader) and not is_another:
        return embedder
    return make_embedder(settings, BUNDLED_EMBEDDER)
