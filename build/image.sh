#!/usr/bin/env bash
# The image and what it is made of; part of build.sh. Needs root: file systems are mounted, arm64 programs are run.
#   root base   Debian's packages, installed once and kept by the hash of their list (7 to 10 minutes)
#   rootfs      with kernel, first steps, our packages and the files of rootfs/: a squashfs
#   image       boot partition, boot loader's memory, slots A and B, data
#   bundle      an update, signed

IMAGE=artifacts/image
IMAGE_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/lightmq
# The squashfs is read by GRUB, which knows no zstd. xz for what is given away; lzo, in seconds, for tests.
ROOT_COMPRESSION=${ROOT_COMPRESSION:-xz}

need_image_tools() {
    [[ $EUID -eq 0 ]] || fail "this verb needs root: it mounts file systems and runs arm64 programs"
    need mmdebstrap mmdebstrap
    need arch-test arch-test
    need qemu-aarch64-static qemu-user-static
    need mksquashfs squashfs-tools
    need genimage genimage
    need mcopy mtools
    need mkfs.vfat dosfstools
    need mke2fs e2fsprogs
    need rauc rauc
    need openssl openssl
    need grub-mkimage grub-common
    need grub-editenv grub-common
    need depmod kmod
    need cpio cpio
    need jq jq
    need xz xz-utils
    need fdtoverlay device-tree-compiler
    foreign_programs_run
}

# Lets the kernel start arm64 programs through qemu, unless it is an arm64 machine or can already.
foreign_programs_run() {
    local registry=/proc/sys/fs/binfmt_misc
    if [[ $(uname -m) == aarch64 || -e $registry/qemu-aarch64 ]]; then return; fi
    mountpoint -q $registry || mount -t binfmt_misc binfmt_misc $registry
    if [[ ! -e $registry/qemu-aarch64 ]]; then cat /usr/lib/binfmt.d/qemu-aarch64.conf >$registry/register; fi
    [[ -e $registry/qemu-aarch64 ]] || fail "the kernel does not start arm64 programs (binfmt_misc)"
}

# The lines of a list without comments.
list() { sed 's/#.*//' "$1" | tr -s ' \n' '\n' | sed '/^$/d'; }

image_epoch() { git log -1 --format=%ct; }
# As 2026.11.26.1015: when the last commit was made, UTC.
image_version() {
    echo "${IMAGE_VERSION:-$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y.%m.%d.%H%M)}"
}

# --- what Debian brings ------------------------------------------------------------------------------------

# Prints the path of the cached root; makes it where it is not there.
base_root() {
    local hash file
    hash=$(cat build/image/{packages,purged}.txt <(declare -f make_base_root) | sha256sum | cut -c 1-16)
    file=$IMAGE_CACHE/root-arm64-$hash.tar
    if [[ ! -e $file ]]; then
        say "installing Debian's packages for arm64 (7 to 10 minutes; kept in $IMAGE_CACHE)" >&2
        make_base_root "$file" >&2
    fi
    echo "$file"
}

make_base_root() {
    local packages scratch
    mkdir -p "$IMAGE_CACHE"
    packages=$(list build/image/packages.txt | paste -sd,)
    scratch=$(mktemp -d)
    mount -t tmpfs -o size=4g root "$scratch"
    # shellcheck disable=SC2064 # the folder of now
    trap "umount '$scratch'; rmdir '$scratch'; trap - RETURN" RETURN
    TMPDIR=$scratch mmdebstrap --quiet --arch=arm64 --variant=minbase --mode=root --dpkgopt=force-unsafe-io \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --aptopt='APT::Install-Recommends "false"' --include="$packages" \
        --customize-hook="chroot \"\$1\" dpkg --purge --force-depends $(list build/image/purged.txt | paste -sd' ' -)" \
        bookworm "${1%.tar}.new.tar"
    mv "${1%.tar}.new.tar" "$1"
}

