#!/usr/bin/env bash
# One entry to everything: run, demo, test, bench, publish, format, sim, fuzz. `./build.sh --help` lists the verbs.
# Each verb installs what it misses (Debian packages through apt-get, NuGet and npm packages) and says what it does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# Neither msbuild nodes nor a compiler server stay behind; Debian keeps servers in /usr/sbin.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
export PATH="$PATH:/usr/sbin:/sbin"

usage() {
    cat <<'TEXT'
usage: ./build.sh <verb>

  run               build, start the broker on 127.0.0.1:1883 (PORT=n to change) and this board's DeviceAgent;
                    Ctrl-C stops both; data stays under artifacts/run/data
  demo              a central, an edge broker, its uplink and a dozen sensors; cut the link, kill any process, and
                    watch every message arrive above; `demo --seconds 30` breaks things by itself and ends
  test              everything: unit, wire, simulator, fuzz, process and tidy tests, format check; as root also
                    packages, units and the image in qemu; ends with "N passed, N failed"
  bench [args]      measure against Debian's mosquitto and write bench/RESULTS.md;
                    `bench list` names the cases, `bench NAME...` runs some, `--quick` is a smoke run
  instructions      count the engine's instructions per message with valgrind, which neighbours on the machine do not
                    change, and compare with bench/instructions.tsv; `instructions --write` writes that file anew
  publish [rid]     stripped NativeAOT executables into artifacts/publish/<rid>/
                    (linux-x64, linux-arm64; default: this machine's)
  rootfs            the image's root file system, a squashfs; needs root and, the first time, ten minutes
  image             the arm64 image for a card, artifacts/image/lightmq-edge.img; needs root
  bundle [file]     an update for boxes that run such an image, signed
  test-image [--long]
                    boot the image in qemu: provisioning, power cuts, updates; --long adds what takes hours
  deb [rid...]      Debian packages with parts lists and checksums into artifacts/deb/ (default: amd64 and arm64)
  test-units        the packages and units under a real systemd, in a container on a cached Debian root
  format            bring all sources into the house style
  sim [seed]        run the simulator: from a random seed on until stopped, or one seed
  fuzz [seconds] [seed]
                    mutated bytes: a quarter of the time (600 s) to the readers of packets and WebSockets and the
                    engine, the rest to a live broker; `fuzz readers ...` and `fuzz live ...` do one of them,
                    `fuzz input NAME SEED` reads one input again
  --help            this text
TEXT
}

say() { printf '== %s\n' "$*"; }
fail() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

# need <command-or-file> <package...>: installs the packages unless the command or file is there.
need() {
    local probe=$1 install=(apt-get install -y -qq --no-install-recommends)
    shift
    if command -v "$probe" >/dev/null || [[ $probe == /* && -e $probe ]]; then return; fi
    say "installing $* (for $probe)"
    local sudo=()
    if [[ $EUID -ne 0 ]]; then sudo=(sudo); fi
    "${sudo[@]}" apt-get update -qq
    without_services "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" "$@" >/dev/null
    hash -r
    command -v "$probe" >/dev/null || [[ $probe == /* && -e $probe ]] || fail "$* did not bring $probe"
}

# A server's package starts its service when it is installed, on a port that we may need: invoke-rc.d asks
# policy-rc.d, and 101 means no. A policy that is there already is somebody else's and stays.
without_services() {
    local policy=/usr/sbin/policy-rc.d sudo=()
    if [[ $1 == sudo ]]; then sudo=(sudo); fi
    if [[ -e $policy ]]; then
        "$@"
        return
    fi
    (
        trap '"${sudo[@]}" rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" install -m 755 /dev/stdin "$policy"
        "$@"
    )
}

need_dotnet() {
    command -v dotnet >/dev/null || fail "the .NET SDK 10.0.4xx is needed: see docs/BUILDING.md"
    local found
    if found=$(dotnet --version 2>/dev/null) && [[ -n $found ]]; then return; fi
    fail "no .NET SDK here fits global.json ($(
        sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' global.json | head -n 1) or newer); installed: $(
        dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ' -). See docs/BUILDING.md"
}

own_rid() { if [[ $(uname -m) == aarch64 ]]; then echo linux-arm64; else echo linux-x64; fi; }

build() {
    need_dotnet
    say "building $1 (Release)"
    dotnet build "$1" -c Release -v quiet -clp:"ErrorsOnly;NoSummary" -nodeReuse:false
}

# --- run ---------------------------------------------------------------------------------------------------

# The broker and the agent print to this terminal; Ctrl-C reaches both, and both are waited for.
verb_run() {
    local port=${PORT:-1883}
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        fail "port $port is taken by another program; stop it, or choose one: PORT=18830 ./build.sh run"
    fi
    need mosquitto_sub mosquitto-clients
    build src/EdgeBroker
    build src/DeviceAgent
    local data=artifacts/run/data
    mkdir -p "$data"
    say "broker on 127.0.0.1:$port, anonymous, data in $data"
    pids=()
    trap stop_run EXIT
    trap 'exit 0' INT TERM
    src/EdgeBroker/bin/Release/net10.0/lightmq-edgebroker --data "$data" --listen "127.0.0.1:$port" \
        --dialect plain &
    pids+=($!)
    wait_for_port "$port" "${pids[0]}"
    src/DeviceAgent/bin/Release/net10.0/lightmq-deviceagent --broker "127.0.0.1:$port" --interval-seconds 5 &
    pids+=($!)
    say "watch it:  mosquitto_sub -h 127.0.0.1 -p $port -v -t 'board/#'"
    say "Ctrl-C stops both"
    wait -n "${pids[@]}" || fail "a process ended with status $?"
}

stop_run() {
    trap '' INT TERM
    local pid
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" || true; done
    say "stopped"
}

wait_for_port() {
    local port=$1 pid=$2 _
    for _ in $(seq 100); do
        kill -0 "$pid" 2>/dev/null || fail "the broker ended before it was ready"
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return; fi
        sleep 0.1
    done
    fail "the broker did not open port $port within 10 s"
}

# --- test --------------------------------------------------------------------------------------------------

# One project's tests; more counts as a failure.
TEST_SECONDS_MAX=1500

passed=0
failed=0

# Adds one project's "succeeded:" and "failed:" lines to the sums. A project that dies without them counts as
# one failure, so that a crash never looks green.
run_tests() {
    local project=$1 log="artifacts/test/${1##*/}.log" from=$SECONDS status=0 good bad
    say "$project"
    timeout -k 10 "$TEST_SECONDS_MAX" \
        dotnet test --project "$project" -c Release --no-build --no-ansi >"$log" 2>&1 || status=$?
    if [[ $status -eq 124 || $status -eq 137 ]]; then
        printf 'ended: still running after %s s\n' "$TEST_SECONDS_MAX" >>"$log"
    fi
    good=$(sed -n 's/^ *succeeded: *\([0-9]*\).*/\1/p' "$log" | tail -n 1)
    bad=$(sed -n 's/^ *failed: *\([0-9]*\).*/\1/p' "$log" | tail -n 1)
    if [[ $status -ne 0 && ${bad:-0} -eq 0 ]]; then bad=1; fi
    if [[ $status -ne 0 ]]; then tail -n 200 "$log"; fi
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-0}))
    printf '   %s passed, %s failed, %s s (%s)\n' "${good:-0}" "${bad:-0}" $((SECONDS - from)) "$log"
}

