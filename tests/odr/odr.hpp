// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/context.hpp>

/// One transport type for both units; what it does on sending is up to who makes it.
struct modem {
    void (*on_send)();

    tlspp::io_result send(std::span<const std::byte> out) {
        if (on_send != nullptr) {
            on_send();
        }
        return out.size();
    }
    tlspp::io_result receive(std::span<std::byte>) { return std::unexpected(tlspp::would_block); }
};

/// One callable for `on_verify` in both units, as well.
struct judge {
    void (*on_call)();

    void operator()(tlspp::verification&) const {
        if (on_call != nullptr) {
            on_call();
        }
    }
};
inline bool returns(const tlspp::verify_hook& hook) {
    tlspp::verification nothing({}, {});
    return hook && hook(nothing).has_value();
}

/// What each unit found: whether its handshake went as it should, and the address of an object of the library.
struct seen {
    bool good;
    const void* object;
};
seen seen_by_quiet();
seen seen_by_loud();

inline tlspp::error first_error(tlspp::result<tlspp::stream<modem>> conn) {
    return conn ? conn->handshake().error() : conn.error();
}
