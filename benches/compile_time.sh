#!/usr/bin/env bash
# What compiling costs: build times, peak memory of rustc, and sizes, of four programs of ours and, with `--peers`, of
# the programs in peers/rust. Writes Markdown to standard output. Needs GNU time.
# usage: benches/compile_time.sh [--peers]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_TARGET_DIR=$work/target

# timed COMMAND...: leaves the seconds that passed, those of processors, and the peak MB of the largest process in
# `elapsed`, `cpu` and `peak`.
timed() {
  /usr/bin/time -o "$work/time" -f '%e %U %S %M' "$@" > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  read -r elapsed user system kilobytes < "$work/time"
  cpu=$(awk "BEGIN { printf \"%.1f\", $user + $system }")
  peak=$((kilobytes / 1024))
}
size() {
  strip -o "$work/stripped" "$1"
  awk "BEGIN { printf \"%.2f\", $(stat -c %s "$work/stripped") / 1e6 }"
}
row() { printf '| %s | %s | %s | %s | %s |\n' "$@"; }

mkdir -p "$work/programs/src/bin"
cp "$here"/compile_time/*.rs "$work/programs/src/bin/"
cp "$here/../Cargo.lock" "$work/programs/"
cat > "$work/programs/Cargo.toml" << END
[package]
name = "programs"
version = "0.0.0"
edition = "2024"
[dependencies]
chainrule = { path = "$here/../runtime" }
[workspace]
END
cd "$work/programs"
cargo fetch --quiet

echo "- $(rustc --version), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)"
echo "- commit $(git -C "$here" rev-parse --short HEAD), $(date -u +%Y-%m-%d)"
echo
row "program, release build" "seconds" "processor seconds" "peak of rustc, MB" "stripped, MB"
row --- ---: ---: ---: ---:
timed cargo build --offline --release --bin mlp
row "perceptron with all dependencies, from nothing" "$elapsed" "$cpu" "$peak" "$(size "$CARGO_TARGET_DIR/release/mlp")"
for program in mlp lenet5 sixty_layers sixty_nested; do
  touch "src/bin/$program.rs"
  timed cargo build --offline --release --bin "$program"
  row "$program, dependencies built" "$elapsed" "$cpu" "$peak" "$(size "$CARGO_TARGET_DIR/release/$program")"
done

if [ "${1:-}" = --peers ]; then
  for peer in burn candle tract; do
    rm -rf "$CARGO_TARGET_DIR"
    timed cargo build --release --locked --manifest-path "$here/peers/rust/Cargo.toml" --package "peer-$peer"
    program=$CARGO_TARGET_DIR/release/peer-$peer
    row "$peer with all dependencies, from nothing" "$elapsed" "$cpu" "$peak" "$(size "$program")"
    touch "$here/peers/rust/$peer/src/main.rs"
    timed cargo build --release --locked --manifest-path "$here/peers/rust/Cargo.toml" --package "peer-$peer"
    row "$peer, dependencies built" "$elapsed" "$cpu" "$peak" "$(size "$program")"
  done
fi

echo
echo "The macro alone, without optimisation, as rustc runs it:"
echo
cd "$here/.."
CARGO_PROFILE_RELEASE_OPT_LEVEL=0 cargo test --quiet --release -p chainrule-macros expansion_time -- --ignored --nocapture |
  grep -o '[0-9]* layers: .*' | sed 's/^/- /'