# Unpacked packages of arm64: kernel, boot loaders, firmware. Prints their folder.
foreign_packages() {
    local hash folder apt package
    hash=$(cat build/image/foreign.txt <(declare -f make_foreign) | sha256sum | cut -c 1-16)
    folder=$IMAGE_CACHE/foreign-arm64-$hash
    if [[ ! -e $folder ]]; then
        say "fetching kernel, boot loaders and firmware" >&2
        rm -rf "$folder.new"
        mkdir -p "$folder.new"
        make_foreign "$folder.new" >&2
        mv "$folder.new" "$folder"
    fi
    echo "$folder"
}

make_foreign() {
    local folder=$1 apt=$1/.apt package packages
    mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,debs}
    touch "$apt/status"
    # shellcheck disable=SC2016 # apt's own words
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) main non-free-firmware' 'Created-By: Packages' |
        sort -u >"$apt/sources.list"
    cat >"$apt/apt.conf" <<TEXT
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "root";
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
TEXT
    (
        export APT_CONFIG=$apt/apt.conf
        apt-get update -qq
        packages=$(list build/image/foreign.txt)
        # The kernel's package of today hides behind one without a version.
        packages=${packages/linux-image-arm64/$(apt-cache depends linux-image-arm64 |
            awk '/Depends:/ { print $2; exit }')}
        cd "$apt/debs" || exit
        # shellcheck disable=SC2086 # a list
        apt-get download -qq $packages
    )
    for package in "$apt"/debs/*.deb; do
        dpkg-deb -x "$package" "$folder"
        # shellcheck disable=SC2016 # dpkg's own words
        dpkg-deb -W --showformat='${Package} ${Version}\n' "$package" >>"$folder/packages.list"
    done
    rm -rf "$apt"
}

# --- root file system --------------------------------------------------------------------------------------

# The finished root file system as a folder, in artifacts/image/root.
assemble_root() {
    local root=$IMAGE/root foreign
    say "assembling the root file system"
    rm -rf "$root"
    mkdir -p "$root"
    tar -C "$root" --xattrs --xattrs-include='*' -xf "$(base_root)"
    foreign=$(foreign_packages)
    add_kernel "$root" "$foreign"
    add_programs "$root"
    cp -a --no-preserve=ownership rootfs/. "$root/"
    rm -f "$root/README.md" "$root"/boot/*.txt
    add_identity "$root" "$foreign"
    settle_root "$root"
    add_initrd "$root" "$foreign"
}

add_kernel() {
    local root=$1 foreign=$2 version dropped
    version=$(basename "$foreign"/lib/modules/*)
    mkdir -p "$root/boot" "$root/usr/lib/modules" "$root/usr/lib/firmware"
    cp "$foreign/boot/vmlinuz-$version" "$root/boot/vmlinuz"
    cp -a "$foreign/lib/modules/$version" "$root/usr/lib/modules/"
    while read -r dropped; do
        rm -rf "$root/usr/lib/modules/$version/kernel/$dropped"
    done < <(list build/image/modules-dropped.txt)
    depmod -b "$root/usr" "$version" 2>/dev/null || depmod -b "$root" "$version"
    cp -a "$foreign/lib/firmware/." "$root/usr/lib/firmware/"
}

# Our programs, as their package brings them.
add_programs() {
    local root=$1
    rm -rf "$IMAGE/deb"
    make_deb lightmq-edge linux-arm64 "$IMAGE/deb"
    cp "$IMAGE"/deb/*.deb "$root/package.deb"
    # Debian's manuals are left out; ours is for whoever stands before the box.
    chroot "$root" dpkg --install --force-unsafe-io --path-include='/usr/share/doc/lightmq-edge/*' /package.deb
    rm "$root/package.deb"
}

# Who it is, whom it trusts, what is in it.
add_identity() {
    local root=$1 foreign=$2 version
    version=$(image_version)
    mkdir -p "$root/usr/lib/lightmq" "$root/etc/rauc"
    cp "$(signing_file keyring)" "$root/etc/rauc/keyring.pem"
    printf '{"version":"%s","compatible":"lightmq-edge-arm64","developmentKey":%s}\n' \
        "$version" "$(is_development_key && echo true || echo false)" >"$root/usr/lib/lightmq/image.json"
    touch -d "@$(image_epoch)" "$root/usr/lib/clock-epoch"
    cp "$foreign/packages.list" "$root/usr/lib/lightmq/firmware-packages.list"
}

# What an image must not share between boxes, or carry at all; and what starts.
settle_root() {
    local root=$1
    rm -rf "$root"/etc/ssh/ssh_host_* "$root"/var/log/* "$root"/var/cache/* "$root"/var/lib/apt/* \
        "$root"/etc/apt "$root"/usr/lib/apt "$root"/var/lib/systemd/random-seed \
        "$root"/usr/share/{locale,man,info,lintian,bash-completion,zsh} "$root"/etc/resolv.conf "$root"/etc/hostname \
        "$root"/usr/lib/grub/arm64-efi "$root"/usr/share/grub "$root"/usr/lib/udev/hwdb.{d,bin} \
        "$root"/usr/lib/aarch64-linux-gnu/gconv "$root"/usr/share/zoneinfo/{right,posix}
    find "$root/usr/share/doc" -mindepth 2 -maxdepth 2 ! -name copyright ! -path '*/lightmq-edge/*' -exec rm -rf {} +
    mkdir -p "$root"/{data,boot/firmware,boot/env} "$root"/var/{log,cache}
    : >"$root/etc/machine-id"
    echo lightmq >"$root/etc/hostname"
    ln -s /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
    # Nobody logs in but by ssh with a key.
    chroot "$root" usermod --password '!*' root
    chroot "$root" systemctl --quiet enable systemd-networkd systemd-resolved systemd-timesyncd nftables ssh rauc
    chroot "$root" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
        systemd-networkd-wait-online.service e2scrub_all.timer fstrim.timer e2scrub_reap.service getty@tty1.service \
        serial-getty@ttyAMA0.service systemd-pstore.service systemd-firstboot.service \
        wpa_supplicant.service
    chroot "$root" systemctl --quiet set-default multi-user.target
}

add_initrd() {
    local root=$1 foreign=$2 initrd=$IMAGE/initrd version module file
    version=$(basename "$root"/usr/lib/modules/*)
    rm -rf "$initrd"
    mkdir -p "$initrd"/{bin,sbin,lib/modules}
    cp "$(find "$foreign" -path '*bin/busybox')" "$initrd/bin/busybox"
    ln -s busybox "$initrd/bin/sh"
    cp build/image/init "$initrd/init"
    chmod 755 "$initrd/init"
    list build/image/initrd-modules.txt | while read -r module; do
        modprobe -d "$PWD/$root/usr/.." -S "$version" --show-depends "$module" 2>/dev/null |
            sed -n 's/^insmod //p' || true
    done | sed "s#.*/lib/modules/#lib/modules/#" | sort -u | while read -r file; do
        mkdir -p "$initrd/$(dirname "$file")"
        cp "$root/usr/$file" "$initrd/$file"
    done
    cp "$root/usr/lib/modules/$version"/modules.{builtin,order,builtin.modinfo} "$initrd/lib/modules/$version/"
    depmod -b "$initrd" "$version"
    list build/image/initrd-modules.txt >"$initrd/lib/initrd-modules"
    find "$initrd" -exec touch -h -d "@$(image_epoch)" {} +
    (cd "$initrd" && find . -print0 | LC_ALL=C sort -z |
        cpio --quiet --null --create --format=newc --owner=0:0 --reproducible) | xz --check=crc32 -6 >"$root/boot/initrd.img"
}

