// SPDX-License-Identifier: BSL-1.0
#include "judge.hpp"

#include <tlspp/context.hpp>
#include <tlspp/engine.hpp>
#include <tlspp/server_name.hpp>
#include <tlspp/x509/verify_chain.hpp>

#include <utility>

namespace differential {
namespace {
std::string sentence(const error& e) { return std::string(e.message().view()); }

bool carry(engine& from, engine& to) {
    auto const out = from.transport().outgoing();
    to.transport().feed(out);
    std::size_t const size = out.size();
    from.transport().consume(size);
    return size != 0;
}
bool goes_on(const result<void>& r) { return !r && (r.error() == errc::want_read || r.error() == errc::want_write); }
} // namespace

std::string refusal_of_verify(const made_chain& chain, const std::string& name, profile rules) {
    auto const wanted = server_name::parse(name);
    if (!wanted) {
        return sentence(wanted.error());
    }
    auto const trust = trust_store::from_pem(chain.anchors);
    if (!trust) {
        return "trust: " + sentence(trust.error());
    }
    std::vector<certificate> parsed;
    for (auto const& pem : chain.sent) {
        auto one = certificate::from_pem(pem);
        if (!one) {
            return sentence(one.error());
        }
        parsed.push_back(*one);
    }
    auto const verdict =
        x509::verify(parsed, *trust, {.name = &*wanted, .purpose = x509::purpose::server, .profile = rules});
    return verdict ? std::string() : sentence(verdict.error());
}

std::string refusal_of_handshake(const made_chain& chain, const std::string& name) {
    auto const trust = trust_store::from_pem(chain.anchors);
    if (!trust) {
        return "trust: " + sentence(trust.error());
    }
    std::string all;
    for (auto const& pem : chain.sent) {
        all += pem;
    }
    auto const own = identity::from_pem(all, chain.key);
    if (!own) {
        return "cannot be loaded: " + sentence(own.error());
    }
    auto const server_side = server_context::create({.identities = {*own}});
    auto const client_side = client_context::create({.trust = *trust});
    if (!server_side || !client_side) {
        return "context: " + sentence(server_side ? client_side.error() : server_side.error());
    }
    auto client = client_side->wrap(memory_transport{}, name);
    auto server = server_side->wrap(memory_transport{});
    if (!client || !server) {
        return "wrap: " + sentence(client ? server.error() : client.error());
    }
    auto client_done = client->handshake();
    auto server_done = server->handshake();
    for (bool moved = true; moved && goes_on(client_done);) {
        moved = carry(*client, *server);
        moved = carry(*server, *client) || moved;
        if (goes_on(server_done)) {
            server_done = server->handshake();
        }
        client_done = client->handshake();
    }
    if (client_done) {
        return {};
    }
    return goes_on(client_done) && !server_done ? "server: " + sentence(server_done.error())
                                                : sentence(client_done.error());
}
} // namespace differential
