# shellcheck shell=bash
# Debian packages from the published executables; sourced by build.sh. What a package holds is in build/deb/NAME.
# The same executables give the same bytes: times are those of the last commit, owners are root, order is by name.

DEB_PACKAGES=(lightmq-edge lightmq-central)

# verb_deb [rid...]
verb_deb() {
    local rids=("$@") rid
    if [[ ${#rids[@]} -eq 0 ]]; then rids=(linux-x64 linux-arm64); fi
    rm -rf artifacts/deb
    for rid in "${rids[@]}"; do
        verb_publish "$rid"
        make_debs "$rid"
    done
    say "packages, their parts lists (CycloneDX) and checksums"
    ls -l artifacts/deb
}

# make_debs <rid>: from what was published last.
make_debs() {
    local rid=$1 package
    need dpkg-deb dpkg
    need readelf binutils
    for package in "${DEB_PACKAGES[@]}"; do make_deb "$package" "$rid" artifacts/deb; done
    (cd artifacts/deb && sha256sum -- *.deb *.cdx.json >SHA256SUMS)
}

deb_architecture() {
    case $1 in
        linux-x64) echo amd64 ;;
        linux-arm64) echo arm64 ;;
        *) fail "deb: linux-x64 or linux-arm64, not '$1'" ;;
    esac
}

# The one place of the version is Directory.Build.props.
project_version() { sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' Directory.Build.props; }

# What is built now is as old as the last commit; a source tree without history says it itself.
source_date() { echo "${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"; }

# make_deb <package> <rid> <folder for the package and its parts list>
make_deb() {
    local package=$1 rid=$2 out=$3 tree version architecture
    version=$(project_version)
    architecture=$(deb_architecture "$rid")
    tree=artifacts/obj/deb/$package-$architecture
    rm -rf "$tree"
    mkdir -p "$tree/DEBIAN" "$out"
    install_files "$package" "$rid" "$tree"
    deb_documents "$package" "$version" "$tree"
    deb_control "$package" "$version" "$architecture" "$tree"
    SOURCE_DATE_EPOCH=$(source_date)
    export SOURCE_DATE_EPOCH
    find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zxz --build "$tree" "$out/${package}_${version}_$architecture.deb"
    build/sbom.sh "$package" "$version" "$rid" >"$out/${package}_${version}_$architecture.cdx.json"
}

# install_files <package> <rid> <tree>
install_files() {
    local package=$1 rid=$2 tree=$3 mode from to
    while read -r mode from to; do
        if [[ $mode == \#* ]]; then continue; fi
        from=${from/@RID@/$rid}
        [[ -e $from ]] || fail "deb: $from is not there; ./build.sh publish $rid"
        install -D -m "$mode" "$from" "$tree/$to/${from##*/}"
    done <"build/deb/$package/files"
    find "$tree/usr" -type d -exec chmod 755 {} +
}

# deb_documents <package> <version> <tree>
deb_documents() {
    local package=$1 version=$2 tree=$3 folder=$3/usr/share/doc/$1
    awk 'NR == FNR { if (NR > 4) mit = mit (mit == "" ? "" : "\n") ($0 == "" ? " ." : " " $0); next }
        /^@MIT@$/ { print mit; next } { print }' LICENSE build/deb/copyright >"$folder/copyright"
    printf '%s (%s) stable; urgency=medium\n\n  * Built from %s.\n\n -- %s  %s\n' "$package" "$version" \
        "$(git rev-parse --short=12 HEAD 2>/dev/null || echo a source tree without history)" \
        "$(sed -n 's/^Maintainer: //p' "build/deb/$package/control")" \
        "$(LC_ALL=C date -u -d "@$(source_date)" '+%a, %d %b %Y %H:%M:%S +0000')" |
        gzip -9 -n >"$folder/changelog.gz"
    install -D -m 644 "build/deb/$package/lintian-overrides" "$tree/usr/share/lintian/overrides/$package"
    find "$tree/usr/share" -type d -exec chmod 755 {} +
    chmod 644 "$folder/copyright" "$folder/changelog.gz"
}

# deb_control <package> <version> <architecture> <tree>
deb_control() {
    local package=$1 version=$2 architecture=$3 tree=$4 script glibc
    glibc=$(for script in "$tree"/usr/bin/*; do readelf -VW "$script"; done |
        sed -n 's/.*Name: GLIBC_\([0-9.]*\).*/\1/p' | sort -Vu | tail -n 1)
    sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@GLIBC@/$glibc/" \
        -e "s/@INSTALLED_SIZE@/$(du -k -s --apparent-size "$tree/usr" | cut -f1)/" \
        "build/deb/$package/control" >"$tree/DEBIAN/control"
    for script in postinst prerm postrm; do
        install -m 755 "build/deb/$package/$script" "$tree/DEBIAN/$script"
    done
    (cd "$tree" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
    chmod 644 "$tree/DEBIAN/control" "$tree/DEBIAN/md5sums"
    chmod 755 "$tree" "$tree/DEBIAN"
}