# make_squashfs <out> [root]
make_squashfs() {
    local out=$1 root=${2:-$IMAGE/root} options=()
    case $ROOT_COMPRESSION in
        xz) options=(-comp xz -b 256K) ;;
        lzo) options=(-comp lzo -Xalgorithm lzo1x_1 -b 256K) ;;
        gzip) options=(-comp gzip -Xcompression-level 6 -b 256K) ;;
        *) fail "ROOT_COMPRESSION is xz, gzip or lzo" ;;
    esac
    rm -f "$out"
    SOURCE_DATE_EPOCH=$(image_epoch) mksquashfs "$root" "$out" -noappend -quiet -no-progress \
        "${options[@]}" >/dev/null
}

# What is published already is taken as it is with IMAGE_PUBLISHED=yes.
verb_rootfs() {
    need_image_tools
    mkdir -p "$IMAGE"
    if [[ ${IMAGE_PUBLISHED:-} != yes ]]; then publish linux-arm64 "${EDGE_PROJECTS[@]}"; fi
    assemble_root
    make_squashfs "$IMAGE/root.squashfs"
    ls -l "$IMAGE/root.squashfs"
}

# --- who signs ---------------------------------------------------------------------------------------------

is_development_key() { [[ -z ${LIGHTMQ_SIGNING_KEY:-} ]]; }

