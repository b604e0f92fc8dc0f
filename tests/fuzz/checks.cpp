// SPDX-License-Identifier: BSL-1.0
#include "several.hpp"

#include <tlspp/x509/checks/all.hpp>

/// Certificates in DER, one after the other. Each check of `x509/checks` looks at them as if they were a chain, whoever
/// signed them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fuzz;
    auto const all = certificates_of(bytes(data, size));
    std::vector<const mbedtls_x509_crt*> pointers;
    bool limited = false;
    for (const certificate& c : all) {
        pointers.push_back(c.native_handle());
        for (const x509::extension& e : c.extensions()) {
            limited = limited || e.id == x509::oids::name_constraints;
        }
    }
    if (all.empty()) {
        return 0;
    }
    verify_policy policy;
    policy.purpose = x509::purpose::server;
    for (bool anchored : {true, false}) {
        auto const found = x509::check_chain({pointers.data(), pointers.size(), anchored}, policy);
        require(limited || !found.has(verify_flag::name_constraints), "no constraints, no refusal for them");
        sink = sink + static_cast<unsigned>(found.bits());
    }
    return 0;
}
