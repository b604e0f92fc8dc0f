// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/trust_store.hpp>

#include "samples.hpp"

#include <cstdint>
#include <vector>

/// What Mbed TLS says of a chain, given the whole list of a store or, by the callback, what the store finds.
namespace lookup {

struct verdict {
    int code = 0;
    std::uint32_t flags = 0;
    friend bool operator==(const verdict&, const verdict&) = default;
};

inline verdict by_list(const tlspp::trust_store& chain, const tlspp::trust_store& trust) {
    verdict v;
    v.code =
        mbedtls_x509_crt_verify_with_profile(chain.native_handle(), trust.native_handle(), nullptr,
                                             &mbedtls_x509_crt_profile_default, nullptr, &v.flags, nullptr, nullptr);
    return v;
}
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
inline verdict by_callback(const tlspp::trust_store& chain, tlspp::trust_store trust) {
    verdict v;
    v.code = mbedtls_x509_crt_verify_with_ca_cb(chain.native_handle(), &tlspp::trust_store::find_issuers, &trust,
                                                &mbedtls_x509_crt_profile_default, nullptr, &v.flags, nullptr, nullptr);
    return v;
}
#endif

/// The candidates that a store gives for a certificate.
inline std::vector<std::string> issuers(const tlspp::certificate& child, const tlspp::trust_store& trust) {
    mbedtls_x509_crt* list = nullptr;
    tlspp::trust_store store = trust;
    if (tlspp::trust_store::find_issuers(&store, child.native_handle(), &list) != 0) {
        return {"failure"};
    }
    std::vector<std::string> found;
    for (auto const* crt = list; crt != nullptr; crt = crt->next) {
        found.emplace_back(tlspp::detail::bytes_of(crt->raw).text());
    }
    tlspp::detail::free_certificates(list);
    return found;
}

/// For `tamper_before_signing`: another issuer, so that a certificate comes from somebody who calls himself as he
/// likes.
inline auto with_issuer(tlspp::bytes name) {
    return [issuer = std::string(name.text())](std::vector<std::byte>& tbs) {
        using namespace tlspp::detail;
        auto const text = [](tlspp::bytes b) { return std::string(b.text()); };
        auto fields = der_reader(tlspp::bytes(tbs.data(), tbs.size())).enter(der_tag::sequence);
        std::string content;
        der_element field;
        for (int i = 0; fields.next(field); ++i) { // version, serialNumber, signature, issuer …
            content += i == 3 ? issuer : text(field.whole);
        }
        std::string head = "\x30\x82";
        head += static_cast<char>(content.size() >> 8);
        head += static_cast<char>(content.size() & 255U);
        auto const made = samples::octets(head + content);
        tbs.assign(made.begin(), made.end());
    };
}

inline tlspp::trust_store chain_of(const tlspp::certificate& one) {
    return tlspp::or_throw(tlspp::trust_store::from_der(one.der()));
}
} // namespace lookup
