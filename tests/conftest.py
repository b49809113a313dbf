"""What every test stands on: no developer's settings, no randomness, the shared seed if it is here."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT.parent / "shared" / "seed"

# Of the environment's settings a test sees only where models lie, since pulling them takes long,
# and what is meant for tests. Done at import: some modules read them when they are collected.
for _name in [name for name in os.environ if name.startswith("YORISOI_")]:
    if not _name.startswith("YORISOI_TEST_") and _name != "YORISOI_MODELS_DIR":
        del os.environ[_name]
Settings.model_config["env_file"] = None

settings.register_profile(
    "repeatable",
    deadline=None,  # a loaded machine is no bug of ours
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, max_examples=2_000)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def seed_path() -> Path:
    """The folder of the slide deck that the golden questions are about."""
    if not SEED.is_dir():
        pytest.skip("講演資料（shared/seed）がこのチェックアウトの隣にありません")
    return SEED
