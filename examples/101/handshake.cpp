// SPDX-License-Identifier: BSL-1.0

// Slide 12: the handshake, as it passed. Once with TLS 1.2, as on the slide, and once with TLS 1.3.
#include "../demo/page_server.hpp"

#include <tlspp/dev.hpp>
#include <tlspp/trace_text.hpp>

#include <iostream>
using namespace tlspp;

int main() try {
    auto const ca = or_throw(dev::authority::create());
    auto const site = or_throw(ca.issue({.dns_names = {"localhost"}}));
    page_server const server(or_throw(server_context::create({.identities = {site}})));

    for (auto newest : {version::tls1_2, version::tls1_3}) {
        auto const recorder = or_throw(trace_recorder::create());
        auto const context = or_throw(
            client_context::create({.trust = or_throw(ca.trust()), .maximum_version = newest, .trace = recorder}));
        auto const conn = or_throw(connect(context, "localhost", server.port(), {.address = "127.0.0.1"}));
        std::cout << name(conn.version()) << "\n\n" << ladder_text(recorder.records()) << '\n';
    }
} catch (const failure& e) {
    std::cerr << "handshake: " << e.what() << '\n';
    return 1;
}
