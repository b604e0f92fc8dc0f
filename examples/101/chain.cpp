// SPDX-License-Identifier: BSL-1.0

// Slide 13: certificate types, and the chain that they make: a root that signs itself, two intermediate CAs, and the
// certificate of a server.
#include "../demo/page_server.hpp"

#include <tlspp/dev.hpp>
#include <tlspp/text.hpp>

#include <iostream>
using namespace tlspp;

namespace {

void try_to_connect(const char* what, const identity& site, const trust_store& trust) {
    page_server const server(or_throw(server_context::create({.identities = {site}})));
    auto const context = or_throw(client_context::create({.trust = trust}));
    auto const conn = connect(context, "localhost", server.port(), {.address = "127.0.0.1"});
    std::cout << what << ":\n  " << (conn ? std::string_view("connected") : std::string_view(conn.error().message()))
              << '\n';
    if (conn) {
        auto const chain = or_throw(conn->verified_chain());
        for (auto const& one : chain) {
            std::cout << "    " << to_string(one.subject()) << "  <-  " << to_string(one.issuer()) << '\n';
        }
    }
}
} // namespace

int main() try {
    auto const root = or_throw(dev::authority::create({.common_name = "root CA", .organisation = ""}));
    auto const first = or_throw(root.intermediate({.common_name = "intermediate CA 1", .organisation = ""}));
    auto const second = or_throw(first.intermediate({.common_name = "intermediate CA 2", .organisation = ""}));
    auto const site = or_throw(second.issue({.dns_names = {"localhost"}, .organisation = ""}));
    auto const trust = or_throw(root.trust());

    try_to_connect("the whole chain", site, trust);

    // What a badly configured server sends: its certificate, without those between it and the root.
    auto pem = or_throw(second.issue_pem({.dns_names = {"localhost"}, .organisation = ""}));
    pem.certificate_pem.erase(pem.certificate_pem.find("-----END CERTIFICATE-----\n") + 26);
    try_to_connect("without the intermediates", or_throw(identity::from_pem(pem.certificate_pem, pem.key_pem)), trust);

    auto const stranger = or_throw(dev::authority::create({.common_name = "another root CA", .organisation = ""}));
    try_to_connect("from a root that is not trusted", or_throw(stranger.issue({.dns_names = {"localhost"}})), trust);

    // An end-entity certificate signs nothing, whatever it is made to say.
    auto const customer =
        or_throw(root.intermediate({.common_name = "a customer, no CA", .organisation = "", .is_ca = false}));
    try_to_connect("signed by an end entity", or_throw(customer.issue({.dns_names = {"localhost"}})), trust);
} catch (const failure& e) {
    std::cerr << "chain: " << e.what() << '\n';
    return 1;
}
