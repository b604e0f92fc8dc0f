// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstdint>
#include <string_view>

namespace tlspp::inline TLSPP_ABI {

/// One reason why a certificate chain was refused. The lower 32 bits have Mbed TLS's values (`MBEDTLS_X509_BADCERT_…`,
/// `MBEDTLS_X509_BADCRL_…`), the upper ones are checks of this library.
enum class verify_flag : std::uint64_t {
    expired = 0x01,                   ///< notAfter has passed (RFC 5280 §4.1.2.5)
    revoked = 0x02,                   ///< on its issuer's CRL (RFC 5280 §5)
    name_mismatch = 0x04,             ///< no subjectAltName names the expected peer (RFC 9525 §6)
    not_trusted = 0x08,               ///< no path to a trust anchor (RFC 5280 §6.1)
    crl_not_trusted = 0x10,           ///< the CRL's signature does not hold
    crl_expired = 0x20,               ///< the CRL's nextUpdate has passed
    missing = 0x40,                   ///< the peer sent no certificate
    skipped = 0x80,                   ///< verification did not take place
    other = 0x0100,                   ///< another reason, told by one of the flags below
    not_yet_valid = 0x0200,           ///< notBefore is yet to come
    crl_not_yet_valid = 0x0400,       ///< the CRL's thisUpdate is yet to come
    key_usage = 0x0800,               ///< keyUsage does not allow this use (RFC 5280 §4.2.1.3)
    extended_key_usage = 0x1000,      ///< extendedKeyUsage does not allow this use (RFC 5280 §4.2.1.12)
    netscape_cert_type = 0x2000,      ///< nsCertType does not allow this use
    weak_hash = 0x4000,               ///< signed with a hash that the profile refuses
    weak_key_type = 0x8000,           ///< signed with a key type that the profile refuses
    weak_key = 0x010000,              ///< a key that is too short, or on a curve that the profile refuses
    crl_weak_hash = 0x020000,         ///< the CRL is signed with a hash that the profile refuses
    crl_weak_key_type = 0x040000,     ///< the CRL is signed with a key type that the profile refuses
    crl_weak_key = 0x080000,          ///< the CRL is signed with a key that the profile refuses
    basic_constraints = 1ULL << 32,   ///< a certificate that is no CA signed another (RFC 5280 §4.2.1.9)
    path_length = 1ULL << 33,         ///< more certificates below a CA than its pathLenConstraint allows
    name_constraints = 1ULL << 34,    ///< a name outside what a CA may certify (RFC 5280 §4.2.1.10)
    unknown_critical = 1ULL << 35,    ///< a critical extension that nobody here understands (RFC 5280 §4.2)
    crl_missing = 1ULL << 36,         ///< revocation is on, and there is no CRL of this issuer
    pin_mismatch = 1ULL << 37,        ///< no certificate of the chain has a pinned key (RFC 7469 §2.6)
    distrusted = 1ULL << 38,          ///< a key on the distrust list
    refused_by_callback = 1ULL << 39, ///< `on_verify` said so
    chain_too_long = 1ULL << 41,      ///< more certificates than the limit
    no_clock = 1ULL << 42,            ///< nothing tells the time, so that validity cannot be judged
    version = 1ULL << 44,             ///< a version other than 3 (RFC 5280 §4.1.2.1); this and the next: `webpki` only
    serial_number = 1ULL << 45,       ///< a serial number that is not positive, or too long (RFC 5280 §4.1.2.2)
    authority_key = 1ULL << 46,       ///< no authorityKeyIdentifier, or not the issuer's (RFC 5280 §4.2.1.1)
    subject_key = 1ULL << 47,         ///< a CA without subjectKeyIdentifier (RFC 5280 §4.2.1.2)
    critical_ca = 1ULL << 48,         ///< a CA whose basicConstraints are not critical (RFC 5280 §4.2.1.9)
    key_size = 1ULL << 49,            ///< a key that public CAs do not certify (baseline requirements §6.1.5)
    end_entity = 1ULL << 50,          ///< a CA in the place of a server or client (baseline requirements §7.1.2.7.8)
    dns_syntax = 1ULL << 51,          ///< a dNSName that is no host name (RFC 5280 §4.2.1.6)
    information_access = 1ULL << 52,  ///< malformed authorityInformationAccess (RFC 5280 §4.2.2.1)
    alternative_names = 1ULL << 53,   ///< no subjectAltName, or wrongly critical (RFC 5280 §4.2.1.6)
    common_name = 1ULL << 54,         ///< a common name that is not in subjectAltName (baseline requirements §7.1.4.3)
    server_purposes = 1ULL << 55,     ///< extendedKeyUsage is not a server's (baseline requirements §7.1.2.7.10)
    repeated_extension = 1ULL << 57,  ///< a certificate has an extension twice (RFC 5280 §4.2)
    encoding = 1ULL << 58,            ///< a name or serial number is not encoded as X.690 says (RFC 5280 §4.1)
};

/// A set of `verify_flag`s. A value type without invariants; safe to copy anywhere.
class verify_flags {
public:
    constexpr verify_flags() noexcept = default;
    /// One flag.
    constexpr verify_flags(verify_flag flag) noexcept : bits_(static_cast<std::uint64_t>(flag)) {}
    /// A set, by its bits.
    constexpr explicit verify_flags(std::uint64_t bits) noexcept : bits_(bits) {}

