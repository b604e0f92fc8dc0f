// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "pair.hpp"

#include <tlspp/context.hpp>
#include <tlspp/dev.hpp>

#include <string>
#include <string_view>

namespace test {

/// A CA, and contexts that trust it; keys are made once a process.
struct world {
    tlspp::dev::authority ca = tlspp::or_throw(tlspp::dev::authority::create());
    tlspp::identity localhost =
        tlspp::or_throw(ca.issue({.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1", "::1"}}));
    tlspp::trust_store trust = tlspp::or_throw(ca.trust());
};
inline const world& the_world() {
    static world const w;
    return w;
}

inline tlspp::client_context make_client(tlspp::client_options options = {}) {
    if (!options.trust && options.verify != tlspp::verify_mode::insecure_none) {
        options.trust = the_world().trust;
    }
    return tlspp::or_throw(tlspp::client_context::create(options));
}
inline tlspp::server_context make_server(tlspp::server_options options = {}) {
    if (options.identities.empty()) {
        options.identities = {the_world().localhost};
    }
    return tlspp::or_throw(tlspp::server_context::create(options));
}

/// Two engines that have not shaken hands yet; the contexts are gone already.
struct pair {
    explicit pair(tlspp::client_options c = {}, tlspp::server_options s = {}, std::string_view name = "localhost")
        : client(tlspp::or_throw(make_client(std::move(c)).wrap(tlspp::memory_transport{}, name))),
          server(tlspp::or_throw(make_server(std::move(s)).wrap(tlspp::memory_transport{}))) {}
    outcome shake(std::size_t step = SIZE_MAX) { return shake_hands(client, server, step); }
    void carry() { carry_all(client, server); }

    tlspp::engine client;
    tlspp::engine server;
};

/// For GENERATE: both versions.
inline constexpr tlspp::version versions[] = {tlspp::version::tls1_2, tlspp::version::tls1_3};
} // namespace test
