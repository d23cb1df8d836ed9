// The yardstick: what an expert writes by hand for exactly these networks, with static arrays, packed weights, register
// tiles and vector extensions. One translation unit, so that every size is a constant where it is used.
// usage: c_expert [WORKLOAD]...   (OMP_NUM_THREADS=2 for two threads)
#include "dense.h"
#include "lenet.h"
#include "lenet_training.h"
#include "mlp_training.h"
#include "recurrent.h"

// Parameters uniform in ±s, inputs in ±1, targets 0 or class i % 10.
static void preset(int n, float s) {
    step = 0;
    memset(M1, 0, sizeof M1);
    memset(V1, 0, sizeof V1);
    fill_random(P, n, s);
    fill_random(X, 256 * 1024, 1);
    memset(Y, 0, sizeof Y);
    for (int i = 0; i < 256; i++) labels[i] = i % 10;
}

static int wanted(int count, char **names, const char *name) {
    for (int i = 1; i < count; i++)
        if (!strcmp(names[i], name)) return 1;
    return count < 2;
}

static void forward_row(const char *name, call f) {
    printf("c_expert\t%s\tthreads=1\t%.1f\tns\n", name, nanoseconds(f));
    fflush(stdout);
}

static void training_row(const char *name, call step, int batch, int parameters, float scale, double flops) {
    preset(parameters, scale);
    step();
    float before = loss;
    double ns = nanoseconds(step);
    printf("c_expert\t%s\tthreads=%d\t%.0f\tsamples/s\n", name, threads, batch * 1e9 / ns);
    if (flops > 0) printf("c_expert\t%s_gflops\tthreads=%d\t%.1f\tGFLOP/s\n", name, threads, flops / ns);
    fprintf(stderr, "# %s loss %.4f -> %.4f\n", name, before, loss);
    fflush(stdout);
}

int main(int count, char **names) {
    _mm_setcsr(_mm_getcsr() | 0x8040); // flush-to-zero, denormals-are-zero
    threads = omp_get_max_threads() > 1 ? 2 : 1;

    i1_init();
    i2_init();
    i3_init();
    i6_init();
    lenet_init();
    recurrent_init();
    struct {
        const char *name;
        call forward;
    } forwards[] = {{"I1", i1}, {"I2", i2}, {"I3", i3}, {"I4", lenet}, {"I5gru", gru}, {"I5lstm", lstm}, {"I6", i6}};
    for (auto row : forwards)
        if (wanted(count, names, row.name)) forward_row(row.name, row.forward);

    const int t1 = 784 * 128 + 128 + 128 * 64 + 64, t2 = 62000, t3 = 1500, t4_ = 3 * 1024 * 1025;
    struct {
        const char *name;
        call step;
        int batch, parameters;
        float scale;
        double flops;
    } steps[] = {
        {"T1_b16", t1_16, 16, t1, .05f, 0},
        {"T1_b32", t1_32, 32, t1, .05f, 0},
        {"T1_b256", t1_256, 256, t1, .05f, 0},
        {"T2_b32", t2_32, 32, t2, .08f, 0},
        {"T2_b128", t2_128, 128, t2, .08f, 0},
        {"T3_b1", t3_1, 1, t3, .3f, 0},
        {"T3_b32", t3_32, 32, t3, .3f, 0},
        {"T4_b128", t4, 128, t4_, .03f, 2.0 * 8 * 128 * 1024 * 1024},
    };
    for (auto row : steps)
        if (wanted(count, names, row.name))
            training_row(row.name, row.step, row.batch, row.parameters, row.scale, row.flops);
}
