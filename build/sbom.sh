#!/usr/bin/env bash
# Parts list in CycloneDX 1.5 (JSON), on standard output:
#   build/sbom.sh PACKAGE VERSION RID        of one of our packages: its programs, and what is compiled into them
#   build/sbom.sh --image NAME VERSION FILE PARTS...
#       of an image: Debian's packages in FILE, as dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\n' lists
#       them, and all parts of the lists PARTS
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Which project a program is published from.
project_of() {
    case $1 in
        lightmq-edgebroker) echo EdgeBroker ;;
        lightmq-uplink) echo Uplink ;;
        lightmq-deviceagent) echo DeviceAgent ;;
        lightmq-central) echo Central ;;
        lightmq) echo Cli ;;
        *) echo "sbom.sh: which project is $1?" >&2 && exit 1 ;;
    esac
}

# list <name> <version> < components, one JSON object after the other: sorted, each once.
list() {
    jq -S -s --arg name "$1" --arg version "$2" --argjson time "${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" '{
        bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
        metadata: { timestamp: ($time | todate), component: { type: "application", name: $name, version: $version } },
        components: (unique_by([.purl // "", .name, .version]))
    }'
}

# Programs of a package by their hash, and the libraries of their lock files; analyzers only look at sources.
package_parts() {
    local package=$1 version=$2 rid=$3 program runtime project
    runtime=$(sed -n 's/.*<RuntimeFrameworkVersion>\(.*\)<.*/\1/p' Directory.Build.props)
    while read -r program; do
        project=$(project_of "${program##*/}")
        jq -n --arg name "${program##*/}" --arg version "$version" \
            --arg hash "$(sha256sum "$program" | cut -d' ' -f1)" '{
                type: "application", name: $name, version: $version,
                hashes: [{ alg: "SHA-256", content: $hash }] }'
        jq '.dependencies[] | to_entries[] | select(.value.resolved != null)
            | select(.key | test("BannedApiAnalyzers|ILLink") | not)
            | { type: "library", name: .key, version: .value.resolved,
                purl: "pkg:nuget/\(.key)@\(.value.resolved)" }' "src/$project/packages.lock.json"
        if grep -q 'FrameworkReference.*AspNetCore' "src/$project/$project.csproj"; then
            framework "Microsoft.AspNetCore.App.Runtime.$rid" "$runtime"
        fi
    done < <(sed -n "s/^755 \(artifacts[^ ]*\) .*/\1/p" "build/deb/$package/files" | sed "s/@RID@/$rid/")
    framework "Microsoft.NETCore.App.Runtime.NativeAOT.$rid" "$runtime"
}

framework() {
    jq -n --arg name "$1" --arg version "$2" '{
        type: "framework", name: $name, version: $version, purl: "pkg:nuget/\($name)@\($version)" }'
}

image_parts() {
    local file=$1
    shift
    jq -R -r 'split("\t") | select(length == 3) | { type: "library", name: .[0], version: .[1],
        purl: "pkg:deb/debian/\(.[0])@\(.[1] | @uri)?arch=\(.[2])" }' "$file"
    jq '.components[]' "$@"
}

if [[ ${1:-} == --image ]]; then
    image_parts "${@:4}" | list "$2" "$3"
else
    package_parts "$1" "$2" "$3" | list "$1" "$2"
fi
