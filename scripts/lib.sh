# shellcheck shell=bash disable=SC2034 # what sources this uses the variables
# Sourced by the other scripts: where things are, how something missing is installed, how long it
# took. Everything said here goes to stderr, so that what a program prints stays clean.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/dayfly
# Outside the clone: a second clone, or a fresh one, finds what was already compiled.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
BIN=$CARGO_TARGET_DIR/debug
RUST_NEEDED=1.95

# Rust installed a moment ago is not on the PATH of the shell that called us.
[ -d "${CARGO_HOME:-$HOME/.cargo}/bin" ] && PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# since START: the time since then (from $SECONDS), in words.
since() {
  local s=$((SECONDS - $1))
  if [ "$s" -lt 60 ]; then echo "$s s"; else printf '%d min %02d s' $((s / 60)) $((s % 60)); fi
}

# as_root COMMAND…: as it is for root, else by sudo; fails where neither is to be had.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo "$@"; else return 1; fi
}

# agreed QUESTION: a yes from the person at the terminal, or from YES=1. Standard input is not
# touched: it belongs to the program.
agreed() {
  [ "${YES:-}" = 1 ] && return 0
  local answer
  # shellcheck disable=SC2188 # opened only to see whether a person is there
  if ! { : </dev/tty; } 2>/dev/null; then
    say "There is no terminal to ask at: \"$1\" Say --yes first to agree."
    return 1
  fi
  printf '%s [y/N] ' "$1" >/dev/tty
  read -r answer </dev/tty || return 1
  case $answer in [yY] | [yY][eE][sS]) return 0 ;; *) return 1 ;; esac
}

# install WHY DEBIAN-PACKAGES BREW-FORMULAE: installs with the system's own package manager.
install() {
  local why=$1 debian=$2 brew=$3
  # shellcheck disable=SC2086 # lists of words
  if have apt-get; then
    say "Installing $debian ($why) …"
    [ -n "${APT_UPDATED:-}" ] || as_root apt-get update -qq </dev/null >/dev/null 2>&1 || true
    APT_UPDATED=1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      -o DPkg::Lock::Timeout=600 $debian </dev/null >&2
  elif [ -n "$brew" ] && have brew; then
    say "Installing $brew ($why) …"
    brew install --quiet $brew </dev/null >&2
  else
    say "Missing: $debian ($why). Please install it with your system's package manager."
    return 1
  fi
}

# A compiler for the few C and assembly files in the cryptography.
need_cc() {
  have cc && return 0
  if [ "$(uname -s)" = Darwin ]; then
    agreed "Dayfly needs Apple's command line tools (a C compiler and linker). Install them?" || return 1
    xcode-select --install </dev/null >&2 || true
    die "A window of macOS installs them now. Run this again when it is done."
  fi
  agreed "Dayfly needs a C compiler (for its cryptography) from your system's packages. Install it?" &&
    install "C compiler for the cryptography" "gcc libc6-dev" ""
}

rust_is_new_enough() {
  have cargo && have rustc || return 1
  local found
  found=$(rustc --version 2>/dev/null | cut -d' ' -f2) || return 1
  [ "$(printf '%s\n%s\n' "$RUST_NEEDED" "$found" | sort -t. -k1,1n -k2,2n | head -n1)" = "$RUST_NEEDED" ]
}

# Rust, by its own installer, after a yes.
need_rust() {
  rust_is_new_enough && return 0
  if have rustup; then
    agreed "Dayfly needs Rust $RUST_NEEDED or newer. Let rustup update the stable toolchain?" || return 1
    rustup toolchain install stable --profile minimal --component clippy --component rustfmt </dev/null >&2 || return 1
    rust_is_new_enough || export RUSTUP_TOOLCHAIN=stable
  else
    agreed "Dayfly is built with Rust $RUST_NEEDED or newer, which is not here. Install it for this user with rustup (https://rustup.rs, about 600 MB in ~/.rustup and ~/.cargo)?" || return 1
    have curl || install "to fetch the installer of Rust" "curl ca-certificates" "" || return 1
    local installer
    installer=$(mktemp) || return 1
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs -o "$installer" &&
      sh "$installer" -y --profile minimal --component clippy --component rustfmt --no-modify-path </dev/null >&2
    local ended=$?
    rm -f "$installer"
    [ "$ended" = 0 ] || return 1
    PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
  fi
  rust_is_new_enough
}

# The library, the terminal client and what writes the bindings.
need_library() {
  [ -x "$BIN/dayfly" ] && [ -x "$BIN/uniffi-bindgen" ] && return 0
  need_rust || die "Rust $RUST_NEEDED is needed."
  say "Building the library: some minutes, once."
  cargo build --workspace --all-targets --locked --manifest-path "$ROOT/Cargo.toml" </dev/null >&2
}
