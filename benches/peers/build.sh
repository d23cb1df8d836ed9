#!/usr/bin/env bash
# Builds the peers into target/benches/peers, or into $PEERS_OUT. What cannot be had is left out with a line.
# usage: build.sh [PEER]...     everybody without arguments; `rust`, `python`, or burn candle tract dfdx onnxruntime
#                               torch jax litert
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${PEERS_OUT:-${CARGO_TARGET_DIR:-$here/../../target}/benches/peers}
mkdir -p "$out/bin" "$out/models"
out=$(cd "$out" && pwd)

crates=() packages=()
[ $# -gt 0 ] || set -- rust python
for peer in "$@"; do
    case $peer in
    rust) crates+=(burn candle tract dfdx onnxruntime) ;;
    python) packages+=(torch jax onnxruntime ai-edge-litert) ;;
    burn | candle | tract | dfdx) crates+=("$peer") ;;
    torch | jax) packages+=("$peer") ;;
    litert) packages+=(ai-edge-litert) ;;
    onnxruntime) crates+=(onnxruntime) packages+=(onnxruntime) ;;
    *) echo "there is no peer $peer" && exit 1 ;;
    esac
done

# Everybody may use what this machine has, as the yardstick does. We are built without it: we choose at run time.
for peer in "${crates[@]}"; do
    if RUSTFLAGS='-C target-cpu=native' cargo build --quiet --release --locked \
        --manifest-path "$here/rust/Cargo.toml" --package "peer-$peer" --target-dir "$out/target"; then
        cp "$out/target/release/peer-$peer" "$out/bin/$peer"
    else
        echo "left out: $peer does not build"
    fi
done

python=$out/venv/bin/python
install() { "$python" -m pip install --quiet "$@" || echo "left out: $* does not install"; }
write_models() { (cd "$out" && PYTHONDONTWRITEBYTECODE=1 "$python" "$here/python/make_$1.py") || echo "left out: the models in $1"; }
[ -x "$python" ] || python3 -m venv "$out/venv" || exit
for package in "${packages[@]}"; do
    install numpy "$package"
    [ "$package" != ai-edge-litert ] || { install flatbuffers && write_models tflite; }
done
# tract and onnxruntime read the same models.
case " ${crates[*]} ${packages[*]} " in
*" tract "* | *onnxruntime*) install numpy onnx && write_models onnx ;;
esac
