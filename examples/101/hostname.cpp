// SPDX-License-Identifier: BSL-1.0

// Slides 14 and 15: which names a certificate is for. One certificate, many names; nothing is compared by hand.
#include <tlspp/dev.hpp>
#include <tlspp/tlspp.hpp>
#include <tlspp/x509/verify_chain.hpp>

#include <iomanip>
#include <iostream>
#include <vector>
using namespace tlspp;

int main() try {
    auto const ca = or_throw(dev::authority::create());
    auto const trust = or_throw(ca.trust());
    auto const pem = or_throw(ca.issue_pem({
        .dns_names = {"*.naples.python.pizza", "*.python.pizza", "python.pizza", "xn--bcher-kva.example", "w*.example",
                      "*", "192.0.2.7"},
        .ip_addresses = {"192.0.2.1"},
        .common_name = "common-name.example",
    }));
    std::vector const chain{or_throw(certificate::from_pem(pem.certificate_pem))};

    for (auto const* host :
         {"python.pizza", "hamburg.python.pizza", "HAMBURG.Python.Pizza", "old.naples.python.pizza", "a.b.python.pizza",
          "python.pizza.evil.example", "common-name.example", "www.example", "localhost", "xn--bcher-kva.example",
          "192.0.2.1", "192.0.2.7", "bücher.example", "-python.pizza", "127.1"}) {
        auto const name = server_name::parse(host);
        auto const good = name ? x509::verify(chain, trust, {.name = &*name}) : std::unexpected(name.error());
        std::cout << std::left << std::setw(27) << host
                  << (good                                                 ? "yes"
                      : good.error() == errc::invalid_name                 ? "not a host name"
                      : good.error().flags() == verify_flag::name_mismatch ? "no"
                                                                           : "rejected for another reason")
                  << '\n';
    }
} catch (const failure& e) {
    std::cerr << "hostname: " << e.what() << '\n';
    return 1;
}
