// Matrix product for training: C[M×N] (+)= A·B with A at any strides, B and C row-major, N a multiple of 8.
// Blocked as in BLIS (Van Zee & van de Geijn 2015): A is packed in panels of 6 rows, B in panels of 16 columns, and a
// register tile of 6×16 sums runs over the depth.
#pragma once
#include "vectors.h"
#include <omp.h>
#include <stddef.h>

static int threads = 1;

// MR rows × 8·NV columns of C.
INLINE void tile(const int MR, const int NV, int K, const float *restrict A, const float *restrict B, int ldb,
                 float *restrict C, int ldc, int acc) {
    v8 c[6][2];
    UNROLL for (int i = 0; i < MR; i++) UNROLL for (int v = 0; v < NV; v++) c[i][v] =
        acc ? load(C + (size_t)i * ldc + 8 * v) : splat(0);
    for (int k = 0; k < K; k++) {
        v8 b[2];
        UNROLL for (int v = 0; v < NV; v++) b[v] = load(B + (size_t)k * ldb + 8 * v);
        UNROLL for (int i = 0; i < MR; i++) {
            v8 a = splat(A[k * 6 + i]);
            UNROLL for (int v = 0; v < NV; v++) c[i][v] += a * b[v];
        }
    }
    UNROLL for (int i = 0; i < MR; i++) UNROLL for (int v = 0; v < NV; v++) store(C + (size_t)i * ldc + 8 * v, c[i][v]);
}

// The tile for the rows that are left; each is compiled for its own constants.
#define TILE_ROWS(NV)                           \
    switch (mr) {                               \
    case 6:                                     \
        tile(6, NV, kc, a, b, lb_, c, ldc, ac); \
        break;                                  \
    case 5:                                     \
        tile(5, NV, kc, a, b, lb_, c, ldc, ac); \
        break;                                  \
    case 4:                                     \
        tile(4, NV, kc, a, b, lb_, c, ldc, ac); \
        break;                                  \
    case 3:                                     \
        tile(3, NV, kc, a, b, lb_, c, ldc, ac); \
        break;                                  \
    case 2:                                     \
        tile(2, NV, kc, a, b, lb_, c, ldc, ac); \
        break;                                  \
    default:                                    \
        tile(1, NV, kc, a, b, lb_, c, ldc, ac); \
    }
enum { DEPTH = 256, MAX_ROWS = 1032 };
static ALIGNED float packed[MAX_ROWS * DEPTH + 64];
// Columns n0..n1 of a product of the packed panels with kc rows of B, which are packed too where rows share them.
static void gemm_rows(int M, int kc, int n0, int n1, const float *Ap, const float *B, int ldb, float *C, int ldc,
                      int ac) {
    ALIGNED float Bp[DEPTH * 16];
    for (int n = n0; n < n1; n += 16) {
        int nv = n1 - n >= 16 ? 2 : 1;
        const float *b = B + n;
        int lb_ = ldb;
        if (M >= 24) {
            for (int k = 0; k < kc; k++) {
                store(Bp + k * 16, load(B + (size_t)k * ldb + n));
                if (nv == 2) store(Bp + k * 16 + 8, load(B + (size_t)k * ldb + n + 8));
            }
            b = Bp;
            lb_ = 16;
        }
        for (int m = 0; m < M; m += 6) {
            int mr = M - m < 6 ? M - m : 6;
            const float *a = Ap + (size_t)m * kc;
            float *c = C + (size_t)m * ldc + n;
            if (nv == 2) {
                TILE_ROWS(2)
            } else {
                TILE_ROWS(1)
            }
        }
    }
}

// Packs rows m.. of A, at most six, for a depth of kc.
INLINE void pack_rows(const float *A, int rs, int cs, int rows, int m, int kc) {
    int mr = rows - m < 6 ? rows - m : 6;
    float *p = packed + (size_t)m * kc;
    if (rs == 1) {
        for (int k = 0; k < kc; k++) {
            const float *s = A + m + (size_t)k * cs;
            for (int i = 0; i < mr; i++) p[k * 6 + i] = s[i];
        }
    } else {
        for (int i = 0; i < mr; i++) {
            const float *s = A + (size_t)(m + i) * rs;
            for (int k = 0; k < kc; k++) p[k * 6 + i] = s[(size_t)k * cs];
        }
    }
}

