"""Settings: `YORISOI_*` environment variables or `.env`. Read here alone; see `.env.example`."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.models import BUNDLED_EMBEDDER

_BUNDLED_CORPUS = Path(__file__).resolve().parent.parent / "corpus"


def _user_data_home() -> Path:
    import os  # noqa: PLC0415 - only the default needs it

    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "yorisoi"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="YORISOI_", env_file=".env", extra="ignore", frozen=True
    )

    data_dir: Path = Field(default=Path("data"), description="記録・索引・鍵を置くフォルダー")
    models_dir: Path = Field(
        default_factory=lambda: _user_data_home() / "models",
        description="モデルの置き場所（利用者ごと。データフォルダーには置きません）",
    )
    corpus_dir: Path = Field(
        default=_BUNDLED_CORPUS, description="同梱の文書（manifest.yaml のあるフォルダー）"
    )
    model_hub_url: str | None = Field(
        default=None,
        description="モデルハブのアドレス。空ならハブは使わず、パッケージだけから取得します",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="記録のデータベース。空ならデータフォルダーの SQLite。例: postgresql+psycopg://…",
    )
    host: str = Field(default="127.0.0.1", description="待ち受けるアドレス")
    port: int = Field(default=8000, ge=0, le=65535, description="待ち受けるポート")
    embedding_model: str = Field(
        default=BUNDLED_EMBEDDER,
        description="埋め込みモデル（models list の名前、sentence-transformers の id・パス）",
    )
    embedding_threads: int = Field(
        default=0, ge=0, description="埋め込みに使うスレッド数（0 は CPU の数）"
    )
    llm: Literal["local", "off", "openai"] = Field(
        default="local",
        description="文章生成: local（内蔵のモデル）、off（なし）、openai（次の接続先）",
    )
    llm_base_url: str = Field(
        default="",
        description="文章生成の接続先（OpenAI 互換。いまはこの機械の中のアドレスだけ）。"
        "例: http://127.0.0.1:8080/v1",
    )
    llm_model: str = Field(default="", description="接続先でのモデルの名前（openai のとき）")
    llm_api_key: SecretStr | None = Field(
        default=None, description="接続先の鍵（openai のとき。要らなければ空）"
    )
    llm_threads: int = Field(
        default=0, ge=0, le=256, description="内蔵のモデルに使うスレッド数（0 は CPU の数）"
    )
    llm_context: int = Field(
        default=2048,
        ge=1024,
        le=32768,
        description="内蔵のモデルが一度に扱うトークン数（増やすとメモリも増えます）",
    )
    llm_deadline_seconds: float = Field(
        default=60.0, gt=0, le=600, description="一つの回答の文章生成を待つ秒数"
    )
    foreign_region: Literal["block", "mask_only", "allow"] = Field(
        default="block",
        description="国外で処理する生成AIに L1 を超える内容を: block（渡さない）、"
        "mask_only（伏せ字にした L2 まで）、allow（登録した上限まで）",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="保存データの暗号鍵（base64。カンマ区切りで、先頭の鍵で暗号化し、残りは復号だけに"
        "使います）。空ならデータフォルダーに開発用の鍵を作ります",
    )
    now: datetime | None = Field(
        default=None, description="「今日」を固定する時刻（試験用。例: 2026-11-23T09:00）"
    )
    session_hours: int = Field(default=12, ge=1, description="サインインが続く時間")
    secure_cookies: bool = Field(
        default=False, description="HTTPS のときだけ Cookie を送る（公開時は true）"
    )
    allowed_hosts: str = Field(
        default="",
        description="受け付けるホスト名（カンマ区切り）。空なら localhost と待ち受けアドレスだけ。"
        "例: yorisoi.city.example.jp",
    )
    question_days: int = Field(default=365, ge=1, description="質問と回答を残す日数")
    log_level: str = Field(default="INFO", description="記録の詳しさ")

    @cached_property
    def sqlalchemy_url(self) -> str:
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'yorisoi.db'}"

    @property
    def host_names(self) -> frozenset[str]:
        """Names under which the web may be addressed, in lower case and without ports."""
        own = {"localhost", "127.0.0.1", "::1", self.host}
        named = {name.strip().strip("[]") for name in self.allowed_hosts.split(",")}
        return frozenset(name.lower() for name in own | named if name)
