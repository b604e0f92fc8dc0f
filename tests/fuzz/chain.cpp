// SPDX-License-Identifier: BSL-1.0
#include "touch.hpp"

#include <tlspp/x509/checks/all.hpp>
#include <tlspp/x509/verify_chain.hpp>

#include <vector>

/// Certificates in DER, one after the other, the last of which is trusted. Each check of `x509/checks` looks at them as
/// if they were a chain, whoever signed them; and what `x509::verify` accepts must be good.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fuzz;
    std::vector<certificate> all;
    for (bytes rest(data, size); !rest.empty() && all.size() != 6;) {
        std::size_t const one = tlspp::detail::der_object_size(rest);
        if (one == 0 || one > rest.size()) {
            break;
        }
        if (auto const parsed = certificate::from_der(rest.first(one))) {
            all.push_back(*parsed);
        }
        rest = rest.without_first(one);
    }
    if (all.empty()) {
        return 0;
    }
    std::vector<const mbedtls_x509_crt*> pointers;
    for (const certificate& c : all) {
        pointers.push_back(c.native_handle());
    }
    verify_policy policy;
    policy.purpose = x509::purpose::server;
    x509::chain_view const view{pointers.data(), pointers.size(), true};
    auto const together = x509::check_chain(view, policy);

    // A certificate that no CA of the chain limits is not refused for its names; one that is malformed always.
    bool limited = false;
    for (const certificate& c : all) {
        for (const x509::extension& e : c.extensions()) {
            limited = limited || e.id == x509::oids::name_constraints;
        }
    }
    require(limited || !together.has(verify_flag::name_constraints), "no constraints, no refusal for them");

    // Signatures take most of the time there is: only where nothing else speaks against the chain as it stands.
    if (!together.empty()) {
        return 0;
    }
    auto const trust = trust_store::from_der(all.back().der());
    auto const name = server_name::parse("a.example");
    if (!trust || !name) {
        return 0;
    }
    x509::verify_options const options{.name = &*name, .purpose = x509::purpose::server, .time = 1'800'000'000};
    auto const verdict = x509::verify(all, *trust, options);
    if (!verdict) {
        touch(verdict.error());
        return 0;
    }
    require(x509::matches_name(*all.front().native_handle(), detail::peer_name::of(*name)),
            "what was accepted is for the name");
    require(all.front().not_before() <= 1'800'000'000 && all.front().not_after() >= 1'800'000'000,
            "what was accepted is valid at that time");
    return 0;
}
