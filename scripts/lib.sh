# Shared by the scripts; read with `. scripts/lib.sh` from a script that set `root`, the top of the
# tree. POSIX sh: it runs on a fresh Debian before anything is installed.

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# How many jobs make may run at once.
job_count() {
    nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2
}

# Run a command as root: directly, or through sudo. 1 when there is no way.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        return 1
    fi
}

can_be_root() {
    [ "$(id -u)" -eq 0 ] || have sudo
}

# Run a command whose output matters only when it fails: quietly LOG COMMAND...
quietly() {
    quiet_log=$1
    shift
    if ! "$@" >"$quiet_log" 2>&1; then
        tail -n 40 "$quiet_log" >&2
        die "failed: $* (whole output in $quiet_log)"
    fi
}

# Fetch something with the client of a package registry, whose output matters only when it fails:
# fetch CLIENT WHAT COMMAND...
fetch() {
    fetch_client=$1
    fetch_what=$2
    shift 2
    if ! fetch_output=$("$@" 2>&1); then
        printf '%s\n' "$fetch_output" | tail -n 20 >&2
        die "$fetch_client could not fetch $fetch_what: check the network and $fetch_client's settings"
    fi
}

# Requirements for pip, from standard input, as they hold for this machine's Python: the hashes are
# those of the wheels for Debian 12 on x86-64; elsewhere the versions alone are fixed.
pip_requirements() {
    case $(uname -m)-$(python3 -c 'import sys; print(*sys.version_info[:2])') in
    "x86_64-3 11") cat ;;
    *) sed 's/ --hash.*//' ;;
    esac
}

# Make configure, where it is missing or older than what it is made of: bootstrap LOG.
bootstrap() {
    if [ ! -x "$root/configure" ] || [ ! -f "$root/Makefile.in" ] ||
        [ "$root/configure.ac" -nt "$root/configure" ]; then
        say "making configure"
        (cd "$root" && quietly "$1" autoreconf -fi)
    fi
}
