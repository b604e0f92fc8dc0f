// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>

#include <tlspp/detail/text_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace tlspp::inline TLSPP_ABI::x509 {

/// An object identifier (X.660), as a view of its DER content octets.
/// \par Lifetime Views the certificate that it was taken from.
class oid {
public:
    constexpr oid() noexcept = default;
    /// From the content octets: `x509::oid("\x55\x04\x03")` is 2.5.4.3.
    constexpr explicit oid(std::string_view der) noexcept : der_(der) {}
    /// The content of an OBJECT IDENTIFIER in DER, which must live as long.
    template <class B>
        requires std::is_same_v<B, bytes>
    explicit oid(B der) noexcept : der_(der.text()) {}

    /// The content of the OBJECT IDENTIFIER in DER.
    constexpr std::string_view der() const noexcept { return der_; }
    constexpr bool empty() const noexcept { return der_.empty(); }
    /// N where it is 2.5.29.N, the arc of RFC 5280's own extensions, with N below 128; else a larger number.
    constexpr unsigned certificate_extension() const noexcept {
        return der_.size() == 3 && der_[0] == '\x55' && der_[1] == '\x1D' ? static_cast<unsigned char>(der_[2]) : 255U;
    }
    friend constexpr bool operator==(oid a, oid b) noexcept { return a.der_ == b.der_; }

    /// Writes it with dots, as in `2.5.4.3`, with a terminating NUL, cut where it does not fit; returns the length
    /// without the NUL. An arc of more than 64 bits is written as `?`.
    std::size_t describe(std::span<char> out) const noexcept {
        detail::text_writer text{out};
        std::uint64_t arc = 0;
        bool first = true;
        bool too_big = false;
        for (char c : der_) {
            auto const octet = static_cast<unsigned char>(c);
            too_big = too_big || arc >> (63 - 7) != 0;
            arc = (arc << 7) | (octet & 0x7FU);
            if ((octet & 0x80U) != 0) {
                continue;
            }
            if (first) {
                auto const root = arc < 40 ? 0U : arc < 80 ? 1U : 2U;
                text.decimal(static_cast<std::int64_t>(root));
                arc -= 40U * root;
                first = false;
            }
            text.put('.');
            if (too_big) {
                text.put('?');
            } else {
                text.decimal(static_cast<std::int64_t>(arc));
            }
            arc = 0;
            too_big = false;
        }
        return text.size();
    }

private:
    std::string_view der_;
};

/// Object identifiers that this library knows.
namespace oids {
/// \cond
consteval oid make(std::string_view der) { return oid(der); }
/// \endcond
/// An extension of certificates (RFC 5280 §4.2), or Netscape's.
///@{
inline constexpr oid subject_key_identifier = make({"\x55\x1D\x0E", 3});
inline constexpr oid key_usage = make({"\x55\x1D\x0F", 3});
inline constexpr oid subject_alt_name = make({"\x55\x1D\x11", 3});
inline constexpr oid basic_constraints = make({"\x55\x1D\x13", 3});
inline constexpr oid name_constraints = make({"\x55\x1D\x1E", 3});
inline constexpr oid crl_distribution_points = make({"\x55\x1D\x1F", 3});
inline constexpr oid certificate_policies = make({"\x55\x1D\x20", 3});
inline constexpr oid policy_mappings = make({"\x55\x1D\x21", 3});
inline constexpr oid authority_key_identifier = make({"\x55\x1D\x23", 3});
inline constexpr oid policy_constraints = make({"\x55\x1D\x24", 3});
inline constexpr oid extended_key_usage = make({"\x55\x1D\x25", 3});
inline constexpr oid inhibit_any_policy = make({"\x55\x1D\x36", 3});
inline constexpr oid authority_information_access = make({"\x2B\x06\x01\x05\x05\x07\x01\x01", 8});
inline constexpr oid netscape_cert_type = make({"\x60\x86\x48\x01\x86\xF8\x42\x01\x01", 9});
///@}

/// What an entry of authorityInfoAccess is about (RFC 5280 §4.2.2.1).
///@{
inline constexpr oid access_ocsp = make({"\x2B\x06\x01\x05\x05\x07\x30\x01", 8});
inline constexpr oid access_ca_issuers = make({"\x2B\x06\x01\x05\x05\x07\x30\x02", 8});
///@}

/// A purpose in extKeyUsage (RFC 5280 §4.2.1.12).
///@{
inline constexpr oid any_extended_key_usage = make({"\x55\x1D\x25\x00", 4});
inline constexpr oid server_auth = make({"\x2B\x06\x01\x05\x05\x07\x03\x01", 8});
inline constexpr oid client_auth = make({"\x2B\x06\x01\x05\x05\x07\x03\x02", 8});
inline constexpr oid code_signing = make({"\x2B\x06\x01\x05\x05\x07\x03\x03", 8});
inline constexpr oid email_protection = make({"\x2B\x06\x01\x05\x05\x07\x03\x04", 8});
inline constexpr oid time_stamping = make({"\x2B\x06\x01\x05\x05\x07\x03\x08", 8});
inline constexpr oid ocsp_signing = make({"\x2B\x06\x01\x05\x05\x07\x03\x09", 8});
///@}

/// Any certificate policy (RFC 5280 §4.2.1.4).
inline constexpr oid any_policy = make({"\x55\x1D\x20\x00", 4});
/// An attribute of distinguished names.
///@{
inline constexpr oid common_name = make({"\x55\x04\x03", 3});
inline constexpr oid email_address = make({"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x01", 9});
///@}
} // namespace oids
} // namespace tlspp::inline TLSPP_ABI::x509
