# Yorisoi. `make` alone lists what can be done here.
#
# Needs Python 3.11-3.13 and make, nothing else. Python packages come from the index that pip is
# set up for; see CONTRIBUTING.md.

PYTHON ?=
PORT ?=
DATA_DIR ?=
LLM ?=
NO_LLM ?=
TORCH_INDEX ?=
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# Not .venv/bin/yorisoi: its first line names the folder that it was installed in.
YORISOI := $(BIN)/python -m app.cli
PIP_INSTALL = $(BIN)/python -m pip --disable-pip-version-check install --no-compile -c constraints.txt
# Of 20,000 modules a few thousand are ever run. Installing compiles none of them, and importing
# these compiles what the server needs: a minute less, and the server starts as fast.
HEAVY := app.main, bm25s, chromadb, sentence_transformers, transformers.models.bert.modeling_bert
TORCH = $(shell grep '^torch==' constraints.txt)
SETTINGS = $(if $(PORT),YORISOI_PORT='$(PORT)') $(if $(DATA_DIR),YORISOI_DATA_DIR='$(DATA_DIR)') $(if $(filter-out 0,$(NO_LLM)),YORISOI_LLM=off,$(if $(LLM),YORISOI_LLM='$(LLM)'))
CHROMIUM = $(or $(YORISOI_TEST_CHROMIUM),/usr/bin/chromium)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## この一覧を表示する
	@echo 'よりそい: 使い方は make 名前'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '変数（例: make run PORT=8080）'
	@echo '  PORT         待ち受けるポート（既定 8000）'
	@echo '  DATA_DIR     データフォルダー（既定 data）'
	@echo '  LLM          文章生成: local（既定。内蔵のモデル、約1.1 GB を裏で取得）、off、openai'
	@echo '  NO_LLM       1 なら文章生成モデルを取得も使用もしない'
	@echo '  TORCH_INDEX  PyTorch を取る索引のアドレス（CPU 版を選ぶとき）'
	@echo '  PYTHON       使う Python（3.11〜3.13）'
	@echo '  ARGS         pytest・eval・bench に渡す引数'

# --- For everyone -------------------------------------------------------------------------------

.PHONY: run
run: $(VENV)/.runtime ## そろっていないものをそろえて、サーバーを起動する
	@$(SETTINGS) $(YORISOI) run

.PHONY: install
install: $(VENV)/.development ## .venv に開発用の一式をインストールする
	@echo '.venv にそろっています。'

.PHONY: pull
pull: $(VENV)/.runtime ## 検索モデルを取得して展開する（済んでいれば何もしない）
	@$(SETTINGS) $(YORISOI) models pull e5-small

.PHONY: test
test: $(VENV)/.development pull ## 試験をする（ブラウザーの試験は make browser）
	$(BIN)/python -m pytest -m 'not browser' $(ARGS)

# --- For developers -----------------------------------------------------------------------------

.PHONY: lint
lint: $(VENV)/.development ## 書き方を調べる（ruff、djlint）
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet app/templates

.PHONY: format
format: $(VENV)/.development ## 書き方を自動で直す
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: types
types: $(VENV)/.development ## 型を調べる（mypy strict）
	$(BIN)/mypy

.PHONY: arch
arch: $(VENV)/.development ## 部品どうしの向きを調べる（import-linter）
	$(BIN)/lint-imports

.PHONY: browser
browser: $(VENV)/.development pull ## 本物の Chromium で画面を試験する
	@if [ -x '$(CHROMIUM)' ]; then \
	  YORISOI_TEST_CHROMIUM='$(CHROMIUM)' $(BIN)/python -m pytest -m browser $(ARGS); \
	else \
	  echo 'ブラウザーの試験を省きました: $(CHROMIUM) がありません。'; \
	  echo 'chromium を入れるか、YORISOI_TEST_CHROMIUM に実行ファイルの場所を指定してください。'; \
	fi

.PHONY: check
check: lint types arch test ## lint、types、arch、test をまとめて行う

.PHONY: ci
ci: ## CI と同じ検査を、PostgreSQL とブラウザーも含めて行う（Debian 系）
	.ci/run

.PHONY: coverage
coverage: $(VENV)/.development pull ## 試験が通った行の割合を測る
	$(BIN)/python -m pytest -m 'not browser' --cov --cov-report=term-missing:skip-covered $(ARGS)

.PHONY: eval
eval: $(VENV)/.development pull ## 検索と回答の正しさを測る
	$(YORISOI) eval $(ARGS)

.PHONY: bench
bench: $(VENV)/.development pull ## 速さとメモリを測る
	$(YORISOI) bench $(ARGS)

.PHONY: docs
docs: $(VENV)/.development ## コードから作る文書（設定・コマンドの一覧）を作り直す
	$(BIN)/python docs/reference.py

.PHONY: pins
pins: ## constraints.txt を作り直す（数分かかる）
	.ci/pins

.PHONY: clean
clean: ## 作業で生じたものを消す（データとモデルは残す）
	rm -rf $(VENV) build dist reports *.egg-info .coverage
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The environment ----------------------------------------------------------------------------
# Two stamps, so that `make run` on a user's machine installs no tools of developers. Each is made
# again when the packages asked for change, and only then.

$(VENV)/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'パッケージをインストールしています（初回は数分かかります）…'
	@if [ "$$(uname)" = Linux ] && [ -z '$(TORCH_INDEX)' ]; then \
	  echo '（Linux では、索引により GPU 用の大きな PyTorch が選ばれます。CPU 版にするには'; \
	  echo '  Ctrl-C で止めて make TORCH_INDEX=アドレス … とします。README の「インストール」参照）'; \
	fi
	@$(PIP_INSTALL) --no-deps $(if $(TORCH_INDEX),--index-url '$(TORCH_INDEX)') '$(TORCH)'
	@$(PIP_INSTALL) -e '.[postgresql]'
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -c 'import $(HEAVY)'
	@touch $@

$(VENV)/.development: $(VENV)/.runtime
	@echo '開発用のパッケージをインストールしています…'
	@$(PIP_INSTALL) -e '.[bench,dev,postgresql]'
	@touch $@

$(BIN)/python:
	@for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
	  $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	    2>/dev/null || continue; \
	  if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "$$python に venv がありません。Debian・Ubuntu では" >&2; \
	    echo '  sudo apt install python3-venv' >&2; \
	    exit 1; \
	  fi; \
	  echo "$$($$python --version) で $(VENV) を作っています…"; \
	  exec $$python -m venv --clear $(VENV); \
	done; \
	echo 'Python 3.11〜3.13 が見つかりません。' >&2; \
	echo 'インストールするか、make PYTHON=実行ファイルの場所 … と指定してください。' >&2; \
	exit 1
