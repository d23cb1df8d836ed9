/*
 * Two networks in a C program, without a heap: they lie in variables, and so does what the stream remembers.
 *
 * It prints the bits of every output. src/same_in_rust.rs does the same in Rust.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "amp.h"
#include "lenet5.h"

static LeNet5 lenet5;
static float parameters[LENET5_PARAMETERS];
static float image[LENET5_INPUT_LEN];

static Amp amps[2];
static double amp_parameters[AMP_PARAMETERS];
static double amp_buffers[AMP_BUFFERS];
static AmpStream stream;

/* Numbers without a pattern, from -0.25 to 0.25, exact in both types. */
static float noise(uint32_t index)
{
    uint32_t hash = (index * UINT32_C(2654435761)) >> 12;
    return (float)hash / (float)(1 << 21) - 0.25f;
}

static void classify(void)
{
    float output[LENET5_OUTPUT_LEN];
    uint32_t i;

    for (i = 0; i < LENET5_PARAMETERS; i++)
        parameters[i] = noise(i);
    for (i = 0; i < LENET5_INPUT_LEN; i++)
        image[i] = noise(1000 + i);

    lenet5_load(&lenet5, parameters, NULL);
    lenet5_forward(&lenet5, image, output);

    for (i = 0; i < LENET5_OUTPUT_LEN; i++) {
        uint32_t bits;
        memcpy(&bits, &output[i], sizeof bits);
        printf("lenet5 %08" PRIx32 "\n", bits);
    }
}

static void play(void)
{
    uint32_t which, i, t;

    for (which = 0; which < 2; which++) {
        for (i = 0; i < AMP_PARAMETERS; i++)
            amp_parameters[i] = noise(2000 * (which + 1) + i);
        for (i = 0; i < AMP_BUFFERS; i++)
            amp_buffers[i] = (double)noise(i) + 0.25; /* a variance is no less than zero */
        amp_load(&amps[which], amp_parameters, amp_buffers);
    }

    amp_stream_init(&stream);
    for (t = 0; t < 100; t++) {
        /* Halfway another network takes over, and the stream keeps what it remembers. */
        const Amp *amp = &amps[t / 50];
        double x[AMP_STEP_INPUT_LEN], y[AMP_STEP_OUTPUT_LEN];
        uint64_t bits;

        x[0] = noise(5000 + t);
        amp_stream_step(amp, &stream, x, y);
        memcpy(&bits, y, sizeof bits);
        printf("amp %" PRIu32 " %016" PRIx64 "\n", t, bits);
    }
}

int main(void)
{
    classify();
    play();
    return 0;
}
