# Shared by the scripts of tools/. Source it first:   . "$(dirname "$(readlink -f "$0")")/lib/common.sh"

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
builds=${TLSPP_BUILD:-$root/build}

# Another checkout of the same sources is served from the same cache.
export CCACHE_NOHASHDIR=1

say() { printf '%s\n' "$*"; }
complain() { printf '%s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# The Debian packages that bring a command.
packages_of() {
    case $1 in
        arm-none-eabi-g++) echo gcc-arm-none-eabi libstdc++-arm-none-eabi-newlib ;;
        x86_64-w64-mingw32-g++-posix) echo g++-mingw-w64-x86-64-posix ;;
        clang++-*) echo "clang-${1#clang++-}" "libclang-rt-${1#clang++-}-dev" ;;
        ninja) echo ninja-build ;;
        certutil) echo libnss3-tools ;;
        wine) echo wine wine64 ;;
        *) echo "$1" ;;
    esac
}

# install_packages PACKAGE...: where this machine lets us.
install_packages() {
    local sudo=()
    has apt-get || return 0
    if ((EUID != 0)) && has sudo && sudo -n true 2>/dev/null; then sudo=(sudo -n); fi
    if ((EUID == 0)) || ((${#sudo[@]})); then
        say "Installing $* ..."
        "${sudo[@]}" apt-get -qq update >/dev/null 2>&1 || true
        "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" \
            >/dev/null 2>&1 </dev/null || true
    fi
}

# install_commands COMMAND...: installs what is missing, where it may. False when something is still missing.
install_commands() {
    local command packages=()
    for command in "$@"; do
        has "$command" || packages+=($(packages_of "$command"))
    done
    ((${#packages[@]})) || return 0
    install_packages "${packages[@]}"
    for command in "$@"; do
        has "$command" || return 1
    done
}

# need COMMAND...: what nothing works without.
need() {
    local command missing=()
    install_commands "$@" && return
    for command in "$@"; do
        has "$command" || missing+=($(packages_of "$command"))
    done
    complain "Please install (these are the names of Debian's packages): ${missing[*]}"
    exit 2
}

# want COMMAND...: what only some checks need. False, with a word about it, when it cannot be had.
want() {
    local command missing=()
    install_commands "$@" && return
    for command in "$@"; do
        has "$command" || missing+=($(packages_of "$command"))
    done
    complain "Not installed, so what needs it is left out: ${missing[*]}"
    return 1
}

# want_header HEADER PACKAGE: what only some tests include. False, with a word about it, when it cannot be had.
want_header() {
    [[ -f /usr/include/$1 ]] && return
    install_packages "$2"
    [[ -f /usr/include/$1 ]] && return
    complain "Not installed, so what needs it is left out: $2"
    return 1
}

# want_sanitizers CLANG: the libraries that its sanitizers need are a package of their own.
want_sanitizers() {
    local version=${1#clang++-} program
    program=$(mktemp)
    if ! "$1" -fsanitize=address,undefined -x c++ - -o "$program" <<<'int main() {}' 2>/dev/null; then
        install_packages "libclang-rt-$version-dev"
        if ! "$1" -fsanitize=address,undefined -x c++ - -o "$program" <<<'int main() {}' 2>/dev/null; then
            rm -f "$program"
            complain "Not installed, so what needs it is left out: libclang-rt-$version-dev"
            return 1
        fi
    fi
    rm -f "$program"
}

need_build_tools() {
    need meson ninja g++ pkg-config python3
    want ccache || true
    "$root/tools/fetch-wraps"
}

# cached COMPILER: the compiler behind ccache, where there is one.
cached() { if has ccache; then echo "ccache $1"; else echo "$1"; fi; }

# configure NAME CC CXX OPTION...: makes the build folder once; ninja reconfigures it when a meson.build changes.
configure() {
    local folder=$builds/$1 cc=$2 cxx=$3
    shift 3
    if [[ -f $folder/build.ninja && -f $folder/options && $(<"$folder/options") == "$cc $cxx $*" ]]; then
        return
    fi
    rm -rf "$folder"
    mkdir -p "$folder"
    CC=$(cached "$cc") CXX=$(cached "$cxx") meson setup "$folder" "$root" "$@" >"$folder.log" 2>&1 || {
        cat "$folder.log" >&2
        return 1
    }
    mv "$folder.log" "$folder/setup.log"
    printf '%s' "$cc $cxx $*" >"$folder/options"
}

# build NAME TARGET...: quiet unless something fails; goes on after a failure, so that one run tells all.
build() {
    local folder=$builds/$1
    shift
    ninja -C "$folder" -k 0 "$@" >"$folder/build.log" 2>&1 || {
        grep -v '^\[[0-9]*/[0-9]*\] [A-Z]' "$folder/build.log" >&2
        return 1
    }
}

# mbedtls_version PREFIX: the version of an installed Mbed TLS; false, with a word about it, where there is none.
mbedtls_version() {
    local header=$1/include/mbedtls/build_info.h version
    version=$(sed -n 's/^#define MBEDTLS_VERSION_STRING *"\(.*\)".*/\1/p' "$header" 2>/dev/null) || true
    if [[ -z $version ]]; then
        complain "$1: no Mbed TLS 3.6 or newer is installed there (no include/mbedtls/build_info.h with a version)."
        return 1
    fi
    echo "$version"
}

# configure_installed PREFIX [OPTION...]: makes a build folder for an installed Mbed TLS. It is optimised already, so
# that the tests need not be.
configure_installed() {
    local prefix=$1 version
    shift
    version=$(mbedtls_version "$prefix") || return
    configure "mbedtls-$version" gcc g++ -Doptimization=0 -Ddebug=false -Dmbedtls=system "-Dmbedtls_prefix=$prefix" "$@"
}
