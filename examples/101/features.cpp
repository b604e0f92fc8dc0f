// SPDX-License-Identifier: BSL-1.0

// Slide 6: what TLS gives to the bytes of any protocol. Two engines talk in memory, and somebody in between looks at
// what passes, changes it, and sends it twice.
#include <tlspp/dev.hpp>
#include <tlspp/tlspp.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <vector>
using namespace tlspp;

namespace {

/// What one side wants to send, taken off its hands.
std::vector<std::byte> take(engine& from) {
    auto const out = from.transport().outgoing();
    std::vector<std::byte> bytes(out.begin(), out.end());
    from.transport().consume(bytes.size());
    return bytes;
}

struct pair {
    engine client;
    engine server;

    pair(const client_context& c, const server_context& s)
        : client(or_throw(c.wrap(memory_transport{}, "localhost"))), server(or_throw(s.wrap(memory_transport{}))) {
        while (!client.is_handshake_complete() || !server.is_handshake_complete()) {
            for (auto* side : {&client, &server}) {
                if (auto done = side->handshake(); !done && done.error() != errc::want_read) {
                    throw failure(done.error());
                }
                (side == &client ? server : client).transport().feed(take(*side));
            }
        }
    }
};

std::string answer_of(connection& reader) {
    std::array<char, 100> buffer;
    auto const n = reader.read_some(buffer);
    return n ? '"' + std::string(buffer.data(), *n) + '"' : std::string(n.error().message());
}
} // namespace

int main() try {
    auto const ca = or_throw(dev::authority::create());
    auto const site = or_throw(ca.issue({.dns_names = {"localhost"}}));
    auto const client = or_throw(client_context::create({.trust = or_throw(ca.trust())}));
    auto const server = or_throw(server_context::create({.identities = {site}}));
    std::string_view const secret = "the answer is 42";

    pair honest(client, server);
    or_throw(honest.client.write_all(secret));
    auto record = take(honest.client);
    auto const as_bytes = std::as_bytes(std::span(secret));
    bool const readable = !std::ranges::search(record, as_bytes).empty();
    std::cout << "encrypted:   " << secret.size() << " bytes of text are " << record.size() << " on the wire, "
              << (readable ? "readable" : "and the text is not among them") << '\n';
    honest.server.transport().feed(record);
    std::cout << "             the server reads " << answer_of(honest.server) << '\n';

    honest.server.transport().feed(record);
    std::cout << "replayed:    " << answer_of(honest.server) << '\n';

    pair changed(client, server);
    or_throw(changed.client.write_all(secret));
    record = take(changed.client);
    record.back() ^= std::byte{1};
    changed.server.transport().feed(record);
    std::cout << "one bit off: " << answer_of(changed.server) << '\n';

    pair plain(client, server);
    std::cout << "the server:  " << (plain.client.peer_status() == peer_status::verified ? "verified" : "not verified")
              << "\nthe client:  " << (plain.server.peer_status() == peer_status::none ? "anybody" : "known") << '\n';

    auto const visitor = or_throw(ca.issue({.common_name = "a visitor"}));
    auto const client_with_identity =
        or_throw(client_context::create({.trust = or_throw(ca.trust()), .identity = visitor}));
    auto const asking = or_throw(server_context::create(
        {.identities = {site}, .client_auth = client_auth::required, .trust = or_throw(ca.trust())}));
    pair mutual(client_with_identity, asking);
    std::cout << "with a certificate of its own: "
              << (mutual.server.peer_status() == peer_status::verified ? "verified, too" : "not verified") << '\n';
} catch (const failure& e) {
    std::cerr << "features: " << e.what() << '\n';
    return 1;
}