# check <name> <command...>: one passed or failed.
check() {
    local name=$1
    shift
    "$@" >"artifacts/test/$name.log" 2>&1 & # beside us, because bash ignores errors inside the condition of an if
    check_job "$name" $!
}

# check_job <name> <process>: the same of what has begun already.
check_job() {
    local name=$1 log="artifacts/test/$1.log" from=$SECONDS
    say "$name"
    if wait "$2"; then
        passed=$((passed + 1))
        printf '   passed, %s s\n' $((SECONDS - from))
    else
        failed=$((failed + 1))
        tail -n 60 "$log"
        printf '   failed, %s s (%s)\n' $((SECONDS - from)) "$log"
    fi
}

need_test_tools() {
    need mosquitto mosquitto
    need mosquitto_pub mosquitto-clients
    need strace strace
    need shellcheck shellcheck
    need cc gcc libc6-dev
    need /usr/lib/python3/dist-packages/paho python3 python3-paho-mqtt
    need MQTTClient_publish paho.mqtt.c-examples
    need npm nodejs npm
    need /usr/include/MQTTClient.h libpaho-mqtt-dev
    need /usr/include/openssl/hmac.h libssl-dev
    need /usr/include/cjson/cJSON.h libcjson-dev
    need go golang-go
    need /usr/share/gocode/src/github.com/eclipse/paho.mqtt.golang golang-github-eclipse-paho.mqtt.golang-dev
    need javac default-jdk-headless
    need /usr/share/java/mqtt-client.jar libmqtt-client-java
    need /usr/share/java/gson.jar libgoogle-gson-java
    need chromium chromium
    need valgrind valgrind
    need /usr/lib/rabbitmq/lib rabbitmq-server
    need curl curl
    need openssl openssl
}

verb_test() {
    need_dotnet
    # One compiler for all that is built here; it does not outlive us.
    export UseSharedCompilation=true
    trap 'dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 || true' EXIT
    need_test_tools
    mkdir -p artifacts/test
    local project
    check restore dotnet restore LightMq.sln --locked-mode
    check build dotnet build LightMq.sln -c Release -v quiet -clp:"ErrorsOnly;NoSummary" -nodeReuse:false --no-restore
    if [[ $failed -eq 0 ]]; then
        check publish verb_publish "$(own_rid)"
        if [[ $failed -eq 0 ]]; then begin_image; fi
        for project in tests/Tidy tests/Unit tests/Wire tests/Simulator tests/Fuzz tests/Process; do
            run_tests "$project"
        done
        check_units
        check_appliance
        check bench-smoke measure --quick
        check instructions verb_instructions
    fi
    check shellcheck shellcheck -x build.sh .ci/run build/*.sh build/deb/*/p*
    check format dotnet format whitespace LightMq.sln --verify-no-changes --no-restore
    say "all of it took $SECONDS s"
    printf '%s passed, %s failed\n' "$passed" "$failed"
    [[ $failed -eq 0 ]]
}

# --- bench -------------------------------------------------------------------------------------------------

verb_bench() {
    need mosquitto mosquitto
    need cc gcc libc6-dev
    need /usr/include/openssl/ssl.h libssl-dev
    if [[ ${1:-} != list ]]; then verb_publish "$(own_rid)"; fi
    measure "$@"
}

