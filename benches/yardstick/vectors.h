// Eight f32 lanes as a GCC vector type, and the functions of one.
#pragma once
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")
#define ALIGNED __attribute__((aligned(64)))
#define ROUND8(n) (((n) + 7) / 8 * 8)

typedef float v8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef int i8 __attribute__((vector_size(32)));
INLINE v8 load(const float *p) { return *(const v8 *)p; }
INLINE void store(float *p, v8 v) { *(v8 *)p = v; }
INLINE v8 splat(float x) { return (v8){x, x, x, x, x, x, x, x}; }
INLINE v8 max8(v8 a, v8 b) { return a > b ? a : b; }
INLINE v8 min8(v8 a, v8 b) { return a < b ? a : b; }
INLINE float sum(v8 a) {
    float s = 0;
    UNROLL for (int i = 0; i < 8; i++) s += a[i];
    return s;
}

// A rational approximation of degree 13/6, exact to a few ULP; |x| is limited to where it reaches 1 in f32.
INLINE v8 tanh8(v8 x) {
    x = max8(min8(x, splat(7.90531110763549805f)), splat(-7.90531110763549805f));
    v8 q = x * x;
    v8 p = q * splat(-2.76076847742355e-16f) + splat(2.00018790482477e-13f);
    p = p * q + splat(-8.60467152213735e-11f);
    p = p * q + splat(5.12229709037114e-08f);
    p = p * q + splat(1.48572235717979e-05f);
    p = p * q + splat(6.37261928875436e-04f);
    p = p * q + splat(4.89352455891786e-03f);
    v8 d = q * splat(1.19825839466702e-06f) + splat(1.18534705686654e-04f);
    d = d * q + splat(2.26843463243900e-03f);
    d = d * q + splat(4.89352518554385e-03f);
    return x * p / d;
}

INLINE v8 sigmoid8(v8 x) { return splat(.5f) + splat(.5f) * tanh8(splat(.5f) * x); }
enum { IDENTITY, RELU, TANH };
INLINE v8 activate(v8 x, int a) { return a == RELU ? max8(x, splat(0)) : a == TANH ? tanh8(x) : x; }
