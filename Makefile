# Everything a person does here, by one word. `make` alone lists it. Arguments: make run ARGS="--port 9000".

.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory
BIN := .venv/bin
ARGS ?=

# uv.lock names the public index, whatever index this machine is set up for.
NEUTRAL := env -u UV_DEFAULT_INDEX -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS UV_NO_CONFIG=1
UV := PATH="$$PATH:.tools/bin" uv

.PHONY: help install install-dev front front-if-possible front-api dev run worker migrate psql openapi test test-db lint format coverage packages bench soak mutants lock up down logs clean reset-data gen-all rag-rebuild vectors recordings dataset eval

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1:/p' Makefile | while IFS=: read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

# -- use -------------------------------------------------------------------------------------------------------------------------------

run: ## Install what is missing, build the page, start the API and the embedded database (ARGS="--port 9000")
	@$(MAKE) -j2 install front-if-possible
	@exec $(BIN)/chatbot serve $(ARGS)

front: ## Build the page into front/dist, with this machine's Node.js or one that is fetched
	@scripts/build_front.sh

front-api: install ## Write front/openapi.json and the types made from it anew, after a change of the API
	@scripts/build_front.sh dev
	@$(BIN)/chatbot openapi >front/openapi.json && cd front && npm run --silent api

dev: install-dev ## Work on it: the API starts anew when its Python changes, the page reloads on http://localhost:5173
	@scripts/build_front.sh dev
	@scripts/dev.sh $(ARGS)

worker: install ## Start one more process that writes answers, on the same database
	@exec $(BIN)/chatbot worker $(ARGS)

migrate: install ## Bring the database to the newest schema (run and worker do so themselves)
	@$(BIN)/chatbot migrate $(ARGS)

psql: install ## Open a shell on the database in use, embedded or DATABASE_URL
	@exec $(BIN)/chatbot psql $(ARGS)

openapi: install ## Print the OpenAPI document: make -s openapi > openapi.json
	@$(BIN)/chatbot openapi

# -- the CVs ---------------------------------------------------------------------------------------------------------------------------

gen-all: install-dev ## Make the sample CVs, JSON and PDF, with the configured model or without any (ARGS="--count 50 --seed 7")
	@$(BIN)/python -m cv_generation all $(ARGS)

rag-rebuild: install ## Index the CVs of CVS_PDF_DIR anew; a running server takes the result over by itself (ARGS=--contextual)
	@$(BIN)/chatbot index $(ARGS)

vectors: install-dev ## Write the vectors that ship beside the sample CVs and the vocabulary anew, after a change of either
	@$(BIN)/python -m rag vectors $(ARGS)

