// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/sha256.hpp>

#include <cstdint>
#include <string_view>

namespace tlspp::inline TLSPP_ABI::detail {

/// SHA-256 over several values, each behind its length, so that no two lists of values make the same text.
class hasher {
public:
    hasher() noexcept {
#if TLSPP_HAS_PSA
        code_ = psa_start();
        state_ = psa_hash_operation_init();
        run([&] { return psa_hash_setup(&state_, PSA_ALG_SHA_256); });
#else
        mbedtls_sha256_init(&state_);
        run([&] { return mbedtls_sha256_starts(&state_, 0); });
#endif
    }
    hasher(const hasher&) = delete;
    hasher& operator=(const hasher&) = delete;
    ~hasher() {
#if TLSPP_HAS_PSA
        (void)psa_hash_abort(&state_);
#else
        mbedtls_sha256_free(&state_);
#endif
    }

    hasher& number(std::uint64_t n) noexcept {
        unsigned char text[8];
        for (unsigned char& c : text) {
            c = static_cast<unsigned char>(n & 0xFFU);
            n >>= 8;
        }
        return raw(text, sizeof text);
    }
    hasher& part(bytes data) noexcept { return number(data.size()).raw(data.uchars(), data.size()); }
    hasher& text(std::string_view words) noexcept { return part(bytes(words)); }

    result<sha256_digest> finish() noexcept {
        sha256_digest digest{};
        auto* const out = reinterpret_cast<unsigned char*>(digest.data());
#if TLSPP_HAS_PSA
        std::size_t size = 0;
        run([&] { return psa_hash_finish(&state_, out, digest.size(), &size); });
#else
        run([&] { return mbedtls_sha256_finish(&state_, out); });
#endif
        if (code_ != 0) {
            return std::unexpected(
                error(is_out_of_memory(code_) ? errc::out_of_memory : errc::internal, reason::none, code_));
        }
        return digest;
    }

private:
    hasher& raw(const unsigned char* data, std::size_t size) noexcept {
        if (size != 0) {
#if TLSPP_HAS_PSA
            run([&] { return psa_hash_update(&state_, data, size); });
#else
            run([&] { return mbedtls_sha256_update(&state_, data, size); });
#endif
        }
        return *this;
    }
    template <class F>
    void run(F&& step) noexcept {
        if (code_ == 0) {
            code_ = static_cast<int>(step());
        }
    }

#if TLSPP_HAS_PSA
    psa_hash_operation_t state_;
#else
    mbedtls_sha256_context state_;
#endif
    int code_ = 0;
};
} // namespace tlspp::inline TLSPP_ABI::detail
