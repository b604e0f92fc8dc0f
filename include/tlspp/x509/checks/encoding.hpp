// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>

#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/string_types.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.1, §4.1.2.4, §4.2.1.6 over X.690: what names and numbers a certificate is told from others by can be read
/// in one way only. A serial number has an octet (§8.3.1), a UTF8String is UTF-8, and subjectAltName is one list of the
/// nine kinds of names, whose end is that of the extension. Mbed TLS passes over what it does not understand, so that
/// others may see a name that a constraint was not compared with. The anchor's form is not judged.
namespace tlspp::inline TLSPP_ABI::x509 {

inline bool is_well_encoded(const mbedtls_x509_name& name) noexcept {
    for (auto const* a = &name; a != nullptr; a = a->next) {
        auto text = a->val.tag == detail::der_tag::utf8_string ? detail::bytes_of(a->val).text() : std::string_view();
        while (!text.empty()) {
            std::size_t const size = detail::utf8_sequence(text);
            if (size == 0) {
                return false;
            }
            text.remove_prefix(size);
        }
    }
    return true;
}

/// Mbed TLS has seen to it that the list ends where the extension does.
inline bool has_well_encoded_names(const mbedtls_x509_crt& crt) noexcept {
    for (auto const* one = &crt.subject_alt_names; one != nullptr; one = one->next) {
        if (one->buf.p != nullptr && !is_general_name(one->buf)) {
            return false;
        }
    }
    return true;
}

inline verify_flags check_encoding(const chain_view& chain) noexcept {
    for (std::size_t i = 0; i < chain.size; ++i) {
        const mbedtls_x509_crt& crt = chain[i];
        bool const good = chain.is_anchor(i) || (crt.serial.len != 0 && has_well_encoded_names(crt) &&
                                                 is_well_encoded(crt.subject) && is_well_encoded(crt.issuer));
        if (!good) {
            return verify_flag::encoding;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
