// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/verify_flags.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI {
struct verify_policy;
namespace x509 {
struct chain_view;
/// All that `profile::webpki` adds: `checks/form.hpp`.
verify_flags check_form(const chain_view& chain, const verify_policy& policy) noexcept;
} // namespace x509

/// Which rules a chain must keep. The checks of form are reached through `webpki` alone: a program that never names it
/// does not link them.
class profile {
public:
    /// All that decides whether a chain can be believed (RFC 5280 §6, RFC 9525). How a certificate is written is left
    /// to its issuer. The default.
    static const profile rfc5280;
    /// That, and the rules of form that RFC 5280 §4 and the CA/Browser Forum's baseline requirements lay on public CAs
    /// (`checks/form.hpp` lists them). A chain that breaks them was not made as public CAs make theirs. The anchor's
    /// own form is not judged.
    static const profile webpki;

    constexpr profile() noexcept = default;
    /// Whether it has rules of form.
    constexpr bool judges_form() const noexcept { return form_ != nullptr; }
    /// What they find; nothing where it has none.
    verify_flags form(const x509::chain_view& chain, const verify_policy& policy) const noexcept {
        return form_ != nullptr ? form_(chain, policy) : verify_flags();
    }
    friend constexpr bool operator==(profile a, profile b) noexcept { return a.judges_form() == b.judges_form(); }

private:
    using check = verify_flags (*)(const x509::chain_view&, const verify_policy&) noexcept;
    constexpr explicit profile(check rules) noexcept : form_(rules) {}

    check form_ = nullptr;
};

inline constexpr profile profile::rfc5280{};
inline constexpr profile profile::webpki{&x509::check_form};
} // namespace tlspp::inline TLSPP_ABI
#endif
