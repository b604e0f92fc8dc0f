// SPDX-License-Identifier: BSL-1.0

// Slides 8 to 11: a context, a connection, and what both sides have agreed on. The server of the talk stands in this
// program, with a certificate for the same names.
#include "../demo/page_server.hpp"

#include <tlspp/dev.hpp>
#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <array>
#include <iostream>
using namespace tlspp;

int main() try {
    auto const ca = or_throw(dev::authority::create({.common_name = "Let's Pretend Authority X3"}));
    auto const site = or_throw(
        ca.issue({.dns_names = {"*.naples.python.pizza", "*.python.pizza", "python.pizza"}, .organisation = ""}));
    page_server const server(or_throw(server_context::create({.identities = {site}, .alpn = {"http/1.1"}})));

    // slide 9
    auto context = or_throw(client_context::create({.trust = or_throw(ca.trust()), .alpn = {"http/1.1"}}));
    std::cout << "versions: " << name(context.minimum_version()) << " to " << name(context.maximum_version()) << '\n';
    auto conn = or_throw(connect(context, "hamburg.python.pizza", server.port(), {.address = "127.0.0.1"}));
    std::cout << "verified: " << std::boolalpha << (conn.peer_status() == peer_status::verified) << ", for "
              << conn.server_name() << "\n\n";

    // slide 10
    or_throw(conn.write_all("GET / HTTP/1.1\r\nHost: hamburg.python.pizza\r\n\r\n"));
    std::array<char, 17> start;
    or_throw(conn.read_exactly(start));
    std::cout.write(start.data(), 15) << "\n" << conn.cipher() << "\n\n" << *conn.peer_certificate() << "\n\n";

    // slide 11
    std::cout << "TLS version:    " << name(conn.version()) << '\n'
              << "cipher:         " << conn.cipher().name << '\n'
              << "virtual host:   " << conn.server_name() << '\n'
              << "protocol:       " << conn.alpn().value_or("none") << '\n'
              << "Diffie-Hellman: " << name(*conn.group()) << '\n';
    std::array<std::byte, 32> here;
    or_throw(conn.export_keying_material(here, "EXPERIMENTAL tlspp 101"));
    std::cout << "secret:         " << here.size() << " bytes that the server has, too, and nobody else\n";
    or_throw(conn.shutdown());
} catch (const failure& e) {
    std::cerr << "connecting: " << e.what() << '\n';
    return 1;
}
