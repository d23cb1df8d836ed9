#!/usr/bin/env bash
# Builds the yardstick into the folder given: c_expert, c_plain, fma_probe, peak. Needs gcc and g++ on x86-64.
# usage: build.sh [FOLDER]     (target/benches without it)
set -euo pipefail
cd "$(dirname "$0")"
out=${1:-../../target/benches}
mkdir -p "$out"

gcc -O3 -march=native fma_probe.c -o "$out/fma_probe"
gcc -O3 -march=native peak.c -o "$out/peak" -lpthread
gcc -O3 -march=native plain.c -o "$out/c_plain" -lm
# C but for one thing: comparing vectors in `a > b ? a : b` is in GCC's C++ front end only.
g++ -x c++ -std=gnu++17 -Drestrict=__restrict__ -w -O3 -march=native \
    -fno-math-errno -fno-trapping-math -ffp-contract=fast -fopenmp expert.c -o "$out/c_expert" -lm
