// The rate of multiply-adds on this core right now, in GFLOP/s of f32: the best of three goes of 15 ms. The first line is
// for AVX2, twelve independent chains; a second line, on machines that have it, for AVX-512. Shared machines change their
// clocks within seconds, so take it around every measurement.
#include <immintrin.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

// The factor is 0.999 in a way that the compiler cannot see.
static volatile float sink;

#define CHAINS F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11)
#define ROUNDS 4000000

static double avx2(void) {
    __m256 a[12], m = _mm256_set1_ps(.999f + sink * 0), c = _mm256_set1_ps(1e-3f);
    for (int i = 0; i < 12; i++) a[i] = _mm256_set1_ps(i);
    double start = now();
    for (long k = 0; k < ROUNDS; k++) {
#define F(i) a[i] = _mm256_fmadd_ps(a[i], m, c);
        CHAINS
#undef F
        asm volatile("");
    }
    double rate = ROUNDS * 12. * 16 / (now() - start) / 1e9;
    for (int i = 1; i < 12; i++) a[0] += a[i];
    sink = a[0][0];
    return rate;
}

#ifdef __AVX512F__
static double avx512(void) {
    __m512 a[12], m = _mm512_set1_ps(.999f + sink * 0), c = _mm512_set1_ps(1e-3f);
    for (int i = 0; i < 12; i++) a[i] = _mm512_set1_ps(i);
    double start = now();
    for (long k = 0; k < ROUNDS; k++) {
#define F(i) a[i] = _mm512_fmadd_ps(a[i], m, c);
        CHAINS
#undef F
        asm volatile("");
    }
    double rate = ROUNDS * 12. * 32 / (now() - start) / 1e9;
    for (int i = 1; i < 12; i++) a[0] += a[i];
    sink = a[0][0];
    return rate;
}
#endif

// The first go warms up.
static double best(double (*rate)(void)) {
    double best = 0;
    for (int go = 0; go < 4; go++) {
        double now = rate();
        if (go && now > best) best = now;
    }
    return best;
}

int main(void) {
    printf("%.1f\n", best(avx2));
#ifdef __AVX512F__
    printf("%.1f\n", best(avx512));
#endif
}
