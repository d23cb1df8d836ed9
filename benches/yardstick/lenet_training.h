// Training steps of LeNet-5 (T2).
#pragma once
#include "lenet.h"
#include "training.h"

// Kept of the forward pass, a sample: padded input, output of convolution 1, of pooling 1, of convolution 2. The rest
// are the activations and gradients of the dense layers, the flattened output of pooling 2 and its gradient, the
// gradients of the kernels, one a thread, and the transposed kernel of convolution 2.
static ALIGNED float XP[128][33 * 40], SC1[128][6 * 28 * 32], SP1[128][6 * 14 * 16 + 8], SC2[128][1600], SP2[128 * 400],
    D1[128 * 120], D2[128 * 88], DE1[128 * 120], DE2[128 * 88], DP2[128 * 400], GW[2][160 * 16 + 256], K2T[16 * 200];

// d2 = gradient behind convolution 2: dp2 where the maximum of the window lies, 0 elsewhere and where ReLU cut.
INLINE void backward_pool2(const float *c2, const float *p2, const float *dp2, float *d2) {
    for (int r = 0; r < 10; r++)
        for (int c = 0; c < 10; c++)
            for (int h = 0; h < 16; h += 8) {
                v8 a = load(c2 + (r * 10 + c) * 16 + h), p = load(p2 + (r / 2 * 5 + c / 2) * 16 + h),
                   g = load(dp2 + (r / 2 * 5 + c / 2) * 16 + h);
                g = a == p ? g : splat(0);
                g = p > splat(0) ? g : splat(0);
                store(d2 + (r * 10 + c) * 16 + h, g);
            }
}

// Adds the gradients of bias and kernel of convolution 2: five taps of a kernel row are the register tile.
INLINE void backward_kernel2(const float *p1, const float *d2, float *gw, float *gb) {
    v8 b0 = splat(0), b1 = splat(0);
    for (int p = 0; p < 100; p++) {
        b0 += load(d2 + p * 16);
        b1 += load(d2 + p * 16 + 8);
    }
    store(gb, load(gb) + b0);
    store(gb + 8, load(gb + 8) + b1);
    for (int i = 0; i < 6; i++)
        for (int u = 0; u < 5; u++) {
            v8 a[5][2];
            float *g = gw + (i * 25 + u * 5) * 16;
            UNROLL for (int t = 0; t < 5; t++) {
                a[t][0] = load(g + t * 16);
                a[t][1] = load(g + t * 16 + 8);
            }
            for (int r = 0; r < 10; r++) {
                const float *x = p1 + (i * 14 + r + u) * 16;
                for (int c = 0; c < 10; c++) {
                    v8 q0 = load(d2 + (r * 10 + c) * 16), q1 = load(d2 + (r * 10 + c) * 16 + 8);
                    UNROLL for (int t = 0; t < 5; t++) {
                        v8 xb = splat(x[c + t]);
                        a[t][0] += xb * q0;
                        a[t][1] += xb * q1;
                    }
                }
            }
            UNROLL for (int t = 0; t < 5; t++) {
                store(g + t * 16, a[t][0]);
                store(g + t * 16 + 8, a[t][1]);
            }
        }
}

// dp = gradient of the input of convolution 2, [14][14][8]: the product of d2 and the transposed kernel, which gives
// the 25 taps × 8 channels of each of the 100 outputs, is scattered onto the inputs.
INLINE void backward_input2(const float *d2, float *dc, float *dp) {
    for (int nn = 0; nn < 200; nn += 16)
        for (int m = 0; m < 100; m += 5) {
            v8 a[5][2];
            UNROLL for (int i = 0; i < 5; i++) a[i][0] = a[i][1] = splat(0);
            int two = nn + 16 <= 200;
            for (int k = 0; k < 16; k++) {
                v8 w0 = load(K2T + k * 200 + nn), w1 = two ? load(K2T + k * 200 + nn + 8) : splat(0);
                UNROLL for (int i = 0; i < 5; i++) {
                    v8 x = splat(d2[(m + i) * 16 + k]);
                    a[i][0] += x * w0;
                    a[i][1] += x * w1;
                }
            }
            UNROLL for (int i = 0; i < 5; i++) {
                store(dc + (m + i) * 200 + nn, a[i][0]);
                if (two) store(dc + (m + i) * 200 + nn + 8, a[i][1]);
            }
        }
    memset(dp, 0, sizeof dp);
    for (int r = 0; r < 10; r++)
        for (int c = 0; c < 10; c++) {
            const float *q = dc + (r * 10 + c) * 200;
            UNROLL for (int u = 0; u < 5; u++) UNROLL for (int t = 0; t < 5; t++) {
                float *o = dp + ((r + u) * 14 + c + t) * 8;
                store(o, load(o) + load(q + (u * 5 + t) * 8));
            }
        }
}

// d1 = gradient behind convolution 1, and adds its sums to the gradient of the bias.
INLINE void backward_pool1(const float *c1, const float *p1, const float *dp, float (*d1)[28 * 32], float *gb1) {
    for (int o = 0; o < 6; o++) {
        v8 bs = splat(0);
        for (int r = 0; r < 28; r++) {
            ALIGNED float up[32] = {0}, pu[32] = {0};
            for (int c = 0; c < 14; c++) {
                float g = dp[(r / 2 * 14 + c) * 8 + o], p = p1[(o * 14 + r / 2) * 16 + c];
                g = p > 0 ? g : 0;
                up[2 * c] = up[2 * c + 1] = g;
                pu[2 * c] = pu[2 * c + 1] = p;
            }
            UNROLL for (int v = 0; v < 4; v++) {
                v8 e = load(c1 + (o * 28 + r) * 32 + 8 * v) == load(pu + 8 * v) ? load(up + 8 * v) : splat(0);
                store(d1[o] + r * 32 + 8 * v, e);
                bs += e;
            }
        }
        gb1[o] += sum(bs);
    }
}