# signing_file key|certificate|keyring: from the environment, or of a development key made here.
signing_file() {
    local dev=artifacts/keys/development
    if ! is_development_key; then
        case $1 in
            key) echo "$LIGHTMQ_SIGNING_KEY" ;;
            certificate) echo "${LIGHTMQ_SIGNING_CERTIFICATE:?names the certificate of LIGHTMQ_SIGNING_KEY}" ;;
            keyring) echo "${LIGHTMQ_KEYRING:-$LIGHTMQ_SIGNING_CERTIFICATE}" ;;
        esac
        return
    fi
    if [[ ! -e $dev/key.pem ]]; then
        say "making a development key: never ship an image with it" >&2
        mkdir -p "$dev"
        (umask 077 && openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj "/CN=LightMq Edge DEVELOPMENT" \
            -keyout "$dev/key.pem" -out "$dev/certificate.pem" 2>/dev/null)
    fi
    case $1 in
        key) echo "$dev/key.pem" ;;
        *) echo "$dev/certificate.pem" ;;
    esac
}

# --- image -------------------------------------------------------------------------------------------------

boot_files() {
    local boot=$IMAGE/tree/boot env=$IMAGE/tree/env foreign
    foreign=$(foreign_packages)
    rm -rf "$IMAGE/tree"
    mkdir -p "$boot/EFI/BOOT" "$env" "$IMAGE/tree/data"
    grub-mkimage -O arm64-efi -d "$foreign/usr/lib/grub/arm64-efi" -p /EFI/BOOT \
        -o "$boot/EFI/BOOT/BOOTAA64.EFI" part_gpt part_msdos fat squash4 xzio gzio lzopio loadenv test echo normal linux \
        regexp sleep reboot halt
    cp build/image/grub.cfg "$boot/EFI/BOOT/grub.cfg"
    cp "$foreign"/usr/lib/raspi-firmware/{bootcode.bin,start.elf,start4.elf,fixup.dat,fixup4.dat} "$boot/"
    cp "$foreign/usr/lib/u-boot/rpi_arm64/u-boot.bin" build/image/config.txt "$boot/"
    cp "$foreign"/usr/lib/linux-image-*/broadcom/bcm2*.dtb "$boot/"
    device_trees "$boot"
    check_device_trees "$boot"
    check_modules
    cp rootfs/boot/lightmq-sample.txt "$boot/lightmq-sample.txt" 2>/dev/null || true
    if is_development_key; then
        printf 'This image is signed with a development key, which anybody who built it has.\r\nDo not ship it.\r\n' \
            >"$boot/DEVELOPMENT-KEY.txt"
    fi
    grub-editenv "$env/grubenv" create
    grub-editenv "$env/grubenv" set ORDER="A B" A_OK=1 A_TRY=0 B_OK=0 B_TRY=0
    cp "$env/grubenv" "$env/grubenv.bak"
    find "$IMAGE/tree" -exec touch -h -d "@$(image_epoch)" {} +
}