    /// No flag is set: nothing speaks against the chain.
    constexpr bool empty() const noexcept { return bits_ == 0; }
    /// Whether the flag is in the set.
    constexpr bool has(verify_flag flag) const noexcept { return (bits_ & static_cast<std::uint64_t>(flag)) != 0; }
    /// The set as a number.
    constexpr std::uint64_t bits() const noexcept { return bits_; }

    friend constexpr verify_flags operator|(verify_flags a, verify_flags b) noexcept {
        return verify_flags{a.bits_ | b.bits_};
    }
    /// Adds others.
    constexpr verify_flags& operator|=(verify_flags other) noexcept { return *this = *this | other; }
    /// The set without others.
    constexpr verify_flags without(verify_flags other) const noexcept { return verify_flags{bits_ & ~other.bits_}; }
    friend constexpr bool operator==(verify_flags, verify_flags) noexcept = default;

private:
    std::uint64_t bits_ = 0;
};
/// Both flags.
constexpr verify_flags operator|(verify_flag a, verify_flag b) noexcept { return verify_flags{a} | verify_flags{b}; }

#if TLSPP_SENTENCES
/// The reason in words, to stand after "certificate rejected: ".
constexpr std::string_view describe(verify_flag flag) noexcept {
    using enum verify_flag;
    switch (flag) {
    case expired:
        return "a certificate has expired";
    case revoked:
        return "a certificate was revoked by its issuer";
    case name_mismatch:
        return "the certificate is not for this name";
    case not_trusted:
        return "the chain does not end at a trusted CA";
    case crl_not_trusted:
        return "the CRL is not signed by the CA";
    case crl_expired:
        return "the CRL has expired";
    case missing:
        return "the peer sent no certificate";
    case skipped:
        return "verification was skipped";
    case other:
        return "a check failed";
    case not_yet_valid:
        return "a certificate is not valid yet";
    case crl_not_yet_valid:
        return "the CRL is not valid yet";
    case key_usage:
        return "keyUsage does not allow this use";
    case extended_key_usage:
        return "extendedKeyUsage does not allow this use";
    case netscape_cert_type:
        return "nsCertType does not allow this use";
    case weak_hash:
        return "a signature uses a hash that is too weak";
    case weak_key_type:
        return "a signature uses a key type that is not allowed";
    case weak_key:
        return "a key is too short or on a curve that is not allowed";
    case crl_weak_hash:
        return "the CRL's signature uses a hash that is too weak";
    case crl_weak_key_type:
        return "the CRL's signature uses a key type that is not allowed";
    case crl_weak_key:
        return "the CRL's key is too short";
    case basic_constraints:
        return "a certificate that is no CA signed another one";
    case path_length:
        return "the chain is longer than a CA's pathLenConstraint allows";
    case name_constraints:
        return "a name lies outside a CA's name constraints";
    case unknown_critical:
        return "a critical extension is not understood";
    case crl_missing:
        return "no CRL of an issuer is at hand";
    case pin_mismatch:
        return "no key of the chain is pinned";
    case distrusted:
        return "a key of the chain is on the distrust list";
    case refused_by_callback:
        return "the on_verify callback refused it";
    case chain_too_long:
        return "the chain has too many certificates";
    case no_clock:
        return "no clock tells whether the certificates are valid now";
    case version:
        return "a certificate is not of version 3";
    case serial_number:
        return "a serial number is not positive, or too long";
    case authority_key:
        return "authorityKeyIdentifier is missing, malformed or not the issuer's";
    case subject_key:
        return "a CA has no subjectKeyIdentifier";
    case critical_ca:
        return "a CA does not mark basicConstraints as critical";
    case key_size:
        return "a key has a size or curve that public CAs do not certify";
    case end_entity:
        return "the certificate is that of a CA";
    case dns_syntax:
        return "a DNS name in the certificate is no host name";
    case information_access:
        return "authorityInformationAccess is malformed";
    case alternative_names:
        return "subjectAltName is missing, empty, or critical where it must not be or not where it must";
    case common_name:
        return "the common name does not repeat an entry of subjectAltName";
    case server_purposes:
        return "extendedKeyUsage is not that of a public server";
    case repeated_extension:
        return "a certificate has an extension twice";
    case encoding:
        return "a name or serial number in a certificate is wrongly encoded";
    }
    return "a check failed";
}
#endif
} // namespace tlspp::inline TLSPP_ABI
