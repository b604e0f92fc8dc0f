// SPDX-License-Identifier: BSL-1.0
#include "hooks.hpp"

#include <cstddef>
#include <ctime>

namespace {
std::uint64_t count = 0;
std::uint64_t fails_at = UINT64_MAX;
hooks::failing failing_how = hooks::failing::never;
bool failed = false;
std::int64_t blocks = 0;
std::uint64_t random_state = 1;

constexpr std::time_t the_time = 1'795'564'800; // 2026-11-25
} // namespace

namespace hooks {
void begin() noexcept {
    count = 0;
    failing_how = failing::never;
    failed = false;
    random_state = 1;
}
void fail(std::uint64_t n, failing how) noexcept {
    fails_at = count + n;
    failing_how = how;
    failed = false;
}
bool stop() noexcept {
    failing_how = failing::never;
    return failed;
}
std::uint64_t allocations() noexcept { return count; }
std::int64_t live() noexcept { return blocks; }
} // namespace hooks

// The linker's names, where Mbed TLS is linked statically. NOLINTBEGIN
extern "C" {
void* __real_calloc(std::size_t count, std::size_t size);
void* __wrap_calloc(std::size_t elements, std::size_t size);
void __real_free(void* block);
void __wrap_free(void* block);
std::time_t __wrap_time(std::time_t* out);
std::int64_t __wrap_mbedtls_ms_time();
int __wrap_mbedtls_ctr_drbg_random(void* state, unsigned char* out, std::size_t size);

void* __wrap_calloc(std::size_t elements, std::size_t size) {
    auto const n = count++;
    if (failing_how == hooks::failing::once ? n == fails_at
                                            : failing_how == hooks::failing::from_then_on && n >= fails_at) {
        failed = true;
        return nullptr;
    }
    void* const block = __real_calloc(elements, size);
    blocks += block != nullptr ? 1 : 0;
    return block;
}
void __wrap_free(void* block) {
    blocks -= block != nullptr ? 1 : 0;
    __real_free(block);
}
std::time_t __wrap_time(std::time_t* out) {
    if (out != nullptr) {
        *out = the_time;
    }
    return the_time;
}
std::int64_t __wrap_mbedtls_ms_time() { return 1'000'000; }
int __wrap_mbedtls_ctr_drbg_random(void*, unsigned char* out, std::size_t size) { // splitmix64
    for (std::size_t i = 0; i != size; ++i) {
        random_state += 0x9E3779B97F4A7C15U;
        auto z = random_state;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        out[i] = static_cast<unsigned char>((z ^ (z >> 31U)) >> 24U);
    }
    return 0;
}
} // NOLINTEND