# device_trees <boot>: what Debian's lack. Overlays name the GPIO chip by its label, and without numbers the kernel counts
# buses as it finds them. Then the overlays.
device_trees() {
    local tree overlay
    for tree in "$1"/*.dtb; do
        fdtput -p -t s "$tree" /__symbols__ gpio /soc/gpio@7e200000 || fail "$tree cannot be changed"
        fdtput -p -t s "$tree" /aliases i2c1 /soc/i2c@7e804000 || fail "$tree cannot be changed"
        fdtput -p -t s "$tree" /aliases spi0 /soc/spi@7e204000 || fail "$tree cannot be changed"
    done
    mkdir "$1/overlays"
    for overlay in build/image/overlays/*.dts; do
        dtc -I dts -O dtb -o "$1/overlays/$(basename "$overlay" .dts).dtbo" "$overlay" || fail "$overlay is wrong"
    done
}

# check_device_trees <boot>: every board takes every overlay, and has the watchdog and I2C as it is.
check_device_trees() {
    local tree merged=$IMAGE/merged.dtb gpio pins node property value
    for tree in "$1"/*.dtb; do
        fdtoverlay -i "$tree" -o "$merged" "$1"/overlays/*.dtbo || fail "$tree does not take the overlays"
        gpio=$(fdtget "$tree" /soc/gpio@7e200000 phandle) || fail "$tree names no GPIO chip"
        pins=$(fdtget "$merged" /soc/gpio@7e200000/spi0_pins phandle) || fail "$tree has no lines for SPI"
        while read -r node property value; do
            [[ $(fdtget -d okay "$merged" "$node" "$property") == "$value" ]] ||
                fail "$tree with overlays: $property of $node is not $value"
        done <<TEXT
/soc/watchdog@7e100000 status okay
/soc/i2c@7e804000 status okay
/soc/spi@7e204000 status okay
/soc/spi@7e204000 cs-gpios $gpio 8 1 $gpio 7 1
/soc/spi@7e204000/spidev@0 compatible rohm,dh2228fv
/soc/spi@7e204000/spidev@1 reg 1
/soc/gpio@7e200000 pinctrl-0 $pins
/soc/gpio@7e200000/spi0_pins brcm,pins 9 10 11
/onewire compatible w1-gpio
/onewire gpios $gpio 4 6
/dht11 compatible dht11
/dht11 gpios $gpio 4 0
TEXT
    done
    rm "$merged"
}

# Whether the kernel has what the first steps load by name, and what the buses of sensors need.
check_modules() {
    local root=$IMAGE/root version module
    version=$(basename "$root"/usr/lib/modules/*)
    for module in $(list build/image/initrd-modules.txt) i2c-bcm2835 i2c-dev spi-bcm2835 spidev w1-gpio w1_therm dht11; do
        modprobe -d "$PWD/$root/usr/.." -S "$version" --show-depends "$module" >/dev/null 2>&1 ||
            fail "the kernel has no module $module"
    done
}

verb_image() {
    verb_rootfs
    say "laying out the card"
    rm -f "$IMAGE"/lightmq-edge.img* "$IMAGE"/lightmq-edge-*.cdx.json
    boot_files
    pack_image "$IMAGE/lightmq-edge.img"
    if [[ $ROOT_COMPRESSION == xz ]]; then
        xz -T0 -k -f -6 "$IMAGE/lightmq-edge.img"
        ls -l "$IMAGE/lightmq-edge.img.xz"
    fi
    parts_and_sums
    ls -l "$IMAGE/lightmq-edge.img"
}

# What is in the image, and checksums of what is given away.
parts_and_sums() {
    local root=$IMAGE/root version
    version=$(image_version)
    # shellcheck disable=SC2016 # dpkg's own words
    dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Package}\t${Version}\t${Architecture}\n' >"$IMAGE/debian.list"
    awk '{ print $1 "\t" $2 "\tarm64" }' "$root/usr/lib/lightmq/firmware-packages.list" >>"$IMAGE/debian.list"
    build/sbom.sh --image lightmq-edge "$version" "$IMAGE/debian.list" "$IMAGE"/deb/*.cdx.json \
        >"$IMAGE/lightmq-edge-$version.cdx.json"
    (cd "$IMAGE" && sha256sum -- lightmq-edge.img* "lightmq-edge-$version.cdx.json" >SHA256SUMS)
}

# pack_image <out>: from artifacts/image/tree and root.squashfs.
pack_image() {
    local work=$IMAGE/genimage
    rm -rf "$work"
    mkdir -p "$work"/{input,tmp,out}
    ln "$IMAGE/root.squashfs" "$work/input/root.squashfs"
    SOURCE_DATE_EPOCH=$(image_epoch) E2FSPROGS_FAKE_TIME=$(image_epoch) E2FSCK_TIME=$(image_epoch) \
        genimage --loglevel 1 \
        --rootpath "$IMAGE/tree" --tmppath "$work/tmp" --inputpath "$work/input" --outputpath "$work/out" \
        --config build/image/genimage.cfg
    mv "$work/out/lightmq-edge.img" "$1"
    rm -rf "$work"
}

# --- update ------------------------------------------------------------------------------------------------

# A signed update with the root file system as it lies in artifacts/image. verb_bundle [out]
verb_bundle() {
    local out=${1:-} work=$IMAGE/bundle root=$IMAGE/root version
    need_image_tools
    [[ -e $IMAGE/root.squashfs ]] || verb_rootfs
    # That of the system inside, which says it of itself on the box; not of the sources as they are now.
    version=$(jq -r .version "$root/usr/lib/lightmq/image.json")
    out=${out:-$IMAGE/lightmq-edge-$version.raucb}
    say "signing an update to version $version"
    rm -rf "$work" "$out"
    mkdir -p "$work"
    ln "$IMAGE/root.squashfs" "$work/root.squashfs"
    cat >"$work/manifest.raucm" <<TEXT
[update]
compatible=lightmq-edge-arm64
version=$version
# What its broker can read of the data partition (docs/FORMATS.md).
description=store-format 1

[bundle]
format=verity

[image.rootfs]
filename=root.squashfs
TEXT
    rauc --cert="$(signing_file certificate)" --key="$(signing_file key)" --keyring="$(signing_file keyring)" \
        bundle "$work" "$out"
    (cd "$(dirname "$out")" && sha256sum -- "${out##*/}" >"${out##*/}.sha256")
    ls -l "$out"
}