// Adds the gradient of the kernel of convolution 1: two channels × five taps of a kernel row are the register tile.
INLINE void backward_kernel1(const float *xp, const float (*d1)[28 * 32], float *gk1) {
    for (int o = 0; o < 6; o += 2)
        for (int u = 0; u < 5; u++) {
            v8 a[2][5];
            UNROLL for (int t = 0; t < 5; t++) a[0][t] = a[1][t] = splat(0);
            for (int r = 0; r < 28; r++) UNROLL for (int v = 0; v < 4; v++) {
                    v8 e0 = load(d1[o] + r * 32 + 8 * v), e1 = load(d1[o + 1] + r * 32 + 8 * v);
                    const float *x = xp + (r + u) * 40 + 8 * v;
                    UNROLL for (int t = 0; t < 5; t++) {
                        v8 xx = load(x + t);
                        a[0][t] += e0 * xx;
                        a[1][t] += e1 * xx;
                    }
                }
            UNROLL for (int t = 0; t < 5; t++) {
                gk1[o * 25 + u * 5 + t] += sum(a[0][t]);
                gk1[(o + 1) * 25 + u * 5 + t] += sum(a[1][t]);
            }
        }
}

#define GG(p) (G + ((p) - P))
static void lenet_step(int B) {
    float *K1 = P, *B1 = K1 + 152, *K2 = B1 + 8, *B2 = K2 + 2400, *F1 = B2 + 16, *G1 = F1 + 48000, *F2 = G1 + 120,
          *G2 = F2 + 120 * 88, *F3 = G2 + 88, *G3 = F3 + 88 * 16;
    int n = (int)(G3 + 16 - P);
#pragma omp parallel for num_threads(2) if (threads > 1) schedule(static)
    for (int s = 0; s < B; s++) {
        pad_input(XP[s], X + s * 784);
        conv1_pool(XP[s], SP1[s], SC1[s], K1, B1);
        conv2_relu(SP1[s], SC2[s], K2, B2);
        pool2(SC2[s], SP2 + s * 400);
    }
    gemm(B, 120, 400, SP2, 400, 1, F1, 120, D1, 120, 0);
    add_bias_activate(D1, G1, B, 120, RELU);
    gemm(B, 88, 120, D1, 120, 1, F2, 88, D2, 88, 0);
    add_bias_activate(D2, G2, B, 88, RELU);
    gemm(B, 16, 88, D2, 88, 1, F3, 16, Z3, 16, 0);
    add_bias_activate(Z3, G3, B, 16, IDENTITY);
    softmax_ce(B);
    gemm(88, 16, B, D2, 1, 88, E3, 16, GG(F3), 16, 0);
    bias_gradient(GG(G3), E3, B, 16);
    transpose(F3, 88, 16, transposed);
    gemm(B, 88, 16, E3, 16, 1, transposed, 88, DE2, 88, 0);
    backward_activation(DE2, D2, B * 88, RELU);
    gemm(120, 88, B, D1, 1, 120, DE2, 88, GG(F2), 88, 0);
    bias_gradient(GG(G2), DE2, B, 88);
    transpose(F2, 120, 88, transposed);
    gemm(B, 120, 88, DE2, 88, 1, transposed, 120, DE1, 120, 0);
    backward_activation(DE1, D1, B * 120, RELU);
    gemm(400, 120, B, SP2, 1, 400, DE1, 120, GG(F1), 120, 0);
    bias_gradient(GG(G1), DE1, B, 120);
    transpose(F1, 400, 120, transposed);
    gemm(B, 400, 120, DE1, 120, 1, transposed, 400, DP2, 400, 0);
    memset(GW, 0, sizeof GW);
    for (int t = 0; t < 25; t++)
        for (int i = 0; i < 8; i++)
            for (int o = 0; o < 16; o++) K2T[o * 200 + t * 8 + i] = i < 6 ? K2[(i * 25 + t) * 16 + o] : 0;
#pragma omp parallel for num_threads(2) if (threads > 1) schedule(static)
    for (int s = 0; s < B; s++) {
        float *gw = GW[threads > 1 ? omp_get_thread_num() : 0], *gk1 = gw + 2400, *gb1 = gk1 + 152, *gb2 = gb1 + 8;
        static thread_local ALIGNED float d2[1600], dc[100 * 200], dp[14 * 14 * 8], d1[6][28 * 32];
        backward_pool2(SC2[s], SP2 + s * 400, DP2 + s * 400, d2);
        backward_kernel2(SP1[s], d2, gw, gb2);
        backward_input2(d2, dc, dp);
        backward_pool1(SC1[s], SP1[s], dp, d1, gb1);
        backward_kernel1(XP[s], d1, gk1);
    }
    for (int i = 0; i < 2400; i++) GG(K2)[i] = GW[0][i] + GW[1][i];
    for (int i = 0; i < 152; i++) GG(K1)[i] = GW[0][2400 + i] + GW[1][2400 + i];
    for (int i = 0; i < 8; i++) GG(B1)[i] = GW[0][2552 + i] + GW[1][2552 + i];
    for (int i = 0; i < 16; i++) GG(B2)[i] = GW[0][2560 + i] + GW[1][2560 + i];
    adam(n);
    OPAQUE(P);
}

static void t2_32(void) { lenet_step(32); }
static void t2_128(void) { lenet_step(128); }
