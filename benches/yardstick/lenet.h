// LeNet-5 forward (I4): convolution and pooling fused, sizes constant.
// Convolution 1 keeps channels outermost, rows of 28 (+ padding) in steps of 40 floats, vectors over columns;
// convolution 2 keeps its 16 channels innermost, vectors over channels.
#pragma once
#include "dense.h"
#include <string.h>

static ALIGNED float kernel1[6 * 25], bias1[8], kernel2[150 * 16], bias2[16], f1[400 * 120], g1[120], f2[120 * 88],
    g2[88], f3[84 * 16], g3[16], img[INPUTS][784], lo[16];
static const i8 EV = {0, 2, 4, 6, 8, 10, 12, 14}, OD = {1, 3, 5, 7, 9, 11, 13, 15};
// One row of channels o and o + 1, 32 columns wide, with ReLU.
INLINE void conv1_rows(const float *xp, int o, int r, float (*c)[2][32], const float *K, const float *B) {
    v8 a[2][4];
    UNROLL for (int q = 0; q < 2; q++) UNROLL for (int v = 0; v < 4; v++) a[q][v] = splat(B[o + q]);
    for (int u = 0; u < 5; u++) UNROLL for (int t = 0; t < 5; t++) {
            v8 w0 = splat(K[o * 25 + u * 5 + t]), w1 = splat(K[o * 25 + 25 + u * 5 + t]);
            const float *p = xp + (r + u) * 40 + t;
            UNROLL for (int v = 0; v < 4; v++) {
                v8 x = load(p + 8 * v);
                a[0][v] += w0 * x;
                a[1][v] += w1 * x;
            }
        }
    UNROLL for (int q = 0; q < 2; q++) UNROLL for (int v = 0; v < 4; v++)
        store((*c)[q] + 8 * v, max8(a[q][v], splat(0)));
}

INLINE void pad_input(float *xp, const float *x) {
    for (int r = 0; r < 28; r++) memcpy(xp + (r + 2) * 40 + 2, x + r * 28, 112);
}

// Convolution 1, ReLU and pooling: two rows become one. `save` keeps the rows for the backward pass, or is 0.
INLINE void conv1_pool(const float *xp, float *p1 /*[6][14][16]*/, float *save /*[6][28][32] or 0*/, const float *K,
                       const float *B) {
    for (int o = 0; o < 6; o += 2)
        for (int r = 0; r < 28; r += 2) {
            ALIGNED float c[2][2][32];
            conv1_rows(xp, o, r, &c[0], K, B);
            conv1_rows(xp, o, r + 1, &c[1], K, B);
            if (save)
                for (int q = 0; q < 2; q++)
                    for (int rr = 0; rr < 2; rr++) memcpy(save + ((o + q) * 28 + r + rr) * 32, c[rr][q], 128);
            UNROLL for (int q = 0; q < 2; q++) UNROLL for (int h = 0; h < 2; h++) {
                v8 a = max8(load(c[0][q] + 16 * h), load(c[1][q] + 16 * h)),
                   b = max8(load(c[0][q] + 16 * h + 8), load(c[1][q] + 16 * h + 8));
                store(p1 + ((o + q) * 14 + r / 2) * 16 + 8 * h,
                      max8(__builtin_shuffle(a, b, EV), __builtin_shuffle(a, b, OD)));
            }
        }
}

// Five columns × 16 channels are the register tile.
INLINE void conv2_relu(const float *p1, float *c2 /*[10][10][16]*/, const float *K, const float *B) {
    for (int r = 0; r < 10; r++)
        for (int c = 0; c < 10; c += 5) {
            v8 a[5][2];
            UNROLL for (int q = 0; q < 5; q++) {
                a[q][0] = load(B);
                a[q][1] = load(B + 8);
            }
            for (int i = 0; i < 6; i++)
                for (int u = 0; u < 5; u++) {
                    const float *p = p1 + (i * 14 + r + u) * 16 + c, *k = K + (i * 25 + u * 5) * 16;
                    UNROLL for (int t = 0; t < 5; t++) {
                        v8 w0 = load(k + t * 16), w1 = load(k + t * 16 + 8);
                        UNROLL for (int q = 0; q < 5; q++) {
                            v8 x = splat(p[q + t]);
                            a[q][0] += x * w0;
                            a[q][1] += x * w1;
                        }
                    }
                }
            UNROLL for (int q = 0; q < 5; q++) {
                store(c2 + (r * 10 + c + q) * 16, max8(a[q][0], splat(0)));
                store(c2 + (r * 10 + c + q) * 16 + 8, max8(a[q][1], splat(0)));
            }
        }
}

INLINE void pool2(const float *c2, float *p2) {
    for (int r = 0; r < 5; r++)
        for (int c = 0; c < 5; c++)
            for (int h = 0; h < 16; h += 8) {
                const float *q = c2 + (r * 20 + c * 2) * 16 + h;
                store(p2 + (r * 5 + c) * 16 + h, max8(max8(load(q), load(q + 16)), max8(load(q + 160), load(q + 176))));
            }
}

static void lenet_init(void) {
    fill_random(kernel1, 150, .2);
    fill_random(kernel2, 2400, .1);
    fill_random(f1, 48000, .05);
    fill_random(f2, 120 * 88, .1);
    fill_random(f3, 84 * 16, .1);
    fill_random(img[0], INPUTS * 784, 1);
}

static void lenet(void) {
    static int kk;
    static ALIGNED float xp[33 * 40], p1[6 * 14 * 16 + 8], c2[1600], p2[400], d1[120], d2[88];
    const float *x = img[kk++ & (INPUTS - 1)];
    OPAQUE(x);
    pad_input(xp, x);
    conv1_pool(xp, p1, 0, kernel1, bias1);
    conv2_relu(p1, c2, kernel2, bias2);
    pool2(c2, p2);
    dense(p2, f1, g1, d1, 400, 120, RELU, 5, 2);
    dense(d1, f2, g2, d2, 120, 88, RELU, 11, 1);
    dense(d2, f3, g3, lo, 84, 16, IDENTITY, 2, 4);
    OPAQUE(lo);
}