# --- tests -------------------------------------------------------------------------------------------------

# Updates for the tests: good; stub, behind whose kernel there is nothing; tampered, a stub with another byte. Only with
# LIGHTMQ_LONG: bad, whose broker ends at once; hung, whose kernel stops.
make_test_bundles() {
    local root=$IMAGE/root out=$IMAGE/updates stub=$IMAGE/stub version
    version=$(image_version)
    rm -rf "$out" "$stub"
    mkdir -p "$out" "$stub/boot"
    ln "$IMAGE/root.squashfs" "$out/root.squashfs"
    test_bundle good "$version.1"
    if [[ -n ${LIGHTMQ_LONG:-} ]]; then make_long_bundles "$version"; fi
    cp "$root"/boot/{vmlinuz,initrd.img} "$stub/boot/"
    test_bundle stub "$version.4" "$stub"
    set_image_version "$version"
    cp "$out/stub.raucb" "$out/tampered.raucb"
    printf 'x' | dd of="$out/tampered.raucb" bs=1 seek=5000000 conv=notrunc status=none
    mv "$out/root.squashfs" "$IMAGE/root.squashfs"
    rm -rf "$stub"
}

make_long_bundles() {
    local root=$IMAGE/root broker=usr/bin/lightmq-edgebroker units=usr/lib/systemd/system
    mv "$root/$broker" "$IMAGE/broker"
    printf '#!/bin/sh\nexit 1\n' >"$root/$broker"
    chmod 755 "$root/$broker"
    test_bundle bad "$1.2"
    mv "$IMAGE/broker" "$root/$broker"
    # Long after the watchdog is armed and before anybody may have found it healthy.
    printf '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo 0 >/proc/sys/kernel/panic; echo c >/proc/sysrq-trigger"\n' \
        >"$root/$units/hang.service"
    ln -s ../hang.service "$root/$units/multi-user.target.wants/hang.service"
    test_bundle hung "$1.3"
    rm "$root/$units"/{hang.service,multi-user.target.wants/hang.service}
}

