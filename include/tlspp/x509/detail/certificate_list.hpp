// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/certificate_block.hpp>

#include <utility>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// Frees a list in the way that Mbed TLS frees those it is given.
inline void free_certificates(mbedtls_x509_crt* list) noexcept {
    if (list != nullptr) {
        mbedtls_x509_crt_free(list);
        mbedtls_free(list);
    }
}

/// A list of certificates in Mbed TLS's form, all of it on the heap, while it is put together.
class certificate_list {
public:
    certificate_list() noexcept = default;
    certificate_list(const certificate_list&) = delete;
    certificate_list& operator=(const certificate_list&) = delete;
    ~certificate_list() { free_certificates(first_); }

    /// A certificate parsed from DER that is not copied and must outlive it; it is in no list yet. Null, and a code of
    /// Mbed TLS's, where that fails.
    static mbedtls_x509_crt* parse(bytes der, int& code) noexcept {
        auto* const made = static_cast<mbedtls_x509_crt*>(mbedtls_calloc(1, sizeof(mbedtls_x509_crt)));
        if (made == nullptr) {
            code = MBEDTLS_ERR_X509_ALLOC_FAILED;
            return nullptr;
        }
        mbedtls_x509_crt_init(made);
        code = parse_certificate(*made, der, false);
        if (code == 0) {
            return made;
        }
        // The parser of RSA keys calls it a bad key when memory ran out: then there will not be this much either.
        void* const probe = mbedtls_calloc(1, 4 * der.size());
        if (probe == nullptr) {
            code = MBEDTLS_ERR_X509_ALLOC_FAILED;
        }
        mbedtls_free(probe);
        free_certificates(made);
        return nullptr;
    }
    void append(mbedtls_x509_crt& crt) noexcept {
        (last_ != nullptr ? last_->next : first_) = &crt;
        last_ = &crt;
    }
    void append_all(certificate_list& other) noexcept {
        if (other.first_ != nullptr) {
            (last_ != nullptr ? last_->next : first_) = other.first_;
            last_ = other.last_;
            (void)other.release();
        }
    }
    bool empty() const noexcept { return first_ == nullptr; }
    /// The list, which the caller frees.
    mbedtls_x509_crt* release() noexcept {
        last_ = nullptr;
        return std::exchange(first_, nullptr);
    }

private:
    mbedtls_x509_crt* first_ = nullptr;
    mbedtls_x509_crt* last_ = nullptr;
};
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
