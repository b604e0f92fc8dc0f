// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/dev.hpp>

#include <cstdint>
#include <ctime>
#include <utility>

/// \file
/// Certificates that tests share: made once a process, at first use.
namespace test {

/// One certificate with its key, for us and for other programs.
struct issued {
    issued(const tlspp::dev::authority& issuer, const tlspp::dev::certificate_options& options)
        : pem(tlspp::or_throw(issuer.issue_pem(options))),
          identity(tlspp::or_throw(tlspp::identity::from_pem(pem.certificate_pem, pem.key_pem))) {}

    tlspp::dev::credentials pem;
    tlspp::identity identity;
};

inline std::int64_t now() noexcept { return static_cast<std::int64_t>(std::time(nullptr)); }
inline constexpr std::int64_t day = 86400;

struct certificates {
    tlspp::dev::authority ca = tlspp::or_throw(tlspp::dev::authority::create({.common_name = "Test CA"}));
    /// Nobody trusts it.
    tlspp::dev::authority other_ca = tlspp::or_throw(tlspp::dev::authority::create({.common_name = "Other CA"}));
    /// Has the name of `ca`, and another key.
    tlspp::dev::authority impostor_ca = tlspp::or_throw(tlspp::dev::authority::create({.common_name = "Test CA"}));
    /// Below `ca`.
    tlspp::dev::authority intermediate_ca =
        tlspp::or_throw(ca.intermediate({.common_name = "Test intermediate CA", .path_length = 0}));

    tlspp::trust_store trust = tlspp::or_throw(ca.trust());
    tlspp::trust_store other_trust = tlspp::or_throw(other_ca.trust());

    /// Good for localhost, 127.0.0.1 and ::1.
    issued localhost = issued(ca, for_localhost());
    /// Good too, with an intermediate in between.
    issued chained = issued(intermediate_ca, for_localhost());
    issued client =
        issued(ca, {.common_name = "Test client", .extended_key_usage = {{tlspp::dev::purpose::client_auth}}});

    issued expired = issued(ca, for_localhost(now() - 30 * day, now() - day));
    issued not_yet_valid = issued(ca, for_localhost(now() + day, now() + 30 * day));
    issued wrong_name = issued(ca, {.dns_names = {"elsewhere.example"}, .ip_addresses = {"192.0.2.1"}});
    issued other_issuer = issued(other_ca, for_localhost());
    issued impostor = issued(impostor_ca, for_localhost());
    /// For clients only, in the place of a server's.
    issued wrong_purpose =
        issued(ca, {.dns_names = {"localhost"}, .extended_key_usage = {{tlspp::dev::purpose::client_auth}}});
    issued other_client =
        issued(other_ca, {.common_name = "Other client", .extended_key_usage = {{tlspp::dev::purpose::client_auth}}});
    issued expired_client = issued(ca, {.common_name = "Expired client",
                                        .not_before = now() - 30 * day,
                                        .not_after = now() - day,
                                        .extended_key_usage = {{tlspp::dev::purpose::client_auth}}});

    static tlspp::dev::certificate_options for_localhost(std::int64_t from = now() - 3600,
                                                         std::int64_t to = now() + 365 * day) {
        return {.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1", "::1"}, .not_before = from, .not_after = to};
    }
};

inline const certificates& shared_certificates() {
    static certificates const made;
    return made;
}

/// Good for localhost, with an RSA key of 2048 bits; apart, since it takes a while.
inline const issued& rsa_localhost() {
    static issued const made = [] {
        auto options = certificates::for_localhost();
        options.key_type = tlspp::dev::key_type::rsa_2048;
        return issued(shared_certificates().ca, options);
    }();
    return made;
}
} // namespace test
