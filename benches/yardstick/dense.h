// A dense layer for one sample, and the perceptrons made of it (I1, I2, I3, I6).
#pragma once
#include "timing.h"
#include "vectors.h"

// y = activation(W·x + b). W is packed [outputs / (8·NV)][in][8·NV], so each block of NV vectors of outputs reads its
// weights front to back. U independent sums over the inputs hide the latency of the multiply-add. All sizes are
// constants at every call, so each call compiles to loops of its own.
INLINE void dense(const float *restrict x, const float *restrict W, const float *restrict b, float *restrict y,
                  const int in, const int outp, const int a, const int NV, const int U) {
    for (int jb = 0; jb < outp; jb += 8 * NV) {
        v8 acc[8][16];
        UNROLL for (int u = 0; u < U; u++) UNROLL for (int v = 0; v < NV; v++) acc[u][v] =
            u ? splat(0) : load(b + jb + 8 * v);
        const float *w = W + (size_t)jb * in;
        for (int i = 0; i < in; i += U) UNROLL for (int u = 0; u < U; u++) {
                v8 xb = splat(x[i + u]);
                UNROLL for (int v = 0; v < NV; v++) acc[u][v] += xb * load(w + ((size_t)(i + u) * NV + v) * 8);
            }
        UNROLL for (int u = 1; u < U; u++) UNROLL for (int v = 0; v < NV; v++) acc[0][v] += acc[u][v];
        UNROLL for (int v = 0; v < NV; v++) store(y + jb + 8 * v, activate(acc[0][v], a));
    }
}

// Inputs that take turns, so that none is a constant.
#define INPUTS 16

// Parameters, initialisation and one forward call of a perceptron D0-D1-D2-D3; V and U tune each layer.
#define MLP(N, D0, D1, D2, D3, A, V1, U1, V2, U2, V3, U3)                                                          \
    static ALIGNED float N##_w1[D0 * ROUND8(D1)], N##_b1[ROUND8(D1)], N##_w2[D1 * ROUND8(D2)], N##_b2[ROUND8(D2)], \
        N##_w3[D2 * ROUND8(D3)], N##_b3[ROUND8(D3)], N##_x[INPUTS][ROUND8(D0)], N##_y[ROUND8(D3)];                 \
    static void N##_init(void) {                                                                                   \
        fill_random(N##_w1, D0 * ROUND8(D1), 1 / sqrtf(D0));                                                       \
        fill_random(N##_w2, D1 * ROUND8(D2), 1 / sqrtf(D1));                                                       \
        fill_random(N##_w3, D2 * ROUND8(D3), 1 / sqrtf(D2));                                                       \
        fill_random(N##_b1, D1, .1);                                                                               \
        fill_random(N##_b2, D2, .1);                                                                               \
        fill_random(N##_b3, D3, .1);                                                                               \
        fill_random(N##_x[0], INPUTS * ROUND8(D0), 1);                                                             \
    }                                                                                                              \
    static void N(void) {                                                                                          \
        static int k;                                                                                              \
        ALIGNED float h1[ROUND8(D1)], h2[ROUND8(D2)];                                                              \
        const float *x = N##_x[k++ & (INPUTS - 1)];                                                                \
        OPAQUE(x);                                                                                                 \
        dense(x, N##_w1, N##_b1, h1, D0, ROUND8(D1), A, V1, U1);                                                   \
        dense(h1, N##_w2, N##_b2, h2, D1, ROUND8(D2), A, V2, U2);                                                  \
        dense(h2, N##_w3, N##_b3, N##_y, D2, ROUND8(D3), IDENTITY, V3, U3);                                        \
        OPAQUE(N##_y);                                                                                             \
    }
MLP(i1, 4, 32, 32, 2, TANH, 4, 2, 4, 2, 1, 8)
MLP(i2, 16, 64, 64, 8, RELU, 8, 1, 8, 1, 1, 8)
MLP(i3, 784, 128, 64, 10, RELU, 8, 1, 8, 1, 2, 4)
MLP(i6, 512, 1024, 1024, 256, RELU, 8, 1, 8, 1, 8, 1)
