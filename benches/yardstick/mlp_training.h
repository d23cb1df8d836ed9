// Training steps of the perceptrons (T1, T3, T4).
#pragma once
#include "dense.h"
#include "training.h"

// Forward, loss, backward, update of a perceptron D0-D1-D2-nout, whose last layer is padded to D3p outputs.
INLINE void mlp_step(int B, int D0, int D1, int D2, int D3p, int A, int ce, int nout) {
    float *w1 = P, *b1 = w1 + D0 * D1, *w2 = b1 + D1, *b2 = w2 + D1 * D2, *w3 = b2 + D2, *b3 = w3 + D2 * D3p;
    int n = (int)(b3 + D3p - P);
    gemm(B, D1, D0, X, D0, 1, w1, D1, Z1, D1, 0);
    add_bias_activate(Z1, b1, B, D1, A);
    gemm(B, D2, D1, Z1, D1, 1, w2, D2, Z2, D2, 0);
    add_bias_activate(Z2, b2, B, D2, A);
    gemm(B, D3p, D2, Z2, D2, 1, w3, D3p, Z3, D3p, 0);
    add_bias_activate(Z3, b3, B, D3p, IDENTITY);
    if (ce) softmax_ce(B);
    else mse(B, nout, D3p);
    gemm(D2, D3p, B, Z2, 1, D2, E3, D3p, G + (w3 - P), D3p, 0);
    bias_gradient(G + (b3 - P), E3, B, D3p);
    transpose(w3, D2, D3p, transposed);
    gemm(B, D2, D3p, E3, D3p, 1, transposed, D2, E2, D2, 0);
    backward_activation(E2, Z2, B * D2, A);
    gemm(D1, D2, B, Z1, 1, D1, E2, D2, G + (w2 - P), D2, 0);
    bias_gradient(G + (b2 - P), E2, B, D2);
    transpose(w2, D1, D2, transposed);
    gemm(B, D1, D2, E2, D2, 1, transposed, D1, E1, D1, 0);
    backward_activation(E1, Z1, B * D1, A);
    gemm(D0, D1, B, X, 1, D0, E1, D1, G, D1, 0);
    bias_gradient(G + (b1 - P), E1, B, D1);
    if (ce) adam(n);
    else sgd(n, 1e-2f);
    OPAQUE(P);
}

static void t1_16(void) { mlp_step(16, 784, 128, 64, 16, RELU, 1, 10); }
static void t1_32(void) { mlp_step(32, 784, 128, 64, 16, RELU, 1, 10); }
static void t1_256(void) { mlp_step(256, 784, 128, 64, 16, RELU, 1, 10); }
static void t3_32(void) { mlp_step(32, 4, 32, 32, 8, TANH, 0, 2); }
static void t4(void) { mlp_step(128, 1024, 1024, 1024, 1024, RELU, 0, 1024); }

// Batch 1, online: every gradient goes straight into the weights, which stay in the first-level cache.
static void t3_1(void) {
    float *w1 = P, *b1 = w1 + 128, *w2 = b1 + 32, *b2 = w2 + 1024, *w3 = b2 + 32, *b3 = w3 + 256;
    ALIGNED float h1[32], h2[32], y[8], e2[32], e1[32];
    OPAQUE(X);
    dense(X, w1, b1, h1, 4, 32, TANH, 4, 2);
    dense(h1, w2, b2, h2, 32, 32, TANH, 4, 2);
    dense(h2, w3, b3, y, 32, 8, IDENTITY, 1, 8);
    v8 d = load(y) - load(Y);
    loss = sum(d * d) / 2;
    d = d * (v8){1, 1, 0, 0, 0, 0, 0, 0};
    const float lr = 1e-2f;
    for (int i = 0; i < 32; i++) {
        v8 w = load(w3 + 8 * i);
        e2[i] = (d[0] * w[0] + d[1] * w[1]) * (1 - h2[i] * h2[i]);
        store(w3 + 8 * i, w - splat(lr * h2[i]) * d);
    }
    store(b3, load(b3) - splat(lr) * d);
    v8 q[4];
    UNROLL for (int v = 0; v < 4; v++) {
        q[v] = load(e2 + 8 * v);
        store(b2 + 8 * v, load(b2 + 8 * v) - splat(lr) * q[v]);
    }
    for (int i = 0; i < 32; i++) {
        v8 s = splat(0), g = splat(lr * h1[i]);
        UNROLL for (int v = 0; v < 4; v++) {
            v8 w = load(w2 + 32 * i + 8 * v);
            s += w * q[v];
            store(w2 + 32 * i + 8 * v, w - g * q[v]);
        }
        e1[i] = sum(s) * (1 - h1[i] * h1[i]);
    }
    UNROLL for (int v = 0; v < 4; v++) store(b1 + 8 * v, load(b1 + 8 * v) - splat(lr) * load(e1 + 8 * v));
    UNROLL for (int i = 0; i < 4; i++) UNROLL for (int v = 0; v < 4; v++)
        store(w1 + 32 * i + 8 * v, load(w1 + 32 * i + 8 * v) - splat(lr * X[i]) * load(e1 + 8 * v));
    OPAQUE(P);
}
