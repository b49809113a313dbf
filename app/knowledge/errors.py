"""What can stop the index as a whole; one document's faults are reported, not raised."""

import errno
import logging
from typing import Any

from sqlalchemy.exc import DBAPIError

from app.db import unavailable
from app.errors import StoreUnavailableError, YorisoiError
from app.fault import describe_fault

logger = logging.getLogger(__name__)


class IndexMismatchError(StoreUnavailableError):
    """The index was built with another embedding model than the configured one."""

    def __init__(self, built_with: str, configured: str) -> None:
        super().__init__(
            f"索引は埋め込みモデル「{built_with}」で作られていますが、"
            f"いまの設定は「{configured}」です。`yorisoi reindex` で作り直すか、"
            "YORISOI_EMBEDDING_MODEL を元に戻してください。"
        )


class IndexDamagedError(StoreUnavailableError):
    """Vectors that the database counts on are gone, for example after a partial restore."""

    def __init__(self, missing: int) -> None:
        super().__init__(
            f"索引のベクトルが {missing:,} 件足りません。"
            "`yorisoi reindex` で、保存してある文書から作り直してください。"
        )


class IngestInProgressError(YorisoiError):
    status_code = 409

    def __init__(self) -> None:
        super().__init__("別の取り込みが実行中です。終わってから、もう一度お試しください。")


class DocumentRefusedError(Exception):
    """A single document cannot be taken; `reason` is Japanese and says what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def explain_store_failure(error: Exception, *, finished: int = 0) -> StoreUnavailableError | None:
    """The Japanese failure behind an error of disk, database or vector store; None for a bug.

    `finished`: how many documents an ingest had already committed.
    """
    if isinstance(error, YorisoiError):
        return None
    kept = (
        f"すでに取り込んだ {finished:,} 件は使えます。もう一度実行すると続きから取り込みます。"
        if finished
        else "索引は元のままです。"
    )
    if is_disk_full(error):
        return StoreUnavailableError(
            f"ディスクの空きがありません。空きを作って、もう一度実行してください。{kept}"
        )
    if isinstance(error, DBAPIError | OSError):
        translated = unavailable(error)
        return StoreUnavailableError(f"{translated.message}。{kept}") if translated else None
    if type(error).__module__.partition(".")[0] == "chromadb":
        logger.error("vector store failed: %s", describe_fault(error))
        return StoreUnavailableError(
            f"ベクトルの保存先を読み書きできません（{type(error).__name__}）。"
            f"ディスクの空きと権限を確かめてください。{kept}"
            "続くときは、データフォルダーの vectors を別の場所へ移し、"
            "`yorisoi reindex` で作り直せます。"
        )
    return None


def is_disk_full(error: BaseException) -> bool:
    """Whether the error, or one behind it, says that there is no room left.

    Chroma's errors come from Rust without an errno, so their text is read too.
    """
    current: Any = error
    for _ in range(5):
        if current is None:
            return False
        if isinstance(current, OSError) and current.errno in {errno.ENOSPC, errno.EDQUOT}:
            return True
        text = str(current)
        if "disk is full" in text or "No space left on device" in text:
            return True
        current = getattr(current, "orig", None) or current.__cause__
    return False
