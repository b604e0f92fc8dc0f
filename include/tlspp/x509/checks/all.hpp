// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/basic_constraints.hpp>
#include <tlspp/x509/checks/encoding.hpp>
#include <tlspp/x509/checks/extended_key_usage.hpp>
#include <tlspp/x509/checks/key_usage.hpp>
#include <tlspp/x509/checks/name_constraints.hpp>
#include <tlspp/x509/checks/path_length.hpp>
#include <tlspp/x509/checks/repeated_extension.hpp>
#include <tlspp/x509/checks/unknown_critical.hpp>
#include <tlspp/x509/checks/validity.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/policy.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::x509 {

/// Whether nothing was built but what `TLSPP_INSECURE_CHAIN_AND_NAME_ONLY` leaves.
inline constexpr bool chain_and_name_only = TLSPP_INSECURE_CHAIN_AND_NAME_ONLY != 0;

/// The checks that `TLSPP_INSECURE_LEFT_OUT` can leave out, named like their files.
enum class optional_check : unsigned {
    validity = 1,           ///< by the program's clock
    key_usage = 2,          ///< of the peer's own certificate
    extended_key_usage = 4, ///< along the chain
    repeated_extension = 8, ///< whatever it is
    unknown_critical = 16,  ///< and the extensions that demand what is not done
    encoding = 32,          ///< of names and serial numbers
};
/// Whether a check is in this program.
constexpr bool is_built(optional_check one) noexcept {
    return !chain_and_name_only && (static_cast<unsigned>(one) & unsigned{TLSPP_INSECURE_LEFT_OUT}) == 0;
}

/// Who saw to it that each certificate of a chain may issue the one before it.
enum class links : std::uint8_t {
    unseen,     ///< nobody, or one link at a time
    by_mbedtls, ///< Mbed TLS, as it built the whole: CA bit, path length and the CA's keyUsage hold
};

/// All checks of the whole chain that Mbed TLS leaves out or does otherwise. The name is another matter: see
/// `name.hpp`.
template <links Seen = links::unseen>
verify_flags check_chain(const chain_view& chain, const verify_policy& policy) noexcept {
    using enum optional_check;
    verify_flags found;
    if constexpr (is_built(validity)) {
        if (policy.clock != nullptr && !policy.insecure_no_clock) {
            auto const now = policy.clock(policy.clock_context);
            found |= now < 0 ? verify_flags(verify_flag::no_clock) : check_validity(chain, now);
        }
        if (policy.clock == nullptr && !detail::build::time_date && !policy.insecure_no_clock) {
            found |= verify_flag::no_clock;
        }
    }
    // longer chains than the policy's default are none in such a build
    constexpr bool linked =
        Seen == links::by_mbedtls && MBEDTLS_X509_MAX_INTERMEDIATE_CA <= verify_policy::default_max_intermediates;
    if constexpr (!linked) {
        if (!policy.insecure_no_basic_constraints) {
            found |= check_basic_constraints(chain);
        }
        if (!policy.insecure_no_path_length) {
            found |= check_path_length(chain, policy.max_intermediates);
        }
    }
    if constexpr (is_built(key_usage)) {
        if (!policy.insecure_no_key_usage) {
            found |= check_key_usage(chain, policy.leaf_usage.empty() ? usages_for(policy.purpose) : policy.leaf_usage);
        }
    }
    if constexpr (is_built(repeated_extension)) {
        if (!policy.insecure_no_repeated_extension) {
            found |= check_repeated_extension(chain);
        }
    }
    if constexpr (is_built(encoding)) {
        if (!policy.insecure_no_encoding) {
            found |= check_encoding(chain);
        }
    }
    if constexpr (is_built(extended_key_usage)) {
        if (!policy.insecure_no_extended_key_usage) {
            if (policy.purpose != purpose::any) {
                found |= check_extended_key_usage(chain, policy.purpose == purpose::server ? oids::server_auth
                                                                                           : oids::client_auth);
            }
            for (oid one : policy.further_purposes) {
                found |= check_extended_key_usage(chain, one);
            }
        }
    }
    if constexpr (compares_constrained_names) {
        if (!policy.insecure_no_name_constraints) {
            found |= check_name_constraints(chain);
        }
    } else if (!policy.insecure_no_name_constraints) {
        found |= refuse_name_constraints(chain);
    }
    if constexpr (is_built(unknown_critical)) {
        if (!policy.insecure_ignore_unknown_critical) {
            found |= check_unknown_critical(chain);
        }
    }
    return found | policy.profile.form(chain, policy);
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
