// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/options.hpp>
#include <tlspp/x509/checks/all.hpp>
#include <tlspp/x509/policy.hpp>

#if TLSPP_HAS_X509

/// \file
/// From options to what a chain is judged by besides trust and name: revocation, pins, distrust list, clock, callback.
namespace tlspp::inline TLSPP_ABI::detail {

inline fault set_up_revocation(verify_policy& policy, revocation which, const crl_list& crls) noexcept {
    if (which != revocation::off && which != revocation::leaf && which != revocation::chain) {
        return refused{errc::invalid_argument}.about(".revocation");
    }
    if (which != revocation::off && crls.empty()) {
        return refused{errc::invalid_argument, reason::revocation_without_crls};
    }
    if (which == revocation::off && !crls.empty()) {
        return refused{errc::invalid_argument, reason::crls_without_revocation};
    }
    for (const crl& one : crls) {
        if (!one) {
            return refused{errc::invalid_argument, reason::empty_handle};
        }
    }
    policy.revocation = which;
    policy.crls = crls;
    return {};
}

inline fault set_up_clock(verify_policy& policy, const clock_source& clock, bool verifies) noexcept {
    if constexpr (!x509::is_built(x509::optional_check::validity)) {
        if (clock.now != nullptr) {
            return refused{errc::unsupported, reason::check_left_out}.about(".clock");
        }
    }
    if (verifies && clock.now == nullptr && !clock.insecure_unchecked && !build::time_date) {
        return refused{errc::invalid_argument, reason::clock_missing};
    }
    policy.clock = clock.now;
    policy.clock_context = clock.context;
    policy.insecure_no_clock = clock.insecure_unchecked;
    return {};
}

struct vain_option {
    bool asked = false;
    std::string_view option = {};
};

/// The first option that asks for a check. Where no certificate is verified it asks in vain: that is a mistake, not a
/// default.
template <class Options>
vain_option asked_in_vain(const Options& options) noexcept {
    vain_option first;
    auto const note = [&first](bool asked, std::string_view option) noexcept {
        first = first.asked ? first : vain_option{asked, option};
    };
    note(options.profile.judges_form(), ".profile");
    note(options.revocation != revocation::off || !options.crls.empty(), ".revocation");
    note(!options.distrusted.empty(), ".distrusted");
    note(static_cast<bool>(options.on_verify), ".on_verify");
    if constexpr (requires { options.pins; }) {
        note(!options.pins.empty(), ".pins");
    }
    return first;
}

/// \param verifies the peer's certificate will be judged, where it has one.
template <class Options>
fault set_up_checks(verify_policy& policy, const Options& options, bool verifies) noexcept {
    bool failed = options.crls.failed() || options.distrusted.failed() || options.on_verify.failed();
    if constexpr (x509::chain_and_name_only) {
        if constexpr (requires { options.pins; }) {
            failed = failed || options.pins.failed();
        }
        if (failed) {
            return refused{errc::out_of_memory};
        }
        if (auto const vain = asked_in_vain(options); vain.asked) {
            return refused{errc::unsupported, reason::check_left_out}.about(vain.option);
        }
        return set_up_clock(policy, options.clock, verifies);
    }
    policy.distrusted = options.distrusted;
    policy.on_verify = options.on_verify;
    policy.profile = options.profile;
    if constexpr (requires { options.pins; }) {
        policy.pins = options.pins;
        failed = failed || policy.pins.failed();
    }
    if (failed || policy.distrusted.failed()) {
        return refused{errc::out_of_memory};
    }
    if (auto const vain = asked_in_vain(options); !verifies && vain.asked) {
        return refused{errc::invalid_argument, reason::check_without_verification}.about(vain.option);
    }
    if constexpr (build::crl) {
        if (fault const done = set_up_revocation(policy, options.revocation, options.crls)) {
            return done;
        }
    } else if (options.revocation != revocation::off) {
        return refused{errc::unsupported}.about("MBEDTLS_X509_CRL_PARSE_C");
    }
    return set_up_clock(policy, options.clock, verifies);
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