# measure <arguments of the bench>: with the executables as they were published last.
measure() {
    mkdir -p artifacts/bench
    say "compiling the load generator"
    cc -std=gnu11 -O2 -Wall -Wextra -Werror -o artifacts/bench/lightmq-load bench/load/*.c -lssl -lcrypto
    build bench/Bench
    publish_engine_bench
    dotnet bench/Bench/bin/Release/net10.0/LightMq.Bench.dll "$@"
}

# --- instructions ------------------------------------------------------------------------------------------

# Compiled as the broker is.
publish_engine_bench() {
    local rid
    rid=$(own_rid)
    need_dotnet
    need clang clang
    need /usr/include/zlib.h zlib1g-dev
    say "publishing bench/EngineBench for $rid"
    dotnet publish bench/EngineBench -c Release -r "$rid" -v quiet -clp:"ErrorsOnly;NoSummary" -nodeReuse:false \
        -p:PublishAot=true -p:StripSymbols=true -p:CppCompilerAndLinker=clang -p:IlcOptimizationPreference=Speed \
        --artifacts-path "artifacts/obj/$rid" -o artifacts/engine-bench
    rm -f artifacts/engine-bench/*.dbg # valgrind cannot read it
}

# A path may cost 3 % more than noted; the LMQ dialect 10 % more than Plain, with tokens 15 %.
verb_instructions() {
    need valgrind valgrind
    local file=bench/instructions.tsv rid
    rid=$(own_rid)
    if [[ $rid != linux-x64 ]]; then
        say "instructions are noted for linux-x64 only"
        return
    fi
    publish_engine_bench
    local paths=() path count counts=""
    mapfile -t paths < <(cut -f 1 "$file")
    for path in "${paths[@]}"; do
        # The difference of two runs is the steady state: a run of n messages makes n / 2 more to warm up.
        count=$((($(count_instructions 24000 "$path") - $(count_instructions 4000 "$path")) / 30000))
        [[ $count -gt 0 ]] || fail "valgrind counted nothing for '$path'"
        counts+="$path"$'\t'"$count"$'\n'
    done
    if [[ ${1:-} == --write ]]; then
        printf '%s' "$counts" >"$file"
        cat "$file"
        return
    fi
    printf '%s' "$counts" | awk -F '\t' -v plain="fan-in 10 → 1, QoS 1" '
        NR == FNR { noted[$1] = $2; next }
        $1 == plain { base = $2 }
        {
            most = noted[$1] * 1.03
            if ($1 ~ /signature$/ && base * 1.10 < most) most = base * 1.10
            if ($1 ~ /token$/ && base * 1.15 < most) most = base * 1.15
            wrong = $2 > most
            bad += wrong
            printf "%-50s %6d per message, at most %d%s\n", $1, $2, most, wrong ? ": TOO MANY" : ""
        }
        END { exit bad > 0 }' "$file" -
}

# count_instructions <messages> <path>
count_instructions() {
    DOTNET_GCHeapHardLimit=200000000 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        artifacts/engine-bench/LightMq.EngineBench "$1" "$2" 2>&1 | awk '/Collected/ { print $NF }'
}

# --- publish -----------------------------------------------------------------------------------------------

# What runs on the box, and what does not.
EDGE_PROJECTS=(src/EdgeBroker src/Uplink src/DeviceAgent src/Cli)
OTHER_PROJECTS=(src/Central)

verb_publish() { publish "${1:-$(own_rid)}" "${EDGE_PROJECTS[@]}" "${OTHER_PROJECTS[@]}"; }

need_arm64_tools() {
    need ld.lld lld
    need llvm-objcopy llvm
    need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
    need /usr/aarch64-linux-gnu/include/stdio.h libc6-dev-arm64-cross
}

# publish <rid> <project...>: the arm64 build runs on x86-64 with clang as linker driver and lld; see
# docs/BUILDING.md.
publish() {
    local rid=$1 project out linker=()
    shift
    need_dotnet
    need clang clang
    need /usr/include/zlib.h zlib1g-dev
    case $rid in
        linux-x64) linker=(-p:CppCompilerAndLinker=clang) ;;
        linux-arm64)
            need_arm64_tools
            linker=(-p:CppCompilerAndLinker=clang -p:LinkerFlavor=lld -p:ObjCopyName=aarch64-linux-gnu-objcopy)
            ;;
        *) fail "publish: linux-x64 or linux-arm64, not '$rid'" ;;
    esac
    out=artifacts/publish/$rid
    for project; do
        say "publishing $project for $rid"
        dotnet publish "$project" -c Release -r "$rid" -v quiet -clp:"ErrorsOnly;NoSummary" -nodeReuse:false \
            -p:PublishAot=true -p:StripSymbols=true "${linker[@]}" --artifacts-path "artifacts/obj/$rid" -o "$out"
    done
    find "$out" -maxdepth 1 -type f \( -name '*.dbg' -o -name '*.xml' -o -name '*.pdb' \) -delete
    ls -l "$out"
}

# --- appliance ---------------------------------------------------------------------------------------------

# shellcheck source=build/deb.sh
source build/deb.sh
# shellcheck source=build/test-units.sh
source build/test-units.sh
# shellcheck source=build/image.sh
source build/image.sh

# --- the rest ----------------------------------------------------------------------------------------------

verb_format() {
    need_dotnet
    say "formatting"
    dotnet format LightMq.sln
}

verb_demo() {
    local project
    need mosquitto_sub mosquitto-clients
    for project in src/EdgeBroker src/Uplink src/Central examples/demo; do build "$project"; done
    say "Ctrl-C or quit ends it"
    examples/demo/bin/Release/net10.0/lightmq-demo "$@"
}

verb_sim() {
    build tests/Simulator
    say "simulating; Ctrl-C stops"
    dotnet run -c Release --no-build --project tests/Simulator -- "$@"
}

verb_fuzz() {
    if [[ ${1:-} != input && ${1:-} != readers ]]; then verb_publish "$(own_rid)"; fi
    build tests/Fuzz
    say "fuzzing; Ctrl-C stops"
    dotnet run -c Release --no-build --project tests/Fuzz -- "$@"
}

case ${1:---help} in
    run | demo | test | bench | instructions | publish | deb | test-units | rootfs | image | bundle | test-image | format | sim | fuzz)
        verb=$1
        shift
        "verb_$verb" "$@"
        ;;
    -h | --help | help) usage ;;
    *)
        usage >&2
        fail "no verb '$1'"
        ;;
esac
