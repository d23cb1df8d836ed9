// One step of GRU 16 and LSTM 20 with one input and a dense layer to one output (I5), state carried.
#pragma once
#include "timing.h"
#include "vectors.h"

// Weights of the input, of the state ([16][48]) and biases, gates in the order r, z, n; gd is the dense layer.
static ALIGNED float gwi[48], gwh[16 * 48], gb[48], gbn[16], gh[16], gd[16], seq[1024], so;
static void gru(void) {
    static int t;
    v8 x = splat(seq[t++ & 1023]);
    OPAQUE(gh);
    v8 a[2][6];
    UNROLL for (int v = 0; v < 4; v++) a[0][v] = load(gb + 8 * v) + load(gwi + 8 * v) * x;
    a[0][4] = load(gbn);
    a[0][5] = load(gbn + 8);
    UNROLL for (int v = 0; v < 6; v++) a[1][v] = splat(0);
    UNROLL for (int i = 0; i < 16; i += 2) UNROLL for (int u = 0; u < 2; u++) {
        v8 h = splat(gh[i + u]);
        UNROLL for (int v = 0; v < 6; v++) a[u][v] += h * load(gwh + (i + u) * 48 + 8 * v);
    }
    v8 s = splat(0);
    UNROLL for (int v = 0; v < 2; v++) {
        v8 r = sigmoid8(a[0][v] + a[1][v]), z = sigmoid8(a[0][v + 2] + a[1][v + 2]),
           n = tanh8(load(gb + 32 + 8 * v) + load(gwi + 32 + 8 * v) * x + r * (a[0][v + 4] + a[1][v + 4])),
           h = load(gh + 8 * v);
        h = n + z * (h - n);
        store(gh + 8 * v, h);
        s += h * load(gd + 8 * v);
    }
    so = sum(s) + .1f;
    OPAQUE(&so);
}

// Gates in the order i, f, o, g. The rows of i, f and o are taken as halved when the weights were packed, so
// sigmoid(2x) = 1/2 + 1/2 tanh(x) makes a single tanh serve all four.
static ALIGNED float lwi[80], lwh[20 * 80], lb[80], lh[24], lc[24], ldn[24];
static void lstm(void) {
    static int t;
    v8 x = splat(seq[t++ & 1023]);
    OPAQUE(lh);
    ALIGNED float g[88];
    v8 a[10];
    UNROLL for (int v = 0; v < 10; v++) a[v] = load(lb + 8 * v) + load(lwi + 8 * v) * x;
    for (int i = 0; i < 20; i++) {
        v8 h = splat(lh[i]);
        UNROLL for (int v = 0; v < 10; v++) a[v] += h * load(lwh + i * 80 + 8 * v);
    }
    UNROLL for (int v = 0; v < 10; v++) store(g + 8 * v, tanh8(a[v]));
    v8 s = splat(0), H = splat(.5f);
    UNROLL for (int v = 0; v < 3; v++) {
        v8 i = H + H * load(g + 8 * v), f = H + H * load(g + 20 + 8 * v), o = H + H * load(g + 40 + 8 * v),
           n = load(g + 60 + 8 * v), c = f * load(lc + 8 * v) + i * n;
        if (v == 2) {
            c = c * (v8){1, 1, 1, 1, 0, 0, 0, 0};
        }
        store(lc + 8 * v, c);
        v8 h = o * tanh8(c);
        store(lh + 8 * v, h);
        s += h * load(ldn + 8 * v);
    }
    so = sum(s) + .1f;
    OPAQUE(&so);
}

static void recurrent_init(void) {
    fill_random(gwi, 48, .3);
    fill_random(gwh, 768, .3);
    fill_random(gb, 48, .1);
    fill_random(gd, 16, .3);
    fill_random(lwi, 80, .3);
    fill_random(lwh, 1600, .3);
    fill_random(lb, 80, .1);
    fill_random(ldn, 20, .3);
    fill_random(seq, 1024, 1);
}
