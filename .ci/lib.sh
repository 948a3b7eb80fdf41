# Parts of .ci/run. Sourced, not run.

# A headline with the time since the start and since the last one.
section() {
  local now=$SECONDS
  printf '\n=== %s  [%ss, +%ss]\n' "$1" "$now" "$((now - ${_last:-0}))"
  _last=$now
}

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

# expect FILE PATTERN: a line of the file fits, or the run fails
expect() {
  grep -Eq "$2" "$1" || fail "no line like '$2' was printed"
}

# The newest Python that is new enough; `$PYTHON` where it is set.
find_python() {
  local candidate
  for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q >&2
    apt-get install -y -q --no-install-recommends python3 python3-venv git ca-certificates >&2
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' && command -v python3 && return
  fi
  echo "Python 3.11 or newer with venv is needed" >&2
  return 1
}

# The one line of the README's console blocks that begins with `pip install` and ends as given: what CI runs is what
# the README says.
readme_command() {
  local found
  found=$(sed -n 's/^\$ \(pip install .*\)$/\1/p' README.md | grep -F "$1" || true)
  [ "$(printf '%s\n' "$found" | grep -c .)" = 1 ] || fail "README.md must hold one command with '$1'"
  printf '%s' "$found"
}

# What a build makes, gone: a developer's folder becomes a fresh clone's.
clean_example() {
  rm -rf example_project/assets.lock example_project/originals example_project/generated example_project/.assetgen
}

# Every file of a folder with its time and size, but for the tool's own notes about them
snapshot() {
  find "$1" -path '*/.assetgen' -prune -o -type f -printf '%p %T@ %s\n' | sort
}

# Every file of a folder with its digest
digests() {
  (cd "$1" && find . -type f -exec sha256sum {} +) | sort -k 2
}

# Asks for known vulnerabilities of the pinned packages. Some mirrors do not know any: then it says how many it could
# not ask for.
audit() {
  "$python" -m venv "$1/audit"
  PIP_CONSTRAINT="" "$1/audit/bin/pip" install -q pip-audit
  if ! "$1/audit/bin/pip-audit" --no-deps --disable-pip --progress-spinner off -r .ci/constraints.txt \
      >"$1/audited" 2>"$1/audit.log"; then
    grep -q '^Found [0-9]' "$1/audit.log" || { echo "not audited: $(tail -n 1 "$1/audit.log")"; return; }
    cat "$1/audited"
    fail "a pinned package has a known vulnerability: raise it in .ci/constraints.txt"
  fi
  echo "$(grep -ci '^[a-z].*==' .ci/constraints.txt) packages, $(grep -c 'could not be audited' "$1/audited") unknown to the index; none has a known vulnerability"
}

# The promise of pyproject.toml: every version that it allows will do. $2: a Python that has moto, which wants newer ones.
lowest_versions() {
  local oldest
  oldest=$(command -v python3.11 || echo "$python")
  "$oldest" -m venv "$1/lowest"
  "$python" .ci/lowest.py > "$1/lowest.txt"
  (
    . "$1/lowest/bin/activate"
    export PIP_CONSTRAINT="$1/lowest.txt"
    unset ASSETGEN_SOAK
    pip install -q ".[remote,test]"
    ASSETGEN_MOTO_PYTHON="$2" pytest
  )
}
