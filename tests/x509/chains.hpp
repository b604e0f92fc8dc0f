// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "samples.hpp"

#include <tlspp/x509/verify_chain.hpp>

#include <optional>
#include <string>
#include <vector>

/// Chains, judged by this library and by plain Mbed TLS: each check has a test that shows the gap that it closes.
namespace chains {

using namespace tlspp;

/// A chain below a root: `cas` from the root's child downwards, then the leaf.
struct built {
    std::vector<certificate> chain; ///< leaf first, without the root
    trust_store trust;
    std::string pem; ///< leaf first, without the root
    std::string root_pem;
};

inline built build(const dev::authority_options& root, const std::vector<dev::authority_options>& cas,
                   dev::certificate_options leaf = {.dns_names = {"a.example"}}) {
    auto const top = or_throw(dev::authority::create(root));
    auto issuer = top;
    for (const auto& options : cas) {
        issuer = or_throw(issuer.intermediate(options));
    }
    auto const made = or_throw(issuer.issue_pem(leaf));
    built out;
    out.pem = made.certificate_pem;
    out.root_pem = top.certificate_pem();
    out.trust = or_throw(trust_store::from_pem(out.root_pem));
    detail::pem_cursor blocks(out.pem);
    for (detail::pem_block block; blocks.next(block);) {
        out.chain.push_back(or_throw(certificate::from_pem(block.whole)));
    }
    return out;
}

/// The flags of this library; empty: accepted.
inline verify_flags judge(std::span<const certificate> chain, const trust_store& trust,
                          const x509::verify_options& options = {}) {
    auto const r = x509::verify(chain, trust, options);
    return r ? verify_flags() : r.error() == errc::certificate_rejected ? r.error().flags() : verify_flag::other;
}
inline verify_flags judge(const built& b, const x509::verify_options& options = {}) {
    return judge(b.chain, b.trust, options);
}
inline verify_flags judge_with(const built& b, const verify_policy& policy) {
    return judge(b, x509::verify_options{.policy = policy});
}

/// True where plain Mbed TLS accepts it, parser included.
inline bool mbedtls_accepts(const built& b) {
    mbedtls_x509_crt chain;
    mbedtls_x509_crt root;
    mbedtls_x509_crt_init(&chain);
    mbedtls_x509_crt_init(&root);
    auto const parse = [](mbedtls_x509_crt& into, const std::string& pem) {
        return mbedtls_x509_crt_parse(&into, reinterpret_cast<const unsigned char*>(pem.c_str()), pem.size() + 1);
    };
    std::uint32_t flags = 0;
    bool const good = parse(chain, b.pem) == 0 && parse(root, b.root_pem) == 0 &&
                      mbedtls_x509_crt_verify(&chain, &root, nullptr, nullptr, &flags, nullptr, nullptr) == 0;
    mbedtls_x509_crt_free(&chain);
    mbedtls_x509_crt_free(&root);
    return good;
}
} // namespace chains
