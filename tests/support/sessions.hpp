// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "contexts.hpp"

#include <array>
#include <cstddef>
#include <utility>

/// Connections in memory between contexts that live on, as resumption needs them.
namespace test {

/// Two engines of these contexts.
struct meeting {
    meeting(const tlspp::client_context& c, const tlspp::server_context& s, std::string_view name = "localhost")
        : client(tlspp::or_throw(c.wrap(tlspp::memory_transport{}, name))),
          server(tlspp::or_throw(s.wrap(tlspp::memory_transport{}))) {}

    outcome shake() { return shake_hands(client, server); }
    /// Shakes hands, and lets the client read what came behind.
    bool ok() {
        auto const done = shake();
        if (!done.ok()) {
            UNSCOPED_INFO("client: " << (done.client ? "ok" : done.client.error().message().c_str()));
            UNSCOPED_INFO("server: " << (done.server ? "ok" : done.server.error().message().c_str()));
            return false;
        }
        read_all(client);
        return true;
    }
    /// Both ends agree.
    bool resumed() const {
        REQUIRE(client.session_reused() == server.session_reused());
        return client.session_reused();
    }

    tlspp::engine client;
    tlspp::engine server;
};

/// The session of a connection that was made for it.
inline tlspp::session make_session(const tlspp::client_context& c, const tlspp::server_context& s,
                                   std::string_view name = "localhost") {
    meeting m(c, s, name);
    REQUIRE(m.ok());
    return tlspp::or_throw(m.client.session());
}

/// Whether a session is taken up.
inline bool resumes(const tlspp::client_context& c, const tlspp::server_context& s, tlspp::session session) {
    meeting m(c, s);
    tlspp::or_throw(m.client.resume(std::move(session)));
    REQUIRE(m.ok());
    return m.resumed();
}

/// A clock that a test sets.
struct hand_clock {
    std::int64_t now = 1'900'000'000;
    tlspp::clock_source source() {
        return {[](void* self) { return static_cast<hand_clock*>(self)->now; }, this};
    }
};

inline tlspp::client_options only(tlspp::version v, tlspp::client_options options = {}) {
    options.minimum_version = options.maximum_version = v;
    return options;
}
inline tlspp::server_options only_server(tlspp::version v, tlspp::server_options options) {
    options.minimum_version = options.maximum_version = v;
    return options;
}
} // namespace test
