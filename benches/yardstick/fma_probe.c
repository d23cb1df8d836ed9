// The rate of multiply-adds on this core right now, in GFLOP/s: twelve independent AVX2 chains of f32, the best of
// three goes of 15 ms. Shared machines change their clocks within seconds, so take it around every measurement.
#include <immintrin.h>
#include <stdio.h>
#include <time.h>
static double now() {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main() {
    volatile float s = 0;
    double best = 0;
    for (int r = 0; r < 4; r++) {
        __m256 a[12], m = _mm256_set1_ps(.999f + s * 0), c = _mm256_set1_ps(1e-3f);
        for (int i = 0; i < 12; i++) a[i] = _mm256_set1_ps(i);
        double t = now();
        for (long k = 0; k < 4000000; k++) {
#define F(i) a[i] = _mm256_fmadd_ps(a[i], m, c);
            F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) asm volatile("" :: :);
        }
        double g = 4000000. * 12 * 16 / (now() - t) / 1e9;
        if (r && g > best) best = g;
        for (int i = 1; i < 12; i++) a[0] += a[i];
        s = a[0][0];
    }
    printf("%.1f\n", best);
}
