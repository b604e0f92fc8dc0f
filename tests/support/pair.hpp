// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/engine.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

/// Two engines in one process, and the wire between them, for tests that want to hold every byte in their hands.
namespace test {

/// Carries what `from` has to send over to `to`, `step` bytes at most; returns how many there were.
inline std::size_t carry(tlspp::engine& from, tlspp::engine& to, std::size_t step = SIZE_MAX) {
    auto const out = from.transport().outgoing();
    auto const n = std::min(step, out.size());
    if (n != 0) {
        to.transport().feed(out.first(n));
        from.transport().consume(n);
    }
    return n;
}

inline bool wants_more(const tlspp::result<void>& r) {
    return !r && (r.error() == tlspp::errc::want_read || r.error() == tlspp::errc::want_write);
}

struct outcome {
    tlspp::result<void> client;
    tlspp::result<void> server;
    bool ok() const { return client.has_value() && server.has_value(); }
};

/// Runs both handshakes to their ends, good or bad, `step` bytes at a time.
inline outcome shake_hands(tlspp::engine& client, tlspp::engine& server, std::size_t step = SIZE_MAX) {
    outcome o{client.handshake(), server.handshake()};
    while (true) {
        std::size_t moved = carry(client, server, step) + carry(server, client, step);
        if (wants_more(o.client)) {
            o.client = client.handshake();
        }
        if (wants_more(o.server)) {
            o.server = server.handshake();
        }
        if (moved == 0 && client.transport().outgoing().empty() && server.transport().outgoing().empty()) {
            return o; // done, or both wait for bytes that will never come
        }
    }
}

/// Everything that `from` can read now.
inline std::string read_all(tlspp::engine& from) {
    std::string all;
    char buffer[20000];
    while (true) {
        auto const n = from.read_some(buffer);
        if (!n || *n == 0) {
            return all;
        }
        all.append(buffer, *n);
    }
}

inline void carry_all(tlspp::engine& a, tlspp::engine& b) {
    while (carry(a, b) + carry(b, a) != 0) {
    }
}
} // namespace test
