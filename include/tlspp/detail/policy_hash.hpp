// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/hasher.hpp>
#include <tlspp/detail/published.hpp>
#include <tlspp/protocol.hpp>
#include <tlspp/x509/policy.hpp>
#include <tlspp/x509/trust_store.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// A name for what the peers of a context are judged by: equal for contexts that would judge alike. Sessions carry it,
/// since a resumption judges nobody: it takes over what was found when the session began.
struct policy_hash {
    sha256_digest digest{};
    /// False where a callback has a say, which no other process, and no other context, can be told to have as well.
    bool portable = true;

    static void destroy(policy_hash* one) noexcept { destroy_object(one); }
};
using published_policy = published<policy_hash, &policy_hash::destroy>;
} // namespace tlspp::inline TLSPP_ABI::detail

#include <tlspp/options.hpp> // after what the state of a context has of it, whichever is included first

namespace tlspp::inline TLSPP_ABI::detail {

#if TLSPP_HAS_X509
inline void add_pins(hasher& to, const option_list<spki_pin>& pins) noexcept {
    to.number(pins.size());
    for (auto const& pin : pins) {
        to.part(bytes(pin.hash()));
    }
}

inline void add_policy(hasher& to, const verify_policy& p) noexcept {
    auto const flags = {p.insecure_no_clock,
                        p.insecure_no_basic_constraints,
                        p.insecure_no_path_length,
                        p.insecure_no_key_usage,
                        p.insecure_no_repeated_extension,
                        p.insecure_no_encoding,
                        p.insecure_no_extended_key_usage,
                        p.insecure_no_name_constraints,
                        p.insecure_ignore_unknown_critical,
                        p.insecure_no_public_suffix,
                        p.insecure_no_version,
                        p.insecure_no_serial_number,
                        p.insecure_no_authority_key,
                        p.insecure_no_subject_key,
                        p.insecure_no_ca_key_usage,
                        p.insecure_no_critical_ca,
                        p.insecure_no_key_size,
                        p.insecure_no_end_entity,
                        p.insecure_no_dns_syntax,
                        p.insecure_no_information_access,
                        p.insecure_no_alternative_names,
                        p.insecure_no_common_name,
                        p.insecure_no_server_purposes};
    for (bool const flag : flags) {
        to.number(flag ? 1 : 0);
    }
    auto const& strength = strength_of(p);
    to.number(strength.allowed_mds).number(strength.allowed_pks).number(strength.allowed_curves);
    to.number(strength.rsa_min_bitlen);
    to.number(p.profile.judges_form() ? 1 : 0);
    to.number(p.max_intermediates).number(static_cast<std::uint64_t>(p.purpose)).number(p.clock != nullptr ? 1 : 0);
    to.number(static_cast<std::uint64_t>(p.revocation)).number(p.crls.size());
    for (auto const& list : p.crls) {
        to.part(list.der());
    }
    add_pins(to, p.pins);
    add_pins(to, p.distrusted);
}

inline result<void> add_trust(hasher& to, const std::optional<trust_store>& trust) noexcept {
    to.number(trust ? 1 : 0);
    auto each = [&](bytes der, std::size_t) noexcept {
        to.part(der);
        return true;
    };
    return trust ? trust->for_each_der(each) : result<void>();
}
#endif

/// \param random fills a buffer and returns 0.
template <class State, class Random>
result<policy_hash> hash_policy(const State& state, Random&& random) noexcept {
    bool const client = state.role == role::client;
    constexpr std::uint64_t built = (TLSPP_INSECURE_CHAIN_AND_NAME_ONLY ? 1U : 0U) |
                                    (TLSPP_NAME_CONSTRAINTS ? 2U : 0U) | (TLSPP_PSL ? 4U : 0U) |
                                    (std::uint64_t{TLSPP_INSECURE_LEFT_OUT} << 8U);
    hasher h;
    h.text("tlspp policy 2").number(client ? 1 : 0).number(static_cast<std::uint64_t>(state.verify));
    h.number(static_cast<std::uint64_t>(state.client_auth)).number(static_cast<std::uint64_t>(state.psk_for));
    h.number(built); // which checks there are
    if (client) {
        h.number(state.insecure_legacy_server ? 1 : 0);
        h.number(static_cast<std::uint64_t>(state.lowest)).number(static_cast<std::uint64_t>(state.highest));
        for (int const suite : state.suites) {
            h.number(static_cast<std::uint64_t>(suite));
        }
        for (std::uint16_t const scheme : state.schemes) {
            h.number(scheme);
        }
        for (const char* const* p = state.protocols.names(); p != nullptr && *p != nullptr; ++p) {
            h.text(*p);
        }
#if TLSPP_HAS_X509
        h.number(state.identities.size());
        for (auto const& own : state.identities) {
            h.part(bytes_of(own.chain_handle()->raw));
        }
#endif
    }
    policy_hash made;
#if TLSPP_HAS_X509
    if (client || state.client_auth != client_auth::none) {
        add_policy(h, state.verification);
        if (auto const added = add_trust(h, state.trust); !added) {
            return std::unexpected(added.error());
        }
    }
    made.portable = !state.verification.on_verify;
#endif
    if (!made.portable) {
        unsigned char nonce[16] = {};
        if (int const code = random(nonce, sizeof nonce); code != 0) {
            return std::unexpected(error{errc::random, reason::none, code});
        }
        h.part(bytes(nonce));
    }
    auto const digest = h.finish();
    if (!digest) {
        return std::unexpected(digest.error());
    }
    made.digest = *digest;
    return made;
}

/// That of a context, made when it is first asked for.
template <class State>
result<const policy_hash*> policy_of(const State& state) noexcept {
    if (auto const* const before = state.policy.get(); before != nullptr) {
        return before;
    }
    auto const made = hash_policy(state, [&](unsigned char* out, std::size_t size) { return state.fill(out, size); });
    if (!made) {
        return std::unexpected(made.error());
    }
    auto* const kept = create_object<policy_hash>(0, *made);
    if (kept == nullptr) {
        return std::unexpected(error{errc::out_of_memory});
    }
    return state.policy.publish(kept);
}
} // namespace tlspp::inline TLSPP_ABI::detail
