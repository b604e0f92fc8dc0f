// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

#include <cstddef>

namespace tlspp::inline TLSPP_ABI {

/// The handshakes of one context so far (Python's `SSLContext.session_stats`, but for renegotiations, which there are
/// none of).
struct session_counts {
    std::size_t connect = 0;      ///< client handshakes begun
    std::size_t connect_good = 0; ///< and completed
    std::size_t accept = 0;       ///< server handshakes begun
    std::size_t accept_good = 0;  ///< and completed
    std::size_t hits = 0;         ///< completed by a session, or a pre-shared key
    std::size_t misses = 0;       ///< servers: completed in full although the client offered one
    std::size_t timeouts = 0;   ///< completed in full because the session offered, or in a client's cache, had expired
    std::size_t number = 0;     ///< sessions in the context's `session_cache` now; of all contexts that share it
    std::size_t cache_full = 0; ///< sessions that had to leave it because it was full; of all contexts, too
};

/// What the trust of one context holds (Python's `SSLContext.cert_store_stats`).
struct cert_store_counts {
    std::size_t x509 = 0;    ///< certificates
    std::size_t x509_ca = 0; ///< those among them of CAs
    std::size_t crl = 0;     ///< certificate revocation lists
};

namespace detail {
/// A number that several threads count up.
class counter {
public:
    void add() noexcept {
        if constexpr (build::threads) {
            __atomic_fetch_add(&value_, std::size_t{1}, __ATOMIC_RELAXED);
        } else {
            ++value_;
        }
    }
    std::size_t get() const noexcept {
        if constexpr (build::threads) {
            return __atomic_load_n(&value_, __ATOMIC_RELAXED);
        } else {
            return value_;
        }
    }

private:
    std::size_t value_ = 0;
};

struct handshake_counters {
    counter begun;
    counter good;
    counter hits;
    counter misses;
    counter timeouts;
};
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI
