// SPDX-License-Identifier: BSL-1.0

// TLS without any I/O: two engines, and a program that carries the bytes between them. This is how tlspp goes under an
// event loop, a message queue or a protocol of one's own (Python: SSLObject over MemoryBIO).
//
//     engine
#include <tlspp/dev.hpp>
#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <array>
#include <iostream>
#include <string_view>
using namespace tlspp;

namespace {

/// Takes what `from` has to send and gives it to `to`. Where there is a network, this is two functions on two machines.
void carry(std::string_view who, engine& from, engine& to) {
    auto const out = from.transport().outgoing();
    if (!out.empty()) {
        std::cout << who << " sends " << out.size() << " bytes\n";
        to.transport().feed(out);
        from.transport().consume(out.size());
    }
}

/// One step of a handshake: true when it is complete, false when it waits for bytes.
bool step(engine& end) {
    auto const done = end.handshake();
    if (!done && done.error() != errc::want_read) {
        or_throw(done); // a real failure, such as a certificate that was refused
    }
    return done.has_value();
}
} // namespace

int main() try {
    auto ca = or_throw(dev::authority::create());
    auto server_side = or_throw(server_context::create({
        .identities = {or_throw(ca.issue({.dns_names = {"localhost"}}))},
    }));
    auto client_side = or_throw(client_context::create({.trust = or_throw(ca.trust())}));

    engine client = or_throw(client_side.wrap(memory_transport{}, "localhost"));
    engine server = or_throw(server_side.wrap(memory_transport{}));

    bool client_done = false;
    bool server_done = false;
    while (!client_done || !server_done) {
        client_done = step(client);
        carry("client", client, server);
        server_done = step(server);
        carry("server", server, client);
    }
    std::cout << "connected: " << client.cipher() << '\n';

    or_throw(client.write_all("hello"));
    carry("client", client, server);
    std::array<char, 100> buffer;
    std::size_t const n = or_throw(server.read_some(buffer));
    std::cout << "server reads: " << std::string_view(buffer.data(), n) << '\n';

    or_throw(client.shutdown());
    carry("client", client, server);
    client.transport().feed_end(); // the network has nothing more
    bool const clean = or_throw(server.read_some(buffer)) == 0;
    std::cout << (clean ? "the client has closed the connection\n" : "more data?\n");
    return clean ? 0 : 1;
} catch (const failure& e) {
    std::cerr << "engine: " << e.what() << '\n';
    return 1;
}
