# Everything a newcomer types. A fresh machine needs Python 3.11 or newer, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
says = echo "$(1) / $(2)"

.PHONY: run test lint bench storm requirements clean

run: $(VENV)/.run
	@$(BIN)/mingcha demo

# Bytecode is written, whatever the environment says: each worker and each program it starts would compile everything.
test: $(VENV)/.dev
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist worksteal -rs --durations=10 $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/deptry .

# ONLY=talk,out,desk,cases,sheets,life,floods: these parts alone, each under five minutes.
bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY))

# Kills, frozen lines and wrong clocks for so many minutes, then a table of what came of it.
MINUTES ?= 30
storm: $(VENV)/.dev
	MINGCHA_STORM_MINUTES=$(MINUTES) $(BIN)/python -m pytest -q -s tests/scenarios/faults/test_storm.py

# Two environments would cost a newcomer a minute: the first build takes what is asked for, the second adds to it.
$(VENV)/.run: requirements.txt pyproject.toml
	@$(call says,正在安装：第一步，建立 Python 环境,Installing 1 of 3: a Python environment)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(call says,第二步，下载并安装依赖（第一次约一分钟）,2 of 3: downloading and installing what it needs; about a minute the first time)
	@test -e $(VENV)/.dev || $(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@$(call says,第三步，安装明察,3 of 3: Mingcha itself)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt pyproject.toml
	@$(call says,正在安装：第一步，建立 Python 环境,Installing 1 of 3: a Python environment)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(call says,第二步，下载并安装依赖和测试工具（第一次一两分钟）,2 of 3: downloading and installing what it and its tests need; a minute or two the first time)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@$(call says,第三步，安装明察,3 of 3: Mingcha itself)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# For maintainers: new pins after a change of pyproject.toml. Needs uv; the lock file stays out of the repository.
requirements:
	uv lock --quiet
	uv export --quiet --no-emit-project --no-default-groups --group build --no-header -o requirements.txt
	uv export --quiet --no-emit-project --all-groups --no-header -o requirements-dev.txt

clean:
	rm -rf $(VENV) var
