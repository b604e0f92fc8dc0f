// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/der_reader.hpp>
#include <tlspp/x509/detail/built.hpp>

#include <cstdint>

#if TLSPP_HAS_X509

/// \file
/// Names as keys to look certificates up by, without parsing them. Mbed TLS takes two names for equal whose letters
/// differ in case, or of which one is a PrintableString and the other a UTF8String. Keys fold both, everywhere in the
/// bytes of the DER: so two names that are equal have one key, and who needs to know compares those that have.
namespace tlspp::inline TLSPP_ABI::detail {

constexpr unsigned char fold_name_byte(unsigned char byte) noexcept {
    if (byte >= 'A' && byte <= 'Z') {
        return static_cast<unsigned char>(byte | 0x20U);
    }
    return byte == der_tag::printable_string ? der_tag::utf8_string : byte;
}

/// FNV-1a.
inline std::uint32_t hash_name(bytes name) noexcept {
    std::uint32_t hash = 2166136261U;
    for (const unsigned char *at = name.uchars(), *end = at + name.size(); at != end; ++at) {
        hash = (hash ^ fold_name_byte(*at)) * 16777619U;
    }
    return hash;
}

/// Less than zero where the key of `a` comes before that of `b`, zero where they are equal: byte by byte, a shorter one
/// before a longer one that it begins.
inline int compare_names(bytes a, bytes b) noexcept {
    for (std::size_t i = 0; i != a.size() && i != b.size(); ++i) {
        int const difference = fold_name_byte(a.uchars()[i]) - fold_name_byte(b.uchars()[i]);
        if (difference != 0) {
            return difference;
        }
    }
    return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

/// The subject of a certificate in DER, with its tag and length; empty where the bytes up to it do not have the shape
/// of a certificate (RFC 5280 §4.1).
inline bytes subject_of(bytes der) noexcept {
    der_reader all(der);
    der_reader tbs = all.enter(der_tag::sequence).enter(der_tag::sequence);
    der_element element;
    (void)tbs.optional(der_tag::constructed_context(0), element); // version
    bool const shaped = tbs.expect(der_tag::integer, element) &&  // serialNumber
                        tbs.expect(der_tag::sequence, element) && // signature
                        tbs.expect(der_tag::sequence, element) && // issuer
                        tbs.expect(der_tag::sequence, element) && // validity
                        tbs.expect(der_tag::sequence, element);   // subject
    return shaped && all.at_end() ? element.whole : bytes();
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
