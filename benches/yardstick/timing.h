// How a call is timed, reproducible numbers, and a fence for the optimizer.
#pragma once
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
static inline double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
typedef void (*call)(void);
// Nanoseconds a call: the median over 15 chunks of at least 20 ms of the mean in a chunk, after 0.2 s of warming up.
static double nanoseconds(call f) {
    double t0 = now();
    long n = 0;
    while (now() - t0 < 0.2) {
        f();
        n++;
    }
    long k = (long)(0.02 / (0.2 / n)) + 1;
    double r[15];
    for (int c = 0; c < 15; c++) {
        double a = now();
        for (long i = 0; i < k; i++) {
            f();
        }
        r[c] = (now() - a) / k * 1e9;
    }
    qsort(r, 15, sizeof(double), compare);
    return r[7];
}

// Numbers in −1..1 from a linear congruential generator.
static unsigned rs = 12345;
static float random_number(void) {
    rs = rs * 1664525u + 1013904223u;
    return ((rs >> 8) / 16777216.0f) * 2 - 1;
}

static void fill_random(float *p, size_t n, float s) {
    for (size_t i = 0; i < n; i++) p[i] = random_number() * s;
}

// The compiler must take the memory behind p for read and written.
#define OPAQUE(p) asm volatile("" ::"r"(p) : "memory")
