# shellcheck shell=bash
# The units under a real systemd: a cached amd64 root, booted by systemd-nspawn; sourced by build.sh.

UNITS_PACKAGES=(systemd systemd-sysv dbus procps tzdata libssl3 libgpiod2 ca-certificates adduser)
UNITS_SUITE=bookworm

verb_test-units() {
    verb_publish "$(own_rid)"
    build tests/Units
    mkdir -p artifacts/test
    check_units
    # shellcheck disable=SC2154 # build.sh counts
    printf '%s passed, %s failed\n' "$passed" "$failed"
    [[ $failed -eq 0 ]]
}

# What a test run has of it: packages of what was published last, and of tests/Units as it was built last.
check_units() {
    if [[ $(own_rid) != linux-x64 ]]; then
        say "units are tested on amd64 only"
        return
    fi
    if [[ $EUID -ne 0 ]]; then
        say "units are tested as root only: skipped"
        return
    fi
    need lintian lintian
    need systemd-nspawn systemd-container
    need mmdebstrap mmdebstrap
    check deb make_debs linux-x64
    check deb-again same_deb_again lightmq-central linux-x64
    check lintian lintian --allow-root --fail-on error,warning artifacts/deb/*_amd64.deb
    units_root
    export LIGHTMQ_UNITS_ROOT LIGHTMQ_UNITS_DEBS=$PWD/artifacts/units/debs
    rm -rf artifacts/units/debs
    mkdir -p artifacts/units/debs
    cp artifacts/deb/*_amd64.deb artifacts/units/debs/
    run_tests tests/Units
}

# same_deb_again <package> <rid>: the same executables give the same bytes.
same_deb_again() {
    local package=$1 rid=$2 file
    rm -rf artifacts/units/again
    make_deb "$package" "$rid" artifacts/units/again
    for file in artifacts/units/again/*; do cmp "$file" "artifacts/deb/${file##*/}"; done
}

# Sets LIGHTMQ_UNITS_ROOT: a tar file with Debian, kept by the hash of what is in it.
units_root() {
    local cache=${XDG_CACHE_HOME:-$HOME/.cache}/lightmq key
    key=$(printf '%s\n' "$UNITS_SUITE" "${UNITS_PACKAGES[@]}" | sha256sum | cut -c1-16)
    LIGHTMQ_UNITS_ROOT=$cache/units-root-$key.tar
    if [[ -e $LIGHTMQ_UNITS_ROOT ]]; then return; fi
    say "making a Debian root for the units (once)"
    mkdir -p "$cache"
    mmdebstrap --quiet --variant=minbase --mode=root --dpkgopt=force-unsafe-io \
        --include="$(IFS=, && echo "${UNITS_PACKAGES[*]}")" "$UNITS_SUITE" "$LIGHTMQ_UNITS_ROOT.new.tar"
    mv "$LIGHTMQ_UNITS_ROOT.new.tar" "$LIGHTMQ_UNITS_ROOT"
}
