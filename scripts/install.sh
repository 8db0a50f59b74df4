#!/bin/sh
# Install what the product needs into this folder, and nowhere else: uv into .tools if the machine has none, all packages into .venv.
#
#   scripts/install.sh run     what it takes to run
#   scripts/install.sh dev     and what it takes to test
#
# Installs exactly what uv.lock says. Answers at once, without the network, if that is what is there already. Called by the Makefile.
#
#   PYTHON=python3.12     use this Python instead of the newest one found
#   INSTALLER=pip         behind a package mirror: install requirements.lock with pip, which reads pip's own configuration

set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.8
OLDEST_UV=0.9
OLDEST_PYTHON=11 # 3.11, as in pyproject.toml
NEWEST_PYTHON=14 # 3.14: the packages in uv.lock carry no binaries for a newer one

wanted=${1:?run or dev}
stamp=.venv/.installed
# A folder that was moved is another one: the programs in .venv have its path written into them.
state="$(cat uv.lock pyproject.toml "$0" | cksum) in $(pwd -P)"

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

installed() {
    [ -x .venv/bin/python ] && [ -f "$stamp" ] || return 1
    [ "$(sed -n 1p "$stamp")" = "$state" ] || return 1
    [ "$wanted" = run ] || [ "$(sed -n 2p "$stamp")" = dev ]
}

# Prints the minor version of a Python 3 that works, or nothing.
minor_of() {
    "$1" -c 'import sys; v = sys.version_info; print(v[1] if v[0] == 3 else "")' 2>/dev/null || true
}

suitable() {
    minor=$(minor_of "$1")
    [ -n "$minor" ] && [ "$minor" -ge "$OLDEST_PYTHON" ] && [ "$minor" -le "$NEWEST_PYTHON" ]
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        suitable "$PYTHON" || fail "PYTHON=$PYTHON is not a Python from 3.$OLDEST_PYTHON to 3.$NEWEST_PYTHON: name another one."
        python=$PYTHON
        return
    fi
    minor=$NEWEST_PYTHON
    while [ "$minor" -ge "$OLDEST_PYTHON" ]; do
        if suitable "python3.$minor"; then
            python=python3.$minor
            return
        fi
        minor=$((minor - 1))
    done
    suitable python3 && python=python3 && return
    found=$(minor_of python3)
    if [ -n "$found" ]; then
        fail "Python 3.$OLDEST_PYTHON to 3.$NEWEST_PYTHON is needed, and python3 here is 3.$found: install one, or name it as in make run PYTHON=/path/to/python3.12."
    fi
    fail "There is no Python 3 here: install Python 3.$OLDEST_PYTHON or newer (on Debian and Ubuntu: apt-get install python3 python3-venv)."
}

make_venv() {
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "This Python cannot make virtual environments: install its venv module (on Debian and Ubuntu: apt-get install python3-venv)."
    rm -rf "$1"
    "$python" -m venv "$1" || fail "Could not make a virtual environment in $1: see above; is the disk full, or mounted noexec?"
}

quiet_pip() {
    PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore "$@"
}

new_enough() {
    version=$("$1" --version 2>/dev/null | sed -n 's/^uv \([0-9.]*\).*/\1/p')
    [ -n "$version" ] && [ "$(printf '%s\n' "$OLDEST_UV" "$version" | sort -V | head -n 1)" = "$OLDEST_UV" ]
}

find_uv() {
    for uv in uv .tools/bin/uv; do
        new_enough "$uv" && return
    done
    say "Installing uv into .tools ..."
    make_venv .tools
    if ! quiet_pip .tools/bin/python -m pip install --quiet "uv==$UV_VERSION" 2>.tools/pip.log; then
        sed -n '/ERROR/p' .tools/pip.log | head -n 2 >&2
        fail "Could not get uv from the package index: check the network, HTTPS_PROXY or pip's configuration, then run make again."
    fi
}

# Settings of another project must not decide where the packages go, nor uv fetch a Python of its own.
uv_sync() {
    env -u UV_PROJECT_ENVIRONMENT -u VIRTUAL_ENV UV_PYTHON_DOWNLOADS=never \
        "$uv" sync --frozen --compile-bytecode "$groups" --python "$python" "$@"
}

install_with_uv() {
    find_uv
    groups=--no-dev
    [ "$wanted" = run ] || groups=--dev
    # A company's proxy that signs certificates itself is known to the system, not to uv's own list: so a second try with the system's.
    if ! uv_sync && ! uv_sync --system-certs; then
        fail "Could not install the packages: check the network or HTTPS_PROXY, then run make again (behind a package mirror: INSTALLER=pip)."
    fi
}

install_with_pip() {
    [ "$wanted" = run ] || fail "INSTALLER=pip installs what it takes to run; the tests need uv and the package index itself."
    [ -x .venv/bin/pip ] || make_venv .venv
    if ! { quiet_pip .venv/bin/python -m pip install --require-hashes --requirement requirements.lock &&
        quiet_pip .venv/bin/python -m pip install --no-deps --editable .; }; then
        fail "Could not install the packages with pip: see above; pip's configuration must name an index that has them."
    fi
}

installed && exit 0

# What came here with a moved folder, or without a Python that still works, is made anew; anything else is brought in step.
moved() { [ -f "$stamp" ] && [ "$(sed -n '1s/.* in //p' "$stamp")" != "$(pwd -P)" ]; }
if moved || [ -z "$(minor_of .venv/bin/python)" ]; then
    rm -rf .venv
fi
if [ -z "${PYTHON:-}" ] && suitable .venv/bin/python; then
    python=.venv/bin/python
else
    find_python
fi
# The program itself, not a link to it in an environment that may be made anew.
python=$("$python" -c 'import sys; print(sys._base_executable)')
# Packages to test with stay when only what it takes to run is asked for.
[ -f "$stamp" ] && [ "$(sed -n 2p "$stamp")" = dev ] && wanted=dev

say "Installing into .venv ..."
rm -f "$stamp"
if [ "${INSTALLER:-uv}" = pip ]; then
    install_with_pip
else
    install_with_uv
fi
printf '%s\n' "$state" "$wanted" >"$stamp"
