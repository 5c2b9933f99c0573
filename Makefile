# Short names for ordinary commands; each sets up .venv on first use. On Windows without make, see
# the README. PYTHON=… names the Python to use, OPTIONS=… goes to pytest and to what makes the
# stick, and COVERAGE=… to pytest's run of tests/.
FIND := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(firstword $(foreach name,python3 python3.12 python3.13 python3.11 python,\
	$(shell $(name) -c "$(FIND)" 2>/dev/null && echo $(name))))
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
LEARNER := .venv/ready
CONTRIBUTOR := .venv/ready-contributor
NPM := $(if $(shell command -v npm 2>/dev/null),node_modules/ready)

.PHONY: lab fresh handout paper slides collect check stick run serve site serve-site test test-sample lint format notebooks reference benchmark lock clean

lab: $(LEARNER) ## open JupyterLab on your copy of the first notebook, in my_notebooks/
	@$(BIN)/python tools/start_lab.py

fresh: $(LEARNER) ## make a fresh copy of one notebook and keep yours, as in: make fresh NOTEBOOK=02
	@$(BIN)/python tools/copy_notebooks.py fresh $(NOTEBOOK)

handout: $(LEARNER) ## make copies to hand out: handout/, and handout_solutions/
	@$(BIN)/python tools/copy_notebooks.py handout

paper: $(CONTRIBUTOR) ## make quizzes and worksheets, with keys, to print: artifacts/paper/
	@$(BIN)/python tools/make_paper.py $(NOTEBOOK)

collect: $(LEARNER) ## report what a class has answered, as in: make collect FOLDER=class
	@$(BIN)/python tools/collect_answers.py $(if $(FOLDER),"$(FOLDER)")

check: $(LEARNER) ## check whether the series runs on this computer (usually less than a minute)
	@$(BIN)/python tools/check_computer.py $(OPTIONS)

stick: $(LEARNER) ## gather all that rooms without a network need: make stick FOLDER=/media/stick
	@$(BIN)/python tools/make_stick.py $(if $(FOLDER),"$(FOLDER)") $(OPTIONS)

slides: $(LEARNER) $(NPM) ## make slides of all notebooks in slides/, or of one: make slides NOTEBOOK=03
	$(BIN)/python tools/make_slides.py $(NOTEBOOK)

run: $(LEARNER) ## execute all notebooks, headless; copies go to artifacts/executed/
	$(BIN)/python tools/run_notebooks.py

serve: $(LEARNER) ## start the prediction service and its page on http://127.0.0.1:8000
	$(BIN)/python -m mnist_helpers.serve

site: $(CONTRIBUTOR) $(NPM) ## make the site of the series, with what it offers: artifacts/site/html/
	$(BIN)/python tools/make_site.py

serve-site: $(CONTRIBUTOR) $(NPM) ## make the site, and show it on http://127.0.0.1:8080
	$(BIN)/python tools/make_site.py --serve 8080

test: $(CONTRIBUTOR) ## run every test, every notebook among them
	$(BIN)/python -m pytest tests --numprocesses=2 $(COVERAGE) $(OPTIONS)
	$(BIN)/python -m pytest notebooks $(OPTIONS)

test-sample: export MNIST_SOURCE := sample
test-sample: $(CONTRIBUTOR) ## run what other data can change, on the bundled digits
	$(BIN)/python -m pytest -m data_matters $(OPTIONS)

lint: $(CONTRIBUTOR) $(NPM) ## check code and notebooks: style, order of imports, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/deptry . tools benchmarks
	$(BIN)/deptry mnist_helpers notebooks --optional-dependencies-dev-groups contribute --ignore DEP002
	$(BIN)/mypy
ifdef NPM
	node_modules/.bin/biome check --error-on-warnings
else
	@echo "JavaScript and CSS were NOT checked: npm is missing (it comes with Node.js)."
	@test -z "$$CI"
endif

format: $(CONTRIBUTOR) $(NPM) ## put code and notebooks into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(if $(NPM),node_modules/.bin/biome check --write)

notebooks: $(CONTRIBUTOR) ## execute the committed notebooks in place; real MNIST only
	$(BIN)/python tools/run_notebooks.py --in-place

reference: $(CONTRIBUTOR) ## train both models that ship with the package; real MNIST only (5 minutes)
	$(BIN)/python tools/make_reference.py

benchmark: $(CONTRIBUTOR) ## measure recipes, the network's parts, the reader, preparation and service (about 95 minutes)
	$(BIN)/python benchmarks/compare_recipes.py
	$(BIN)/python benchmarks/ablate_network.py
	$(BIN)/python benchmarks/train_reader.py
	$(BIN)/python benchmarks/measure_preparation.py
	$(BIN)/python benchmarks/load_service.py
	$(BIN)/python benchmarks/attack_service.py

# The learner's lock takes its versions from the contributor's. backports-strenum: later ones are
# for Python 3.10 and older only, and ai-edge-litert asks for any. UPGRADE= keeps what still fits.
UPGRADE ?= --upgrade
RESOLVE := $(BIN)/uv pip compile --no-config --universal --fork-strategy fewest --generate-hashes \
	--no-annotate --no-header --quiet $(UPGRADE)

lock: $(CONTRIBUTOR) ## resolve pyproject.toml anew into the three requirements*.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock
	echo "backports-strenum<1.3" | $(RESOLVE) --extra contribute --constraint - pyproject.toml \
		-o requirements-contributor.lock
	$(RESOLVE) --constraint requirements-contributor.lock pyproject.toml -o requirements.lock
	echo "uv" | $(RESOLVE) --python-version 3.11 - -o requirements-uv.lock

clean: ## remove .venv, node_modules and everything that was produced
	rm -rf .venv node_modules artifacts slides

# $(call install,FILE) installs what a lock pins: by uv where it is there and works, else by pip.
install = if $(BIN)/uv --version >/dev/null 2>&1; then \
		$(BIN)/uv pip install --python .venv --compile-bytecode --require-hashes -r $(1) && exit; \
		echo "uv could not install them; now pip tries."; \
	fi; \
	echo "pip takes some minutes; of these, its last line, 'Installing', may stand for two."; \
	$(BIN)/python -m pip install --disable-pip-version-check --compile --require-hashes -r $(1)

$(LEARNER): requirements.lock
	@$(or $(PYTHON),python3) -c "$(FIND)" || { echo "This series needs Python 3.11, 3.12 or 3.13 \
	(TensorFlow has no build for others): install one, or name it, as in: make lab PYTHON=python3.12"; exit 1; }
	@echo "First the set-up, this once: some 150 packages into .venv with $(PYTHON), 3 GB on disk."
	@echo "It downloads 0.8 GB (at 50 Mbit/s 2 minutes, at 10 Mbit/s 11) and unpacks it (1 or 2 minutes)."
	@$(PYTHON) -m venv --clear .venv
	@echo "1 of 3: uv, which installs faster than pip does (seconds)"
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements-uv.lock \
		|| echo "uv cannot be had here: pip goes on without it."
	@echo "2 of 3: the packages of requirements.lock (as long as the download takes, and one minute)"
	@$(call install,requirements.lock)
	@echo "3 of 3: the helpers of this folder (seconds)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@echo ready > $@

$(CONTRIBUTOR): requirements-contributor.lock $(LEARNER)
	@echo "Adding what contributors need: some 60 packages (seconds)"
	@$(call install,requirements-contributor.lock)
	@echo ready > $@

node_modules/ready: package-lock.json
	@echo "Adding what shows slides, and what checks JavaScript, CSS and pages: three packages (seconds)"
	@npm ci
	@echo ready > $@
