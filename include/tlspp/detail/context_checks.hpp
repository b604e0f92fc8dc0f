// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/options.hpp>
#include <tlspp/x509/policy.hpp>

#if TLSPP_HAS_X509

/// \file
/// From options to what a chain is judged by besides trust and name: revocation, pins, distrust list, clock, callback.
namespace tlspp::inline TLSPP_ABI::detail {

/// An option that asks for a check says so in vain where no certificate is verified: that is a mistake, not a default.
inline result<void> check_is_made(bool asked, bool verifies, std::string_view option) noexcept {
    if (asked && !verifies) {
        return std::unexpected(error{errc::invalid_argument, reason::check_without_verification}.about(option));
    }
    return {};
}

inline result<void> set_up_revocation(verify_policy& policy, revocation which, const crl_list& crls) noexcept {
    if (which != revocation::off && which != revocation::leaf && which != revocation::chain) {
        return std::unexpected(error{errc::invalid_argument}.about(".revocation"));
    }
    if (which != revocation::off && crls.empty()) {
        return std::unexpected(error{errc::invalid_argument, reason::revocation_without_crls});
    }
    if (which == revocation::off && !crls.empty()) {
        return std::unexpected(error{errc::invalid_argument, reason::crls_without_revocation});
    }
    for (const crl& one : crls) {
        if (!one) {
            return std::unexpected(error{errc::invalid_argument, reason::empty_handle});
        }
    }
    policy.revocation = which;
    policy.crls = crls;
    return {};
}

inline result<void> set_up_clock(verify_policy& policy, const clock_source& clock, bool verifies) noexcept {
    if (verifies && clock.now == nullptr && !clock.insecure_unchecked && !build::time_date) {
        return std::unexpected(error{errc::invalid_argument, reason::clock_missing});
    }
    policy.clock = clock.now;
    policy.clock_context = clock.context;
    policy.insecure_no_clock = clock.insecure_unchecked;
    return {};
}

/// \param verifies the peer's certificate will be judged, where it has one.
template <class Options>
result<void> set_up_checks(verify_policy& policy, const Options& options, bool verifies) noexcept {
    bool failed = options.crls.failed() || options.distrusted.failed() || options.on_verify.failed();
    policy.distrusted = options.distrusted;
    policy.on_verify = options.on_verify;
    policy.profile = options.profile;
    auto done = check_is_made(options.profile.judges_form(), verifies, ".profile");
    if (done) {
        done = check_is_made(options.revocation != revocation::off || !options.crls.empty(), verifies, ".revocation");
    }
    if (done) {
        done = check_is_made(!options.distrusted.empty(), verifies, ".distrusted");
    }
    if (done) {
        done = check_is_made(static_cast<bool>(options.on_verify), verifies, ".on_verify");
    }
    if constexpr (requires { options.pins; }) {
        policy.pins = options.pins;
        failed = failed || policy.pins.failed();
        if (done) {
            done = check_is_made(!options.pins.empty(), verifies, ".pins");
        }
    }
    if (failed || policy.distrusted.failed()) {
        return std::unexpected(error{errc::out_of_memory});
    }
    if (done && (build::crl || options.revocation != revocation::off)) {
        done = set_up_revocation(policy, options.revocation, options.crls);
    }
    return done ? set_up_clock(policy, options.clock, verifies) : done;
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
