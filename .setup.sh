# Sourced by ./run and ./test: ensures system libraries, a Hangul font, and .venv with the dependencies.

system_packages=(libgl1 libegl1 libxkbcommon0 libfontconfig1 libglib2.0-0 libdbus-1-3)
window_packages=(libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-image0 libxcb-render-util0
    libxcb-randr0 libxcb-shape0 libxcb-xfixes0 libxcb-xkb1 libx11-xcb1 libxcb-sync1 libxcb-shm0)

say() { printf '%s\n' "$*" >&2; }

# Prints the path of a supported Python, preferring the system's python3.
find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say "error: Spandesk needs Python 3.11, 3.12 or 3.13, but none was found; install one and try again"
    return 1
}

# Prints the Debian packages among the arguments that are not installed. Newer releases rename some to NAMEt64.
missing_packages() {
    local name states
    for name in "$@"; do
        # It fails because one of the two names is always unknown, but still prints the state of the other.
        states=$(dpkg-query -W -f '${Status}\n' "$name" "${name}t64" 2>/dev/null) || true
        case $states in
            *' ok installed'*) ;;
            *) printf '%s\n' "$name" ;;
        esac
    done
}

prepare_system() {
    [ "$(uname -s)" = Linux ] && command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
    local wanted=("${system_packages[@]}")
    [ "$1" = run ] && wanted+=("${window_packages[@]}")
    command -v fc-list >/dev/null && [ -n "$(fc-list :lang=ko 2>/dev/null | head -n 1)" ] || wanted+=(fonts-nanum fontconfig)
    local python_venv
    python_venv=python$("$2" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
    "$2" -c 'import ensurepip, venv' 2>/dev/null || wanted+=("$python_venv")
    local missing
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    [ "${#missing[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        say "error: system packages are missing; run this once and try again:"
        say "  sudo apt-get update && sudo apt-get install -y ${missing[*]}"
        return 1
    fi
    say "installing ${missing[*]} …"
    # Warnings of apt, dpkg and debconf (no terminal, no apt-utils) are shown only if the installation fails.
    local output
    output=$(apt_get update && apt_get install -y "${missing[@]}") || { say "$output"; return 1; }
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" </dev/null 2>&1; }

# prepare FOLDER run|test: installs what is missing; returns at once if nothing has changed.
prepare() {
    local folder=$1 purpose=$2 extra='[starter]' stamp
    [ "$purpose" = test ] && extra='[dev,starter]'
    stamp="$folder/.venv/.prepared-$purpose"
    if [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$(cksum <"$folder/pyproject.toml")" ]; then
        return 0
    fi
    local python
    python=$(find_python)
    prepare_system "$purpose" "$python"
    [ -x "$folder/.venv/bin/python" ] || "$python" -m venv "$folder/.venv"
    say "installing Spandesk's dependencies into .venv (once; this takes minutes) …"
    "$folder/.venv/bin/python" -m pip install --quiet --disable-pip-version-check -e "$folder$extra" >&2
    cksum <"$folder/pyproject.toml" >"$stamp"
}