// With two threads each computes half of the columns.
static void gemm(int M, int N, int K, const float *A, int rs, int cs, const float *B, int ldb, float *C, int ldc,
                 int acc) {
    int par = threads > 1 && (long)M * N * K > 200000 && N >= 32;
    for (int mb = 0; mb < M; mb += MAX_ROWS - MAX_ROWS % 6) {
        int m1 = M - mb;
        if (m1 > MAX_ROWS - MAX_ROWS % 6) m1 = MAX_ROWS - MAX_ROWS % 6;
        for (int k0 = 0; k0 < K; k0 += DEPTH) {
            int kc = K - k0 < DEPTH ? K - k0 : DEPTH;
            const float *a = A + (size_t)mb * rs + (size_t)k0 * cs;
            int ac = acc || k0;
            if (par) {
                int h = N / 2 / 16 * 16;
#pragma omp parallel num_threads(2)
                {
#pragma omp for schedule(static)
                    for (int m = 0; m < m1; m += 6) pack_rows(a, rs, cs, m1, m, kc);
                    if (omp_get_thread_num() == 0)
                        gemm_rows(m1, kc, 0, h, packed, B + (size_t)k0 * ldb, ldb, C + (size_t)mb * ldc, ldc, ac);
                    else gemm_rows(m1, kc, h, N, packed, B + (size_t)k0 * ldb, ldb, C + (size_t)mb * ldc, ldc, ac);
                }
            } else {
                for (int m = 0; m < m1; m += 6) pack_rows(a, rs, cs, m1, m, kc);
                gemm_rows(m1, kc, 0, N, packed, B + (size_t)k0 * ldb, ldb, C + (size_t)mb * ldc, ldc, ac);
            }
        }
    }
}

// T[c][r] = W[r][c]; c a multiple of 8.
static void transpose(const float *W, int r, int c, float *T) { // T[c][r] = W[r][c]^T ; c multiple of 8
    int r8 = r / 8 * 8;
    for (int j = 0; j < c; j += 8)
        for (int i = 0; i < r8; i += 8) {
            __m256 a[8], b[8];
            UNROLL for (int k = 0; k < 8; k++) a[k] = _mm256_loadu_ps(W + (size_t)(i + k) * c + j);
            UNROLL for (int k = 0; k < 4; k++) {
                b[2 * k] = _mm256_unpacklo_ps(a[2 * k], a[2 * k + 1]);
                b[2 * k + 1] = _mm256_unpackhi_ps(a[2 * k], a[2 * k + 1]);
            }
            a[0] = _mm256_shuffle_ps(b[0], b[2], 0x44);
            a[1] = _mm256_shuffle_ps(b[0], b[2], 0xee);
            a[2] = _mm256_shuffle_ps(b[1], b[3], 0x44);
            a[3] = _mm256_shuffle_ps(b[1], b[3], 0xee);
            a[4] = _mm256_shuffle_ps(b[4], b[6], 0x44);
            a[5] = _mm256_shuffle_ps(b[4], b[6], 0xee);
            a[6] = _mm256_shuffle_ps(b[5], b[7], 0x44);
            a[7] = _mm256_shuffle_ps(b[5], b[7], 0xee);
            UNROLL for (int k = 0; k < 4; k++) {
                _mm256_storeu_ps(T + (size_t)(j + k) * r + i, _mm256_permute2f128_ps(a[k], a[k + 4], 0x20));
                _mm256_storeu_ps(T + (size_t)(j + k + 4) * r + i, _mm256_permute2f128_ps(a[k], a[k + 4], 0x31));
            }
        }
    for (int i = r8; i < r; i++)
        for (int j = 0; j < c; j++) T[(size_t)j * r + i] = W[(size_t)i * c + j];
}
