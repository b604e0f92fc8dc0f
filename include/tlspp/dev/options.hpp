// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// \file
/// What `dev::authority` can be asked for. Everything has a default that gives a certificate good for a TLS server or
/// client; the rest is for tests, which need the bad ones.
namespace tlspp::inline TLSPP_ABI::dev {

/// The key of a new certificate.
enum class key_type : std::uint8_t {
    ec_p256,           ///< ECDSA, P-256
    ec_p384,           ///< ECDSA, P-384
    ec_p521,           ///< ECDSA, P-521
    rsa_2048,          ///< RSA, 2048 bits
    rsa_3072,          ///< RSA, 3072 bits
    insecure_rsa_1024, ///< for tests that must see it refused
};

/// The hash that a certificate or CRL is signed with.
enum class hash : std::uint8_t {
    by_key,        ///< as strong as the issuer's key: SHA-256, with P-384 SHA-384, with P-521 SHA-512
    sha256,        ///< SHA-256
    sha384,        ///< SHA-384
    sha512,        ///< SHA-512
    insecure_sha1, ///< for tests that must see it refused
};

/// Bits of `certificate_options::key_usage` (RFC 5280 §4.2.1.3), numbered as Mbed TLS does.
namespace usage {
/// One bit.
///@{
inline constexpr unsigned digital_signature = 0x80, non_repudiation = 0x40, key_encipherment = 0x20,
                          data_encipherment = 0x10, key_agreement = 0x08, key_cert_sign = 0x04, crl_sign = 0x02,
                          encipher_only = 0x01, decipher_only = 0x8000;
///@}
} // namespace usage

/// Purposes for `certificate_options::extended_key_usage` (RFC 5280 §4.2.1.12).
namespace purpose {
/// One purpose.
///@{
inline constexpr const char* any = "2.5.29.37.0";
inline constexpr const char* server_auth = "1.3.6.1.5.5.7.3.1";
inline constexpr const char* client_auth = "1.3.6.1.5.5.7.3.2";
inline constexpr const char* code_signing = "1.3.6.1.5.5.7.3.3";
inline constexpr const char* email_protection = "1.3.6.1.5.5.7.3.4";
inline constexpr const char* ocsp_signing = "1.3.6.1.5.5.7.3.9";
///@}
} // namespace purpose

/// Any extension, as it will stand in the certificate.
struct extension {
    std::string oid = {};            ///< with dots, as in "2.5.29.19"
    std::vector<std::byte> der = {}; ///< what the OCTET STRING holds
    /// Whether who does not know it must refuse the certificate. Default: no.
    bool critical = false;
};

/// Changes the bytes it is given, as it likes.
using tamper_function = std::function<void(std::vector<std::byte>&)>;

/// What to issue.
///
/// General names in `alternative_names`, `permitted` and `excluded` are texts with their kind in front, as OpenSSL
/// writes them: "DNS:example.org", "IP:10.0.0.1" ("IP:10.0.0.0/8" in constraints), "email:user@example.org",
/// "URI:https://example.org/", "dirName:C=DE,O=Example". Nothing checks that names make sense: tests need those that
/// do not.
struct certificate_options {
    /// Host names, wildcards included. Default: none.
    std::vector<std::string> dns_names = {};
    /// IPv4 and IPv6 addresses. Default: none.
    std::vector<std::string> ip_addresses = {};
    /// Default: the first DNS name, address or e-mail address, else "tlspp development certificate"; authorities get a
    /// name that differs each time.
    std::string common_name = {};
    /// Seconds since 1970, from 1950 to 9999. Default: an hour ago.
    std::optional<std::int64_t> not_before = {};
    /// Seconds since 1970, from 1950 to 9999. Default: a year from now.
    std::optional<std::int64_t> not_after = {};

    /// Default: none.
    std::vector<std::string> email_addresses = {};
    /// Default: none.
    std::vector<std::string> uris = {};
    /// Further general names. Default: none.
    std::vector<std::string> alternative_names = {};
    /// O= of the subject; empty text: none.
    std::string organisation = "tlspp development";
    /// The whole subject as Mbed TLS reads it ("C=DE,O=Example,CN=a\\, b"), instead of common name and organisation;
    /// empty text: an empty subject. An attribute type can stand in it once.
    std::optional<std::string> subject = {};

    /// What key to generate.
    dev::key_type key_type = key_type::ec_p256;
    /// A private key to use instead of a new one. Default: none.
    std::string key_pem = {};
    /// What the issuer signs with.
    dev::hash hash = hash::by_key;
    /// In hexadecimal, 20 octets at most. Default: 16 random octets.
    std::string serial = {};
    /// X.509 version: 3, or 1, which has no extensions.
    int version = 3;

    /// Default: no for what is issued, yes for authorities.
    std::optional<bool> is_ca = {};
    /// How many intermediates may follow. Default: no limit.
    std::optional<unsigned> path_length = {};
    /// Bits of `usage`; 0: without the extension. Default: digitalSignature and, with RSA, keyEncipherment;
    /// authorities: keyCertSign, cRLSign and digitalSignature.
    std::optional<unsigned> key_usage = {};
    /// OIDs of purposes; an empty list: without the extension. Default: server and client; authorities: none.
    std::optional<std::vector<std::string>> extended_key_usage = {};
    /// Name constraints (RFC 5280 §4.2.1.10). Default: none.
    std::vector<std::string> permitted = {};
    /// The subtrees that no name below may lie in. Default: none.
    std::vector<std::string> excluded = {};
    /// Whether the extension is critical, as RFC 5280 wants it.
    bool name_constraints_critical = true;
    /// URIs. Default: none.
    std::vector<std::string> crl_distribution_points = {};

    /// Added to the others; one of the same type replaces what would stand there. Default: none.
    std::vector<extension> extensions = {};
    /// OIDs of extensions to leave out, such as "2.5.29.35". Default: none.
    std::vector<std::string> without_extensions = {};

    /// Changes the part that is signed, before it is signed: nonsense with a good signature. Default: nothing.
    tamper_function tamper_before_signing = {};
    /// Changes the certificate after it was signed. Default: nothing.
    tamper_function tamper = {};
};

/// What an authority is made of: the same, with `is_ca` true unless it is said.
using authority_options = certificate_options;

/// A certificate revocation list.
struct crl_options {
    /// Seconds since 1970. Default: an hour ago.
    std::optional<std::int64_t> this_update = {};
    /// Seconds since 1970. Default: in 30 days.
    std::optional<std::int64_t> next_update = {};
    /// False leaves `next_update` out, which RFC 5280 forbids.
    bool has_next_update = true;
    /// CRL number, in hexadecimal.
    std::string number = "01";
    /// What it is signed with.
    dev::hash hash = hash::by_key;
    /// Added to authorityKeyIdentifier and cRLNumber; one of the same type replaces these. Default: none.
    std::vector<extension> extensions = {};
    /// OIDs of extensions to leave out. Default: none.
    std::vector<std::string> without_extensions = {};
    /// Extensions of every entry, such as a reason. Default: none.
    std::vector<extension> entry_extensions = {};
    /// As for certificates.
    tamper_function tamper_before_signing = {};
    /// As for certificates.
    tamper_function tamper = {};
};

/// Certificate and key as PEM texts, for other programs.
struct credentials {
    std::string certificate_pem = {}; ///< the certificate, then its intermediates, without the root
    std::string key_pem = {};         ///< not encrypted
};
} // namespace tlspp::inline TLSPP_ABI::dev
