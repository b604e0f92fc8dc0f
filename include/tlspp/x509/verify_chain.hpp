// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/certificate.hpp>
#include <tlspp/x509/trust_store.hpp>

#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/path_search.hpp>

#include <span>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::x509 {

/// How `verify` judges. As it is made by default: the chain of a TLS server, now, for any name.
struct verify_options {
    /// The name that the certificate must be for; null: any. It must live through the call.
    const server_name* name = nullptr;
    /// A mailbox that the certificate must be for, instead of a name; empty: none. The text must live through the call.
    std::string_view email = {};
    /// What the chain is for.
    x509::purpose purpose = x509::purpose::server;
    /// This one and the policy's: the stricter counts.
    tlspp::profile profile = tlspp::profile::rfc5280;
    /// Seconds since 1970; default: the system's clock.
    std::optional<unix_seconds> time = {};
    /// All else, the checks that can be left out included. What stands above counts, not the fields of the same meaning
    /// in here.
    verify_policy policy = {};
};

/// Judges a chain without a connection, by the same checks as in a handshake; here certificates with critical name
/// constraints may come from the peer too.
/// \param chain the certificate to judge first, then intermediates in any order, and more than are needed.
/// \return `errc::certificate_rejected` with the flags of the best chain that was found, `errc::no_trust` for an empty
/// store, `errc::no_certificate` for an empty chain, `errc::invalid_argument` for an empty handle in it,
/// `errc::out_of_memory`.
/// \par Thread safety Calls may run in different threads, on the same objects too, where `tlspp::thread_safe`.
result<void> verify(std::span<const certificate> chain, const trust_store& trust,
                    const verify_options& options = {}) noexcept;

inline result<void> verify(std::span<const certificate> chain, const trust_store& trust,
                           const verify_options& options) noexcept {
    if (chain.empty()) {
        return std::unexpected(error(errc::no_certificate));
    }
    if (!trust) {
        return std::unexpected(error(errc::no_trust));
    }
    verify_policy policy = options.policy;
    if (policy.pins.failed() || policy.distrusted.failed() || policy.crls.failed()) {
        return detail::no_memory();
    }
    policy.on_verify = {};
    if (chain_and_name_only || (options.time && !is_built(optional_check::validity))) {
        return std::unexpected(error(errc::unsupported, reason::check_left_out));
    }
    mbedtls_x509_crt* const pool =
        static_cast<mbedtls_x509_crt*>(mbedtls_calloc(chain.size(), sizeof(mbedtls_x509_crt)));
    if (pool == nullptr) {
        return detail::no_memory();
    }
    bool complete = true;
    for (std::size_t i = 0; i != chain.size() && complete; ++i) {
        complete = static_cast<bool>(chain[i]);
        if (complete) {
            pool[i] = *chain[i].native_handle(); // shallow: linked here, owned by the handle
            pool[i].next = i + 1 == chain.size() ? nullptr : &pool[i + 1];
        }
    }
    policy.purpose = options.purpose;
    if (options.profile.judges_form()) {
        policy.profile = profile::webpki;
    }
    unix_seconds time = options.time.value_or(0);
    if (options.time) {
        policy.clock = [](void* context) noexcept { return *static_cast<unix_seconds*>(context); };
        policy.clock_context = &time;
    }
    detail::peer_name name;
    if (options.name != nullptr) {
        name = detail::peer_name::of(*options.name);
    } else if (!options.email.empty()) {
        name = {detail::peer_name::kind::email, options.email, {}, &matches_email};
    }
    if (!complete) {
        mbedtls_free(pool);
        return std::unexpected(error(errc::invalid_argument, reason::empty_handle));
    }
    verify_flags against;
    int code = 0;
    {
        detail::path_search search(policy, name, trust, detail::path_search::verify_budget);
        code = search.run(pool[0], pool[0].next);
        if (code == 0 && !search.good()) {
            code = search.against(against);
        }
    }
    mbedtls_free(pool);
    if (code != 0) {
        return std::unexpected(detail::is_out_of_memory(code) ? error(errc::out_of_memory, reason::none, code)
                                                              : error(errc::internal, reason::none, code));
    }
    if (!against.empty()) {
        error const refused = error(errc::certificate_rejected).with(against);
        return std::unexpected(options.name != nullptr ? refused.about(options.name->text()) : refused);
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
