// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/detail/mbedtls.hpp>
#include <tlspp/detail/memory.hpp>

/// \file
/// AES-256-GCM by PSA, for what leaves this process and comes back: tickets, and sealed sessions.
namespace tlspp::inline TLSPP_ABI::detail {

inline constexpr std::size_t seal_key_size = 32;
inline constexpr std::size_t seal_nonce_size = 12;
inline constexpr std::size_t seal_tag_size = 16;

/// Of a build that can seal.
inline constexpr bool can_seal =
#if TLSPP_HAS_PSA && defined(PSA_WANT_ALG_GCM) && defined(PSA_WANT_KEY_TYPE_AES)
    true;
#else
    false;
#endif

#if TLSPP_HAS_PSA && defined(PSA_WANT_ALG_GCM) && defined(PSA_WANT_KEY_TYPE_AES)
/// A key in PSA's keeping for as long as this object lives.
class seal_key {
public:
    seal_key(const unsigned char* key, psa_key_usage_t usage) noexcept {
        code_ = psa_start();
        psa_key_attributes_t attributes = psa_key_attributes_init();
        psa_set_key_usage_flags(&attributes, usage);
        psa_set_key_algorithm(&attributes, PSA_ALG_GCM);
        psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
        psa_set_key_bits(&attributes, seal_key_size * 8);
        if (code_ == 0) {
            code_ = static_cast<int>(psa_import_key(&attributes, key, seal_key_size, &id_));
        }
    }
    seal_key(const seal_key&) = delete;
    seal_key& operator=(const seal_key&) = delete;
    ~seal_key() { (void)psa_destroy_key(id_); }
    int code() const noexcept { return code_; }
    mbedtls_svc_key_id_t id() const noexcept { return id_; }

private:
    mbedtls_svc_key_id_t id_{};
    int code_;
};

/// Writes nonce, ciphertext and tag to `out`, which has room for `plain` and 28 bytes more. `about` is authenticated
/// too. \return 0 or PSA's code.
inline int seal(const unsigned char* key, bytes about, bytes plain, unsigned char* out) noexcept {
    seal_key const held{key, PSA_KEY_USAGE_ENCRYPT};
    int code = held.code();
    if (code == 0) {
        code = static_cast<int>(psa_generate_random(out, seal_nonce_size));
    }
    std::size_t size = 0;
    if (code == 0) {
        code = static_cast<int>(psa_aead_encrypt(held.id(), PSA_ALG_GCM, out, seal_nonce_size, about.uchars(),
                                                 about.size(), plain.uchars(), plain.size(), out + seal_nonce_size,
                                                 plain.size() + seal_tag_size, &size));
    }
    return code;
}

/// The other way, into `plain`. \return 0; `PSA_ERROR_INVALID_SIGNATURE` where key or bytes are not the ones.
inline int unseal(const unsigned char* key, bytes about, bytes sealed, secure_buffer& plain) noexcept {
    if (sealed.size() < seal_nonce_size + seal_tag_size) {
        return static_cast<int>(PSA_ERROR_INVALID_SIGNATURE);
    }
    if (!plain.allocate(sealed.size() - seal_nonce_size - seal_tag_size)) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    seal_key const held{key, PSA_KEY_USAGE_DECRYPT};
    int code = held.code();
    std::size_t size = 0;
    if (code == 0) {
        code = static_cast<int>(psa_aead_decrypt(held.id(), PSA_ALG_GCM, sealed.uchars(), seal_nonce_size,
                                                 about.uchars(), about.size(), sealed.uchars() + seal_nonce_size,
                                                 sealed.size() - seal_nonce_size, plain.data(), plain.size(), &size));
    }
    return code;
}
inline bool is_forged(int code) noexcept { return code == static_cast<int>(PSA_ERROR_INVALID_SIGNATURE); }
#else
inline int seal(const unsigned char*, bytes, bytes, unsigned char*) noexcept {
    return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
}
inline int unseal(const unsigned char*, bytes, bytes, secure_buffer&) noexcept {
    return MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
}
inline bool is_forged(int) noexcept { return false; }
#endif
} // namespace tlspp::inline TLSPP_ABI::detail
