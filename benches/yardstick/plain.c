// The same networks as what most people write: plain loops over static arrays, vectorised by the compiler. Weights are
// [in][out], so the inner loop is contiguous.
// usage: c_plain [WORKLOAD]...
#include "timing.h"
#define INLINE static inline __attribute__((always_inline))
enum { IDENTITY, RELU, TANH };
INLINE void act(float *y, int n, int a) {
    if (a == RELU)
        for (int j = 0; j < n; j++) y[j] = y[j] > 0 ? y[j] : 0;
    else if (a == TANH)
        for (int j = 0; j < n; j++) y[j] = tanhf(y[j]);
}

INLINE void dense(const float *restrict x, const float *restrict W, const float *restrict b, float *restrict y, int in,
                  int out, int a) {
    for (int j = 0; j < out; j++) y[j] = b[j];
    for (int i = 0; i < in; i++) {
        float xi = x[i];
        for (int j = 0; j < out; j++) y[j] += xi * W[i * out + j];
    }
    act(y, out, a);
}
#define INPUTS 16
#define MLP(NAME, D0, D1, D2, D3, A)                                                                       \
    static float NAME##_w1[D0 * D1], NAME##_b1[D1], NAME##_w2[D1 * D2], NAME##_b2[D2], NAME##_w3[D2 * D3], \
        NAME##_b3[D3], NAME##_x[INPUTS][D0], NAME##_y[D3];                                                 \
    static void NAME##_init(void) {                                                                        \
        fill_random(NAME##_w1, D0 * D1, 1 / sqrtf(D0));                                                    \
        fill_random(NAME##_w2, D1 * D2, 1 / sqrtf(D1));                                                    \
        fill_random(NAME##_w3, D2 * D3, 1 / sqrtf(D2));                                                    \
        fill_random(NAME##_b1, D1, .1);                                                                    \
        fill_random(NAME##_b2, D2, .1);                                                                    \
        fill_random(NAME##_b3, D3, .1);                                                                    \
        fill_random(NAME##_x[0], INPUTS * D0, 1);                                                          \
    }                                                                                                      \
    static void NAME(void) {                                                                               \
        static int k;                                                                                      \
        float h1[D1], h2[D2];                                                                              \
        const float *x = NAME##_x[k++ & (INPUTS - 1)];                                                     \
        OPAQUE(x);                                                                                         \
        dense(x, NAME##_w1, NAME##_b1, h1, D0, D1, A);                                                     \
        dense(h1, NAME##_w2, NAME##_b2, h2, D1, D2, A);                                                    \
        dense(h2, NAME##_w3, NAME##_b3, NAME##_y, D2, D3, IDENTITY);                                       \
        OPAQUE(NAME##_y);                                                                                  \
    }
MLP(i1, 4, 32, 32, 2, TANH)
MLP(i2, 16, 64, 64, 8, RELU)
MLP(i3, 784, 128, 64, 10, RELU)
MLP(i6, 512, 1024, 1024, 256, RELU)
// LeNet-5.
static float kernel1[6 * 25], bias1[6], kernel2[16 * 150], bias2[16], f1[400 * 120], g1[120], f2[120 * 84], g2[84],
    f3[84 * 10], g3[10], img[INPUTS][784], lo[10];
static void lenet(void) {
    static int kk;
    const float *x = img[kk++ & (INPUTS - 1)];
    OPAQUE(x);
    static float xp[32 * 32], c1[6][28 * 28], p1[6][14 * 14], c2[16][10 * 10], p2[400], d1[120], d2[84];
    memset(xp, 0, sizeof xp);
    for (int r = 0; r < 28; r++) memcpy(xp + (r + 2) * 32 + 2, x + r * 28, 112);
    for (int o = 0; o < 6; o++)
        for (int r = 0; r < 28; r++) {
            float acc[28];
            for (int c = 0; c < 28; c++) acc[c] = bias1[o];
            for (int u = 0; u < 5; u++)
                for (int v = 0; v < 5; v++) {
                    float w = kernel1[o * 25 + u * 5 + v];
                    for (int c = 0; c < 28; c++) acc[c] += w * xp[(r + u) * 32 + v + c];
                }
            for (int c = 0; c < 28; c++) c1[o][r * 28 + c] = acc[c] > 0 ? acc[c] : 0;
        }
    for (int o = 0; o < 6; o++)
        for (int r = 0; r < 14; r++)
            for (int c = 0; c < 14; c++) {
                const float *q = &c1[o][r * 2 * 28 + c * 2];
                float a = q[0] > q[1] ? q[0] : q[1], b = q[28] > q[29] ? q[28] : q[29];
                p1[o][r * 14 + c] = a > b ? a : b;
            }
    for (int o = 0; o < 16; o++)
        for (int r = 0; r < 10; r++) {
            float acc[10];
            for (int c = 0; c < 10; c++) acc[c] = bias2[o];
            for (int i = 0; i < 6; i++)
                for (int u = 0; u < 5; u++)
                    for (int v = 0; v < 5; v++) {
                        float w = kernel2[o * 150 + i * 25 + u * 5 + v];
                        for (int c = 0; c < 10; c++) acc[c] += w * p1[i][(r + u) * 14 + v + c];
                    }
            for (int c = 0; c < 10; c++) c2[o][r * 10 + c] = acc[c] > 0 ? acc[c] : 0;
        }
    for (int o = 0; o < 16; o++)
        for (int r = 0; r < 5; r++)
            for (int c = 0; c < 5; c++) {
                const float *q = &c2[o][r * 20 + c * 2];
                float a = q[0] > q[1] ? q[0] : q[1], b = q[10] > q[11] ? q[10] : q[11];
                p2[o * 25 + r * 5 + c] = a > b ? a : b;
            }
    dense(p2, f1, g1, d1, 400, 120, RELU);
    dense(d1, f2, g2, d2, 120, 84, RELU);
    dense(d2, f3, g3, lo, 84, 10, IDENTITY);
    OPAQUE(lo);
}

// One step of GRU 16 and LSTM 20 with a dense layer behind.
INLINE float sg(float x) { return 1.f / (1.f + expf(-x)); }
static float gwi[48], gwh[16 * 48], gb[48], gbn[16], gh[16], gd[16], seq[1024], so;
static void gru(void) {
    static int t;
    float x = seq[t++ & 1023];
    OPAQUE(gh);
    float a[48], hn[16];
    for (int j = 0; j < 48; j++) a[j] = gb[j];
    for (int j = 0; j < 32; j++) a[j] += gwi[j] * x;
    for (int j = 0; j < 16; j++) hn[j] = gbn[j];
    for (int i = 0; i < 16; i++) {
        float h = gh[i];
        for (int j = 0; j < 32; j++) a[j] += h * gwh[i * 48 + j];
        for (int j = 0; j < 16; j++) hn[j] += h * gwh[i * 48 + 32 + j];
    }
    for (int j = 0; j < 32; j++) a[j] = sg(a[j]);
    float n[16];
    for (int j = 0; j < 16; j++) n[j] = tanhf(a[32 + j] + gwi[32 + j] * x + a[j] * hn[j]);
    float s = .1f;
    for (int j = 0; j < 16; j++) {
        float z = a[16 + j];
        gh[j] = n[j] + z * (gh[j] - n[j]);
    }
    for (int j = 0; j < 16; j++) s += gh[j] * gd[j];
    so = s;
    OPAQUE(&so);
}

static float lwi[80], lwh[20 * 80], lb[80], lh[20], lc[20], ld[20];
static void lstm(void) {
    static int t;
    float x = seq[t++ & 1023];
    OPAQUE(lh);
    float a[80];
    for (int j = 0; j < 80; j++) a[j] = lb[j] + lwi[j] * x;
    for (int i = 0; i < 20; i++) {
        float h = lh[i];
        for (int j = 0; j < 80; j++) a[j] += h * lwh[i * 80 + j];
    }
    for (int j = 0; j < 60; j++) a[j] = sg(a[j]);
    for (int j = 60; j < 80; j++) a[j] = tanhf(a[j]);
    for (int j = 0; j < 20; j++) lc[j] = a[20 + j] * lc[j] + a[j] * a[60 + j];
    float tc[20];
    for (int j = 0; j < 20; j++) tc[j] = tanhf(lc[j]);
    for (int j = 0; j < 20; j++) lh[j] = a[40 + j] * tc[j];
    float s = .1f;
    for (int j = 0; j < 20; j++) s += lh[j] * ld[j];
    so = s;
    OPAQUE(&so);
}

static int wanted(int count, char **names, const char *name) {
    for (int i = 1; i < count; i++)
        if (!strcmp(names[i], name)) return 1;
    return count < 2;
}

int main(int count, char **names) {
    i1_init();
    i2_init();
    i3_init();
    i6_init();
    fill_random(kernel1, 150, .2);
    fill_random(kernel2, 2400, .1);
    fill_random(f1, 48000, .05);
    fill_random(f2, 10080, .1);
    fill_random(f3, 840, .1);
    fill_random(img[0], INPUTS * 784, 1);
    fill_random(gwi, 48, .3);
    fill_random(gwh, 768, .3);
    fill_random(gb, 48, .1);
    fill_random(gd, 16, .3);
    fill_random(lwi, 80, .3);
    fill_random(lwh, 1600, .3);
    fill_random(lb, 80, .1);
    fill_random(ld, 20, .3);
    fill_random(seq, 1024, 1);

    struct {
        const char *name;
        call forward;
    } rows[] = {{"I1", i1}, {"I2", i2}, {"I3", i3}, {"I4", lenet}, {"I5gru", gru}, {"I5lstm", lstm}, {"I6", i6}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (wanted(count, names, rows[i].name)) {
            printf("c_plain\t%s\tthreads=1\t%.1f\tns\n", rows[i].name, nanoseconds(rows[i].forward));
            fflush(stdout);
        }
}
