// What the training steps share: parameters, gradients, optimizers, losses, activations.
#pragma once
#include "gemm.h"
#include "timing.h"

// Parameters, gradients, Adam's moments, and room for a transposed weight.
#define PARAMETERS (3 * 1024 * 1025 + 64)
static ALIGNED float P[PARAMETERS], G[PARAMETERS], M1[PARAMETERS], V1[PARAMETERS], transposed[1024 * 1024];
static int step;
static void adam(int n) {
    step++;
    float b1 = 1 - powf(.9f, step), b2 = 1 - powf(.999f, step);
    float lr = 1e-3f / b1, ib = 1 / sqrtf(b2);
#pragma omp parallel for simd num_threads(2) if (parallel : threads > 1 && n > 20000) schedule(static)
    for (int i = 0; i < n; i++) {
        float g = G[i], m = .9f * M1[i] + .1f * g, v = .999f * V1[i] + .001f * g * g;
        M1[i] = m;
        V1[i] = v;
        P[i] -= lr * m / (sqrtf(v) * ib + 1e-8f);
    }
}

static void sgd(int n, float lr) {
#pragma omp parallel for simd num_threads(2) if (parallel : threads > 1 && n > 20000) schedule(static)
    for (int i = 0; i < n; i++) P[i] -= lr * G[i];
}

// Inputs, targets, activations and their gradients.
static ALIGNED float X[256 * 1024], Y[256 * 1024], Z1[256 * 1024], Z2[256 * 1024], Z3[256 * 1024], E1[256 * 1024],
    E2[256 * 1024], E3[256 * 1024];
static int labels[256];
static volatile float loss;
INLINE void add_bias_activate(float *Z, const float *b, int B, int n, int a) {
    for (int r = 0; r < B; r++)
        for (int j = 0; j < n; j += 8)
            store(Z + (size_t)r * n + j, activate(load(Z + (size_t)r * n + j) + load(b + j), a));
}

INLINE void backward_activation(float *E, const float *H, int n, int a) {
    for (int i = 0; i < n; i += 8) {
        v8 h = load(H + i), e = load(E + i);
        store(E + i, a == RELU ? (h > splat(0) ? e : splat(0)) : e * (splat(1) - h * h));
    }
}

INLINE void bias_gradient(float *g, const float *E, int B, int n) {
    for (int j = 0; j < n; j += 8) {
        v8 s = splat(0);
        for (int r = 0; r < B; r++) s += load(E + (size_t)r * n + j);
        store(g + j, s);
    }
}

// Softmax and cross-entropy of ten classes in rows of sixteen; the gradient of the mean goes to E3.
static void softmax_ce(int B) {
    float L = 0;
    for (int r = 0; r < B; r++) {
        float *z = Z3 + r * 16, *e = E3 + r * 16, m = z[0];
        for (int j = 1; j < 10; j++) m = z[j] > m ? z[j] : m;
        float s = 0, t[16] = {0};
        for (int j = 0; j < 16; j++) t[j] = expf((j < 10 ? z[j] : -1e9f) - m);
        for (int j = 0; j < 10; j++) s += t[j];
        L += logf(s) - z[labels[r]] + m;
        float is = 1 / s / B;
        for (int j = 0; j < 16; j++) e[j] = j < 10 ? t[j] * is : 0;
        e[labels[r]] -= 1.f / B;
    }
    loss = L / B;
}

// Mean squared error of n outputs in rows of np.
static void mse(int B, int n, int np) {
    float L = 0;
    float s = 2.f / (B * n);
    for (int i = 0; i < B * np; i++) {
        float d = Z3[i] - Y[i];
        L += d * d;
        E3[i] = s * d;
    }
    loss = L / (B * n);
}
