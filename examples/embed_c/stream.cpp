// The stream of main.c in C++: prints the same lines.
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "amp.h"

static float noise(std::uint32_t index)
{
    std::uint32_t hash = (index * UINT32_C(2654435761)) >> 12;
    return static_cast<float>(hash) / static_cast<float>(1 << 21) - 0.25f;
}

static std::unique_ptr<Amp> load(std::uint32_t offset)
{
    std::vector<double> parameters(AMP_PARAMETERS), buffers(AMP_BUFFERS);
    for (std::uint32_t i = 0; i < AMP_PARAMETERS; i++)
        parameters[i] = noise(offset + i);
    for (std::uint32_t i = 0; i < AMP_BUFFERS; i++)
        buffers[i] = static_cast<double>(noise(i)) + 0.25;
    std::unique_ptr<Amp> amp(new Amp);
    amp_load(amp.get(), parameters.data(), buffers.data());
    return amp;
}

int main()
{
    auto first = load(2000), second = load(4000);
    AmpStream stream;
    amp_stream_init(&stream);
    for (std::uint32_t t = 0; t < 100; t++) {
        double x = noise(5000 + t), y;
        amp_stream_step((t < 50 ? first : second).get(), &stream, &x, &y);
        std::uint64_t bits;
        std::memcpy(&bits, &y, sizeof bits);
        std::printf("amp %" PRIu32 " %016" PRIx64 "\n", t, bits);
    }
}
