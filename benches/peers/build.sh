#!/usr/bin/env bash
# Builds the peers into the folder given. What cannot be had is left out with a line.
# usage: build.sh [FOLDER] [rust] [python]     (target/benches/peers and both groups without arguments)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)

out=$here/../../target/benches/peers
groups=()
for argument in "$@"; do
    case $argument in
    rust | python) groups+=("$argument") ;;
    *) out=$argument ;;
    esac
done
[ ${#groups[@]} -gt 0 ] || groups=(rust python)
mkdir -p "$out/bin" "$out/models"
out=$(cd "$out" && pwd)

# Everybody may use what this machine has, as the yardstick does. Ours is built without it: it chooses at run time.
build_rust() {
    for peer in burn candle tract dfdx onnxruntime; do
        if (cd "$here/rust" && RUSTFLAGS='-C target-cpu=native' \
            cargo build --quiet --release --package "peer-$peer" --target-dir "$out/target"); then
            cp "$out/target/release/peer-$peer" "$out/bin/$peer"
        else
            echo "left out: $peer does not build"
        fi
    done
}

build_python() {
    [ -x "$out/venv/bin/python" ] || python3 -m venv "$out/venv" || return
    for package in numpy torch jax onnx onnxruntime ai-edge-litert flatbuffers; do
        "$out/venv/bin/pip" install --quiet "$package" || echo "left out: $package does not install"
    done
    cd "$out" || return
    for models in onnx tflite; do
        venv/bin/python "$here/python/make_$models.py" || echo "left out: the models in $models are not written"
    done
}

for group in "${groups[@]}"; do
    "build_$group"
done
