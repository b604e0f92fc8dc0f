// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/detail/memory.hpp>
#include <tlspp/detail/mutex.hpp>

#include <cstdint>
#include <cstring>

namespace tlspp::inline TLSPP_ABI::detail {

/// Remembers which tickets were used for early data (RFC 8446 §8.1), for as long as Mbed TLS would take one again: it
/// refuses a ticket whose age differs by more than a few seconds from what the client says, so an old ClientHello
/// becomes useless. A full list remembers nobody new, and says so.
class replay_list {
public:
    static constexpr std::size_t capacity = 1024;
#if defined(MBEDTLS_SSL_TLS1_3_TICKET_AGE_TOLERANCE)
    static constexpr std::int64_t tolerance = MBEDTLS_SSL_TLS1_3_TICKET_AGE_TOLERANCE;
#else
    static constexpr std::int64_t tolerance = 6000;
#endif
    /// In milliseconds. A ticket may be too young as well as too old; seconds of the wall clock come on top.
    static constexpr std::int64_t memory = 2 * tolerance + 5000;

    /// \param id of 32 bytes, of which 16 are kept. \param now by a clock that only runs forward, in milliseconds.
    /// \return true for the first time.
    bool first_use(bytes id, std::int64_t now) noexcept {
        locked const held{mutex_};
        if (!held || id.size() < id_size) {
            return false;
        }
        while (count_ != 0 && now - entries_[oldest_].at > memory) {
            oldest_ = (oldest_ + 1) % capacity;
            --count_;
        }
        for (std::size_t i = 0; i != count_; ++i) {
            if (std::memcmp(entries_[(oldest_ + i) % capacity].id, id.data(), id_size) == 0) {
                return false;
            }
        }
        if (count_ == capacity) {
            return false;
        }
        auto& next = entries_[(oldest_ + count_++) % capacity];
        std::memcpy(next.id, id.data(), id_size);
        next.at = now;
        return true;
    }

    ref_count references;

private:
    static constexpr std::size_t id_size = 16;
    struct entry {
        unsigned char id[id_size];
        std::int64_t at;
    };

    mutex mutex_;
    entry entries_[capacity] = {};
    std::size_t oldest_ = 0;
    std::size_t count_ = 0;
};
} // namespace tlspp::inline TLSPP_ABI::detail
