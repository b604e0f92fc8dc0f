// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/detail/mbedtls.hpp>

#include <type_traits>

/// \file
/// What stands for certificates in a build of Mbed TLS without X.509: names that can be mentioned, and that say in one
/// sentence what is missing when they are used. Included by `built.hpp` alone.
#if !defined(MBEDTLS_X509_CRT_PARSE_C)
namespace tlspp::inline TLSPP_ABI {
namespace detail {

/// Where everything that needs certificates ends.
template <bool Use>
constexpr void needs_x509() noexcept {
    static_assert(!Use, "certificates need MBEDTLS_X509_CRT_PARSE_C in the Mbed TLS configuration");
}

/// An option about certificates: it can be left out, and takes nothing.
template <class T>
class certificate_option {
public:
    constexpr certificate_option() noexcept = default;
    template <class... Given>
        requires(sizeof...(Given) != 0 && !(std::is_same_v<std::remove_cvref_t<Given>, certificate_option> || ...))
    constexpr certificate_option(Given&&...) noexcept { // NOLINT: it stands for what is made from anything
        needs_x509<sizeof...(Given) != 0>();
    }
};

/// Everything that makes an object of these classes.
template <class Made>
class absent {
public:
    template <bool Use = true, class... Given>
    static result<Made> bundle(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> bundle_parsed(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> from_der(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> from_directory(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> from_file(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> from_files(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> from_key(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> from_hash(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> from_locations(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> from_pem(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> from_psa(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> from_signer(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> of(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true, class... Given>
    static result<Made> parse(const Given&...) noexcept {
        return refused<Use>();
    }
    template <bool Use = true>
    static result<Made> system() noexcept {
        return refused<Use>();
    }

private:
    template <bool Use>
    static result<Made> refused() noexcept {
        needs_x509<Use>();
        return std::unexpected(error{errc::unsupported});
    }
};
} // namespace detail

class certificate : public detail::absent<certificate> {};
class certificate_chain : public detail::absent<certificate_chain> {};
class crl : public detail::absent<crl> {};
class crl_list : public detail::absent<crl_list> {};
class identity : public detail::absent<identity> {};
class private_key : public detail::absent<private_key> {};
class spki_pin : public detail::absent<spki_pin> {};
class trust_store : public detail::absent<trust_store> {};
class profile {
public:
    static const profile rfc5280;
    static const profile webpki;
};
inline constexpr profile profile::rfc5280{};
inline constexpr profile profile::webpki{};
class verification;
class verify_hook;
namespace detail {
class pin_list;
}
enum class revocation : unsigned char { off, leaf, chain };

/// How certificates are judged: only the clock is left, by which sessions end.
struct verify_policy {
    std::int64_t (*clock)(void* context) = nullptr;
    void* clock_context = nullptr;
};
} // namespace tlspp::inline TLSPP_ABI
#endif
