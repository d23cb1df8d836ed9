// What this machine can do: the rate of AVX2 multiply-adds in f32, the rate of the widest ones where each has a load of its own
// that lies across two cache lines, and the bandwidth of reading by cache level, on one core and on two.
// usage: peak [CORES]     (1, then 2, without it)
#define _GNU_SOURCE
#include <immintrin.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
static double now() {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static int cmp(const void *a, const void *b) {
    double x = *(double *)a, y = *(double *)b;
    return (x > y) - (x < y);
}
typedef struct {
    int id, n, mode;
    size_t bytes;
    double work, secs;
    char *buf;
} T;
static pthread_barrier_t bar;
static volatile float sink;
static void fma_loop(long it) {
    __m256 a[12];
    __m256 m = _mm256_set1_ps(0.999f + 0 * sink), c = _mm256_set1_ps(1e-3f);
    for (int i = 0; i < 12; i++) a[i] = _mm256_set1_ps(i);
    for (long k = 0; k < it; k++) {
#define F(i) a[i] = _mm256_fmadd_ps(a[i], m, c);
        F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) asm volatile("" :: :);
    }
    for (int i = 1; i < 12; i++) a[0] = _mm256_add_ps(a[0], a[i]);
    sink = _mm256_cvtss_f32(a[0]);
}

// As a convolution with one result reads neighbouring positions. Returns the floating-point operations of a round.
static double load_loop(const char *p, long it) {
#ifdef __AVX512F__
#define V __m512
#define SET _mm512_set1_ps
#define LOAD _mm512_loadu_ps
#define FMA _mm512_fmadd_ps
#else
#define V __m256
#define SET _mm256_set1_ps
#define LOAD _mm256_loadu_ps
#define FMA _mm256_fmadd_ps
#endif
    V a[12], m = SET(0.999f + 0 * sink);
    for (int i = 0; i < 12; i++) a[i] = SET(i);
    for (long k = 0; k < it; k++) {
        const char *q = p + 4 + (k & 7) * 64 * 12;
#undef F
#define F(i) a[i] = FMA(LOAD((const float *)(q + 64 * i + 32 * (sizeof(V) < 64))), m, a[i]);
        F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) asm volatile("" :: :);
    }
    for (int i = 1; i < 12; i++) a[0] = a[0] + a[i];
    sink = a[0][0];
    return 12. * 2 * sizeof(V) / 4;
}

static void read_all(const char *p, size_t n) {
    __m256 s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0}, s4 = {0}, s5 = {0}, s6 = {0}, s7 = {0};
    for (size_t i = 0; i < n; i += 256) {
        const float *q = (const float *)(p + i);
        s0 = _mm256_or_ps(s0, _mm256_load_ps(q));
        s1 = _mm256_or_ps(s1, _mm256_load_ps(q + 8));
        s2 = _mm256_or_ps(s2, _mm256_load_ps(q + 16));
        s3 = _mm256_or_ps(s3, _mm256_load_ps(q + 24));
        s4 = _mm256_or_ps(s4, _mm256_load_ps(q + 32));
        s5 = _mm256_or_ps(s5, _mm256_load_ps(q + 40));
        s6 = _mm256_or_ps(s6, _mm256_load_ps(q + 48));
        s7 = _mm256_or_ps(s7, _mm256_load_ps(q + 56));
    }
    s0 = _mm256_or_ps(_mm256_or_ps(s0, s1), _mm256_or_ps(s2, s3));
    s4 = _mm256_or_ps(_mm256_or_ps(s4, s5), _mm256_or_ps(s6, s7));
    sink = _mm256_cvtss_f32(_mm256_or_ps(s0, s4));
}

static void *work(void *v) {
    T *t = v;
    cpu_set_t s;
    CPU_ZERO(&s);
    CPU_SET(t->id, &s);
    pthread_setaffinity_np(pthread_self(), sizeof s, &s);
    if (t->mode == 2) {
        t->buf = aligned_alloc(64, t->bytes);
        memset(t->buf, 0, t->bytes);
        load_loop(t->buf, 20000000);
    } else if (t->mode) {
        t->buf = aligned_alloc(1 << 21, (t->bytes + (1 << 21) - 1) & ~((1ul << 21) - 1));
        memset(t->buf, 1, t->bytes);
        read_all(t->buf, t->bytes);
    } else fma_loop(20000000);
    double best[9];
    for (int r = 0; r < 9; r++) {
        pthread_barrier_wait(&bar);
        double a = now();
        if (!t->mode) {
            fma_loop(20000000);
            best[r] = 20000000. * 12 * 16 / (now() - a);
        } else if (t->mode == 2) {
            double operations = load_loop(t->buf, 20000000);
            best[r] = 20000000. * operations / (now() - a);
        } else {
            size_t tot = 2ul << 30;
            if (t->bytes < (1 << 20)) tot *= 4;
            long k = tot / t->bytes;
            for (long i = 0; i < k; i++) {
                read_all(t->buf, t->bytes);
            }
            best[r] = (double)k * t->bytes / (now() - a);
        }
    }
    qsort(best, 9, 8, cmp);
    t->work = best[4];
    if (t->mode) free(t->buf);
    return 0;
}

// The median rate of n cores together, of multiply-adds (mode 0), of reading `bytes` (mode 1), or of multiply-adds each with a
// load from `bytes` (mode 2).
static double go(int n, int mode, size_t bytes) {
    T t[2];
    pthread_t p[2];
    pthread_barrier_init(&bar, 0, n);
    for (int i = 0; i < n; i++) {
        t[i] = (T){.id = i, .n = n, .mode = mode, .bytes = bytes};
        pthread_create(&p[i], 0, work, &t[i]);
    }
    double s = 0;
    for (int i = 0; i < n; i++) {
        pthread_join(p[i], 0);
        s += t[i].work;
    }
    return s;
}

int main(int count, char **arguments) {
    int first = count > 1 ? atoi(arguments[1]) : 1, last = count > 1 ? first : 2;
    struct {
        const char *n;
        size_t b;
    } L[] = {{"L1_16KB", 16 << 10}, {"L2_256KB", 256 << 10}, {"L3_8MB", 8 << 20}, {"DRAM_512MB", 512 << 20}};
    for (int n = first; n <= last; n++) {
        printf("peak\tfma_f32\tcores=%d\t%.1f\tGFLOP/s\n", n, go(n, 0, 0) / 1e9);
        printf("peak\tfma_load_f32\tcores=%d\t%.1f\tGFLOP/s\n", n, go(n, 2, 1 << 13) / 1e9);
        for (int i = 0; i < 4; i++) printf("peak\tread_%s\tcores=%d\t%.1f\tGB/s\n", L[i].n, n, go(n, 1, L[i].b) / 1e9);
    }
}
