// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/oid.hpp>

#include <tlspp/detail/der_reader.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::x509 {

/// The kinds of public keys that certificates carry.
enum class key_kind : std::uint8_t {
    rsa,     ///< RSA, for any padding
    rsa_pss, ///< RSA, for PSS only
    ec,      ///< an elliptic curve
    other,   ///< anything else
};

/// `RSA`, `RSA-PSS`, `EC`.
constexpr std::string_view name(key_kind kind) noexcept {
    switch (kind) {
    case key_kind::rsa:
        return "RSA";
    case key_kind::rsa_pss:
        return "RSA-PSS";
    case key_kind::ec:
        return "EC";
    case key_kind::other:
        break;
    }
    return "other";
}

/// The public key of a certificate, described.
struct public_key {
    /// RSA, EC or another kind.
    key_kind kind = key_kind::other;
    /// The length of the RSA modulus, or of the curve's field.
    std::uint32_t bits = 0;
    /// The name of the curve, `secp256r1`; empty for RSA and for unknown or explicitly given curves.
    std::string_view curve = {};
    /// The SubjectPublicKeyInfo in DER.
    bytes der = {};
};

/// How a certificate is signed.
struct signature_algorithm {
    /// Which algorithm it is.
    oid id;
    /// `sha256WithRSAEncryption`, as OpenSSL prints it; empty for unknown ones.
    std::string_view name = {};
};

/// \cond
struct known_oid {
    std::string_view oid;
    std::string_view name;
};

inline constexpr known_oid known_curves[] = {
    {{"\x2A\x86\x48\xCE\x3D\x03\x01\x07", 8}, "secp256r1"},
    {{"\x2B\x81\x04\x00\x22", 5}, "secp384r1"},
    {{"\x2B\x81\x04\x00\x23", 5}, "secp521r1"},
    {{"\x2A\x86\x48\xCE\x3D\x03\x01\x01", 8}, "secp192r1"},
    {{"\x2B\x81\x04\x00\x21", 5}, "secp224r1"},
    {{"\x2B\x81\x04\x00\x0A", 5}, "secp256k1"},
    {{"\x2B\x24\x03\x03\x02\x08\x01\x01\x07", 9}, "brainpoolP256r1"},
    {{"\x2B\x24\x03\x03\x02\x08\x01\x01\x0B", 9}, "brainpoolP384r1"},
    {{"\x2B\x24\x03\x03\x02\x08\x01\x01\x0D", 9}, "brainpoolP512r1"},
};

inline constexpr known_oid known_signatures[] = {
    {{"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B", 9}, "sha256WithRSAEncryption"},
    {{"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0C", 9}, "sha384WithRSAEncryption"},
    {{"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0D", 9}, "sha512WithRSAEncryption"},
    {{"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0E", 9}, "sha224WithRSAEncryption"},
    {{"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A", 9}, "rsassaPss"},
    {{"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x05", 9}, "sha1WithRSAEncryption"},
    {{"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x04", 9}, "md5WithRSAEncryption"},
    {{"\x2A\x86\x48\xCE\x3D\x04\x03\x02", 8}, "ecdsa-with-SHA256"},
    {{"\x2A\x86\x48\xCE\x3D\x04\x03\x03", 8}, "ecdsa-with-SHA384"},
    {{"\x2A\x86\x48\xCE\x3D\x04\x03\x04", 8}, "ecdsa-with-SHA512"},
    {{"\x2A\x86\x48\xCE\x3D\x04\x03\x01", 8}, "ecdsa-with-SHA224"},
    {{"\x2A\x86\x48\xCE\x3D\x04\x01", 7}, "ecdsa-with-SHA1"},
    {{"\x2B\x65\x70", 3}, "ED25519"},
    {{"\x2B\x65\x71", 3}, "ED448"},
};

template <std::size_t N>
constexpr std::string_view name_of(const known_oid (&table)[N], std::string_view oid) noexcept {
    for (const known_oid& known : table) {
        if (known.oid == oid) {
            return known.name;
        }
    }
    return {};
}

/// SubjectPublicKeyInfo ::= SEQUENCE { algorithm SEQUENCE { OID, parameters }, subjectPublicKey BIT STRING }
inline public_key describe_key(const mbedtls_x509_crt& crt) noexcept {
    public_key out;
    out.der = detail::bytes_of(crt.pk_raw);
    out.bits = static_cast<std::uint32_t>(mbedtls_pk_get_bitlen(&crt.pk));
    auto algorithm = detail::der_reader(out.der).enter(detail::der_tag::sequence).enter(detail::der_tag::sequence);
    detail::der_element id;
    detail::der_element curve;
    if (algorithm.expect(detail::der_tag::oid, id)) {
        auto const text = id.content.text();
        if (text == std::string_view("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01", 9)) {
            out.kind = key_kind::rsa;
        } else if (text == std::string_view("\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A", 9)) {
            out.kind = key_kind::rsa_pss;
        } else if (text == std::string_view("\x2A\x86\x48\xCE\x3D\x02\x01", 7)) {
            out.kind = key_kind::ec;
            if (algorithm.optional(detail::der_tag::oid, curve)) {
                out.curve = name_of(known_curves, curve.content.text());
            }
        }
    }
    return out;
}
/// \endcond
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
