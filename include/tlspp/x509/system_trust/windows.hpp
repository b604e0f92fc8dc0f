// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/anchors.hpp>
#include <tlspp/x509/detail/built.hpp>

#if defined(_WIN32)
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

#include <wincrypt.h>

#include <cstring>

#if TLSPP_HAS_X509

/// \file
/// The certificate store of Windows: "ROOT" of the current user, which includes that of the machine, without what
/// stands in "Disallowed" and without CAs that are not for servers. Windows fetches rarely used roots when CryptoAPI
/// meets them; such a one is not in the store before. Link with crypt32.
/// \par Status compiled with mingw-w64 and run under Wine 8; not tried on Windows itself.
namespace tlspp::inline TLSPP_ABI::x509::system_trust {

class windows_store {
public:
    explicit windows_store(const wchar_t* name) noexcept : store_(::CertOpenSystemStoreW(0, name)) {}
    windows_store(const windows_store&) = delete;
    windows_store& operator=(const windows_store&) = delete;
    ~windows_store() {
        if (store_ != nullptr) {
            (void)::CertCloseStore(store_, 0);
        }
    }
    HCERTSTORE get() const noexcept { return store_; }

private:
    HCERTSTORE store_;
};

/// What the administrator allows the CA to vouch for; a certificate without such a property is for everything.
inline bool is_for_servers(PCCERT_CONTEXT certificate) noexcept {
    union {
        CERT_ENHKEY_USAGE usage;
        unsigned char room[4096];
    };
    DWORD size = sizeof(room);
    if (::CertGetEnhancedKeyUsage(certificate, CERT_FIND_PROP_ONLY_ENHKEY_USAGE_FLAG, &usage, &size) == FALSE) {
        return ::GetLastError() == static_cast<DWORD>(CRYPT_E_NOT_FOUND);
    }
    for (DWORD i = 0; i != usage.cUsageIdentifier; ++i) {
        if (std::strcmp(usage.rgpszUsageIdentifier[i], szOID_PKIX_KP_SERVER_AUTH) == 0) {
            return true;
        }
    }
    return false;
}

/// Reads the store; one that cannot be opened is as good as empty.
inline result<void> read_windows(detail::anchors& to) noexcept {
    windows_store const roots(L"ROOT");
    windows_store const disallowed(L"Disallowed");
    if (roots.get() == nullptr) {
        return {};
    }
    PCCERT_CONTEXT found = nullptr;
    while ((found = ::CertEnumCertificatesInStore(roots.get(), found)) != nullptr) {
        if ((found->dwCertEncodingType & X509_ASN_ENCODING) == 0 || !is_for_servers(found)) {
            continue;
        }
        if (disallowed.get() != nullptr) {
            PCCERT_CONTEXT const refused = ::CertFindCertificateInStore(disallowed.get(), X509_ASN_ENCODING, 0,
                                                                        CERT_FIND_EXISTING, found, nullptr);
            if (refused != nullptr) {
                (void)::CertFreeCertificateContext(refused);
                continue;
            }
        }
        if (auto const added = to.add_der(bytes(found->pbCertEncoded, found->cbCertEncoded)); !added) {
            (void)::CertFreeCertificateContext(found);
            return added;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509::system_trust
#endif
#endif