# test_bundle <name> <version> [root]
test_bundle() {
    set_image_version "$2"
    make_squashfs "$IMAGE/root.squashfs" "${3:-$IMAGE/root}"
    verb_bundle "$IMAGE/updates/$1.raucb"
}

set_image_version() {
    local root=$IMAGE/root
    sed -i "s/\"version\":\"[^\"]*\"/\"version\":\"$1\"/" "$root/usr/lib/lightmq/image.json"
}

# The image as it is tested: packed fast.
make_test_image() {
    local ROOT_COMPRESSION=lzo
    verb_image
    make_test_bundles
}

# The same root file system, laid out again, gives the same bytes.
same_image_again() {
    local first
    first=$(sha256sum <"$IMAGE/lightmq-edge.img")
    ROOT_COMPRESSION=lzo make_squashfs "$IMAGE/root.squashfs"
    boot_files
    pack_image "$IMAGE/again.img"
    [[ $(sha256sum <"$IMAGE/again.img") == "$first" ]] || fail "the image is another one when it is made again"
    rm "$IMAGE/again.img"
}

image_job=""

# Makes the image beside what else is done, with what that leaves of the processors.
begin_image() {
    if [[ $EUID -ne 0 ]]; then
        say "the image is built and tested by root only"
        return
    fi
    need chrt util-linux
    need_image_tools
    need_arm64_tools
    need qemu-system-aarch64 qemu-system-arm
    need /usr/share/AAVMF/AAVMF_CODE.fd qemu-efi-aarch64
    need ssh openssh-client
    need mosquitto_pub mosquitto-clients
    need e2fsck e2fsprogs
    need fsck.vfat dosfstools
    say "image (beside the tests)"
    (
        chrt --idle --pid 0 "$BASHPID"
        make_test_image
    ) >artifacts/test/image.log 2>&1 &
    image_job=$!
}

# What a test run has of the image that begin_image began.
check_appliance() {
    if [[ -z $image_job ]]; then return; fi
    check_job image "$image_job"
    check image-again same_image_again
    # shellcheck disable=SC2154 # build.sh counts
    if [[ $failed -eq 0 ]]; then TEST_SECONDS_MAX=${1:-3000} run_tests tests/Appliance; fi
}

verb_test-image() {
    local seconds=3000
    if [[ ${1:-} == --long ]]; then
        export LIGHTMQ_LONG=1
        seconds=36000
    fi
    verb_publish "$(own_rid)"
    build tests/Appliance
    mkdir -p artifacts/test
    begin_image
    check_appliance "$seconds"
    # shellcheck disable=SC2154 # build.sh counts
    printf '%s passed, %s failed\n' "$passed" "$failed"
    [[ $failed -eq 0 ]]
}
