// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/signer.hpp>

#include <tlspp/detail/mbedtls_signature.hpp>
#include <tlspp/detail/mbedtls_signing.hpp>
#include <tlspp/detail/memory.hpp>
#include <tlspp/protocol.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/public_key.hpp>

#include <cstring>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// What a signer that failed answers through Mbed TLS, far outside of the ranges of its and PSA's codes.
inline constexpr int code_signer_failed = -0x10000011;
inline constexpr int code_signer_threw = -0x10000012;
inline constexpr int code_signer_length = -0x10000013;
inline constexpr int code_signer_wrong = -0x10000014;

/// A private key that a callback signs with, in the two forms in which Mbed TLS takes one. Stays where it is, beside
/// the certificate that it belongs to.
class external_key {
public:
    external_key() noexcept { mbedtls_pk_init(&key_); }
    ~external_key() { mbedtls_pk_free(&key_); }
    external_key(const external_key&) = delete;
    external_key& operator=(const external_key&) = delete;

    explicit operator bool() const noexcept { return certificate_ != nullptr; }
    mbedtls_pk_context* handle() noexcept { return key_beside_signer(key_); }

    result<void> set(mbedtls_x509_crt& own, signer sign) noexcept {
        auto const kind = x509::describe_key(own).kind;
        kind_ = kind == x509::key_kind::rsa  ? signature_kind::rsa_pkcs1
                : kind == x509::key_kind::ec ? signature_kind::ecdsa
                                             : signature_kind::none;
        bool const rsa_alone = build::rsa_signer && !build::async_signer;
        if (kind_ == signature_kind::none || (rsa_alone && kind_ != signature_kind::rsa_pkcs1)) {
            return std::unexpected(error{errc::unsupported, reason::signer_key_kind}.about(name(kind)));
        }
        if (build::rsa_signer && kind_ == signature_kind::rsa_pkcs1) {
            if (int const code = wrap_rsa_signer(key_, this, &sign_rsa, &rsa_size); code != 0) {
                return std::unexpected(error{errc::out_of_memory, reason::none, code});
            }
        }
        certificate_ = &own;
        sign_ = std::move(sign);
        prepare_ = &prepare_config;
        return {};
    }

    /// Makes a configuration ask the signer. By a pointer that `set` sets, so that programs without a signer do not have
    /// the code.
    result<void> prepare(mbedtls_ssl_config& config, role own) const noexcept { return prepare_(*this, config, own); }

    /// Asks for a signature and verifies it: Mbed TLS would send whatever comes. \return 0 or a code.
    int sign(mbedtls_md_type_t hash, const unsigned char* digest, std::size_t digest_size, unsigned char* out,
             std::size_t room, std::size_t* written) const noexcept {
        digest_algorithm algorithm{};
        switch (hash) {
        case MBEDTLS_MD_SHA256:
            algorithm = digest_algorithm::sha256;
            break;
        case MBEDTLS_MD_SHA384:
            algorithm = digest_algorithm::sha384;
            break;
        case MBEDTLS_MD_SHA512:
            algorithm = digest_algorithm::sha512;
            break;
        default:
            return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
        }
        room = room < largest ? room : largest;
        auto const answer = sign_(algorithm, bytes(digest, digest_size), writable_bytes(out, room));
        if (!answer) {
            return code_signer_threw;
        }
        if (!*answer) {
            return code_signer_failed;
        }
        std::size_t const size = **answer;
        bool const rsa = kind_ == signature_kind::rsa_pkcs1;
        if (size == 0 || size > room || (rsa && size != rsa_size(const_cast<external_key*>(this)))) {
            return code_signer_length;
        }
        if (verify_signature(certificate_->pk, kind_, hash, digest, digest_size, out, size) != 0) {
            return code_signer_wrong;
        }
        *written = size;
        return 0;
    }

private:
    static constexpr std::size_t largest = 2048; // an RSA key of 16,384 bits

    static std::size_t rsa_size(void* self) noexcept {
        return (mbedtls_pk_get_bitlen(&static_cast<external_key*>(self)->certificate_->pk) + 7) / 8;
    }
    static int sign_rsa(void* self, int (*)(void*, unsigned char*, std::size_t), void*, mbedtls_md_type_t hash,
                        unsigned digest_size, const unsigned char* digest, unsigned char* out) noexcept {
        std::size_t written = 0; // Mbed TLS has taken the length of the key for it, and has as much room
        return static_cast<external_key*>(self)->sign(hash, digest, digest_size, out, rsa_size(self), &written);
    }
    static result<void> prepare_config(const external_key& key, mbedtls_ssl_config& config, role own) noexcept;

    signer sign_;
    mbedtls_x509_crt* certificate_ = nullptr;
    result<void> (*prepare_)(const external_key&, mbedtls_ssl_config&, role) noexcept = nullptr;
    mbedtls_pk_context key_;
    signature_kind kind_ = signature_kind::none;
};

/// An identity's certificates in Mbed TLS's list, of which a server's callback is told the first, and nothing else that
/// leads to the identity.
struct own_chain : mbedtls_x509_crt {
    const external_key* external = nullptr;
};

#if defined(MBEDTLS_SSL_ASYNC_PRIVATE)
/// What is to be signed, between Mbed TLS's two calls; nothing happens in between.
struct signing_operation {
    const external_key* key;
    mbedtls_md_type_t hash;
    std::size_t size;
    unsigned char digest[64];

    static int start(mbedtls_ssl_context* ssl, mbedtls_x509_crt* own, mbedtls_md_type_t hash,
                     const unsigned char* digest, std::size_t size) noexcept {
        const external_key* const key = static_cast<own_chain*>(own)->external; // NOLINT: see above
        if (key == nullptr) {
            return MBEDTLS_ERR_SSL_HW_ACCEL_FALLTHROUGH;
        }
        auto* const made = static_cast<signing_operation*>(mbedtls_calloc(1, sizeof(signing_operation)));
        if (made == nullptr) {
            return MBEDTLS_ERR_X509_ALLOC_FAILED;
        }
        made->key = key;
        made->hash = hash;
        made->size = size < sizeof made->digest ? size : sizeof made->digest;
        std::memcpy(made->digest, digest, made->size);
        mbedtls_ssl_set_async_operation_data(ssl, made);
        return 0;
    }
    static int resume(mbedtls_ssl_context* ssl, unsigned char* out, std::size_t* written, std::size_t room) noexcept {
        const auto& made = *static_cast<signing_operation*>(mbedtls_ssl_get_async_operation_data(ssl));
        int const code = made.key->sign(made.hash, made.digest, made.size, out, room, written);
        cancel(ssl);
        return code;
    }
    static void cancel(mbedtls_ssl_context* ssl) noexcept {
        mbedtls_free(mbedtls_ssl_get_async_operation_data(ssl));
        mbedtls_ssl_set_async_operation_data(ssl, nullptr);
    }
};
#endif

inline result<void> external_key::prepare_config([[maybe_unused]] const external_key& key,
                                                 [[maybe_unused]] mbedtls_ssl_config& config, role own) noexcept {
    if (own == role::client) {
        return build::rsa_signer && key.kind_ == signature_kind::rsa_pkcs1
                   ? result<void>{}
                   : std::unexpected(error{errc::unsupported, reason::signer_on_client});
    }
#if defined(MBEDTLS_SSL_ASYNC_PRIVATE)
    set_async_signing(config, &signing_operation::start, &signing_operation::resume, &signing_operation::cancel);
#endif
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