recordings: install-dev ## Ask the embedding model anew for all that tests of retrieval ask of it (one of them: pytest tests/rag --record -k WORD)
	@rm -f tests/rag/*.vectors
	@$(BIN)/python -m pytest tests/rag --record $(ARGS)

dataset: ## Both, one after the other
	@$(MAKE) gen-all
	@$(MAKE) rag-rebuild

eval: install-dev ## Score retrieval against the sample CVs' JSON (ARGS=--misses lists every miss)
	@$(BIN)/python -m rag eval $(ARGS)

# -- work on it ------------------------------------------------------------------------------------------------------------------------

test: lint front ## Everything that has to hold: lint, then all tests
	@started=$$(date +%s); status=0; \
	echo "== the front's units"; (cd front && npm run --silent test) || status=$$?; \
	echo "== tests, on all cores"; $(BIN)/python -m pytest -n auto --dist worksteal --ignore=tests/e2e --ignore=tests/chaos $(ARGS) || status=$$?; \
	echo "== tests of whole processes, two at a time: they wait more than they work"; $(BIN)/python -m pytest -n 2 --dist worksteal -m "not alone" tests/e2e tests/chaos $(ARGS) || status=$$?; \
	echo "== those whose seconds count, one at a time"; $(BIN)/python -m pytest -m alone tests/e2e $(ARGS) || status=$$?; \
	echo "== the front in a browser"; (cd front && npm run --silent e2e) || status=$$?; \
	echo "== tests took $$(($$(date +%s) - started)) s"; exit $$status

test-db: install-dev ## The tests that need a database, on the server that TEST_DATABASE_URL names (postgresql://user:password@host:5432/postgres)
	@[ -n "$$TEST_DATABASE_URL" ] || { echo "Set TEST_DATABASE_URL=postgresql://user:password@host:5432/postgres: an account that may create databases." >&2; exit 1; }
	@$(BIN)/python -m pytest tests/contracts tests/integration tests/e2e --ignore=tests/integration/test_embedded_database.py $(ARGS)

lint: install-dev ## Style, types, layers, lock files
	@echo "== ruff"; $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "== basedpyright"; $(BIN)/basedpyright
	@echo "== import-linter"; $(BIN)/lint-imports
	@scripts/build_front.sh dev
	@echo "== the front"; cd front && npm run --silent lint && npm run --silent types && npm run --silent api:check
	@echo "== workflows"; $(BIN)/zizmor --offline --quiet --no-progress .github/workflows
	@echo "== lock files"; $(BIN)/python -m pytest --quiet tests/unit/test_lock_files.py

format: install-dev ## Put the code into its style
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: install-dev ## Measure speed beside other designs, about ten minutes (ARGS=--quick, ARGS="--only runs --rounds 3")
	@$(BIN)/python -m tests.bench $(ARGS)

soak: install-dev ## Half an hour of faults on real processes, everything checked, leaks looked for (ARGS="--seed 7 --minutes 5")
	@$(BIN)/python -m tests.chaos --minutes 30 --conversations 60 --spare api-2,worker-2 $(ARGS)

mutants: install-dev ## Break each invariant on purpose and see its test fail (ARGS="fence" for those with that word)
	@$(BIN)/python -m tests.mutants $(ARGS)

packages: install-dev front ## Build the sdist and the wheel, page and all, into dist/
	@rm -rf dist && $(BIN)/python -m hatchling build -d dist && ls -l dist

coverage: install-dev front ## Which lines of app/ no test runs: units, contracts, integration, and the processes they start (HTML in htmlcov/)
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report= tests/unit tests/contracts tests/integration tests/observability $(ARGS) \
		|| echo "Some failed: being watched costs time, and some tests are about time. The table counts what ran; make test is what decides."
	@$(BIN)/coverage report --sort=cover --skip-covered && $(BIN)/coverage html --quiet && echo "Line by line: htmlcov/index.html"

lock: install-dev ## Write uv.lock and requirements.lock anew from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(NEUTRAL) $(UV) lock $(ARGS)
	@$(NEUTRAL) $(UV) export --frozen --no-dev --no-emit-project --quiet --output-file requirements.lock

install:
	@scripts/install.sh run

front-if-possible:
	@scripts/build_front.sh optional

install-dev:
	@scripts/install.sh dev

# -- containers ------------------------------------------------------------------------------------------------------------------------

COMPOSE := docker compose

up: compose-there ## Start Postgres, migrations, API and worker in containers, and wait until they answer
	@$(COMPOSE) up --build --detach --wait $(ARGS) && echo "The page is on http://127.0.0.1:$${PORT:-8000} (and on port $${FRONT_PORT:-5173}), the API's reference on /docs. Stop it with make down."

down: compose-there ## Stop the containers; the database stays in its volume
	@$(COMPOSE) down $(ARGS)

logs: compose-there ## Follow what the containers say
	@trap : INT; $(COMPOSE) logs --follow $(ARGS)

.PHONY: compose-there
compose-there:
	@$(COMPOSE) version >/dev/null 2>&1 || { echo "docker compose is not here: install Docker with its compose plugin, or use make run, which needs neither." >&2; exit 1; }

# -- tidy up ---------------------------------------------------------------------------------------------------------------------------

clean: ## Remove what can be made again: .venv, .tools, node_modules, caches; the database stays
	@rm -rf front/node_modules front/.node front/dist front/dist.part front/test-results .venv .tools dist build test-output .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

reset-data: install ## Delete the embedded database with all conversations, after a question (YES=1: without)
	@$(BIN)/python scripts/reset_data.py
