# Short names for ordinary commands; each sets up .venv on first use. On Windows without make, see
# the README. PYTHON=… names the Python to use.
FIND := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(firstword $(foreach name,python3 python3.12 python3.13 python3.11 python,\
	$(shell $(name) -c "$(FIND)" 2>/dev/null && echo $(name))))
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY := .venv/ready

.PHONY: lab run serve test lint format notebooks reference benchmark lock clean

lab: $(READY) ## open JupyterLab on the first notebook
	$(BIN)/jupyter lab notebooks/01_explore_the_data.ipynb

run: $(READY) ## execute all notebooks, headless; copies go to artifacts/executed/
	$(BIN)/python tools/run_notebooks.py

serve: $(READY) ## start the prediction service and its page on http://127.0.0.1:8000
	$(BIN)/python -m mnist_helpers.serve

test: $(READY) ## run every test, every notebook among them
	$(BIN)/python -m pytest

lint: $(READY) ## check code and notebooks
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

format: $(READY) ## put code and notebooks into shape
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

notebooks: $(READY) ## execute the committed notebooks in place; real MNIST only
	$(BIN)/python tools/run_notebooks.py --in-place

reference: $(READY) ## make the model of artifacts/ the reference model of the package
	$(BIN)/python tools/make_reference.py

benchmark: $(READY) ## measure recipes, preparation and service (about 30 minutes)
	$(BIN)/python benchmarks/compare_recipes.py
	$(BIN)/python benchmarks/measure_preparation.py
	$(BIN)/python benchmarks/load_service.py

lock: $(READY) ## resolve pyproject.toml anew into requirements.lock
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra test --universal --fork-strategy fewest \
		--generate-hashes --no-annotate --no-header --upgrade --quiet -o requirements.lock

clean: ## remove .venv and everything that was produced
	rm -rf .venv artifacts

$(READY): requirements.lock
	@$(or $(PYTHON),python3) -c "$(FIND)" || { echo "This series needs Python 3.11, 3.12 or 3.13 \
	(TensorFlow has no build for others): install one, or name it, as in: make lab PYTHON=python3.12"; exit 1; }
	@echo "Setting up .venv with $(PYTHON): some 170 packages, 3 GB, a few minutes ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --compile --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@echo ready > $@
