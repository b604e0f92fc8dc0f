// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/bytes.hpp>
#include <tlspp/detail/der_reader.hpp>
#include <tlspp/detail/file.hpp>
#include <tlspp/detail/pem.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/certificate_block.hpp>
#include <tlspp/x509/detail/parse_error.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI {

/// A private key (RSA or EC; PKCS#1, SEC 1, PKCS#8, encrypted or not): a cheap reference-counted handle. Its memory and
/// every copy made while reading it are zeroised before they are freed; what the caller passed in is the caller's.
/// \par Thread safety Handles of one key may be used in different threads where `tlspp::thread_safe`.
class private_key {
public:
    private_key() noexcept = default;

    /// Parses the first private key of a PEM text, with or without a NUL at its end; certificates and parameters around
    /// it are skipped. Needs `MBEDTLS_PEM_PARSE_C`.
    /// \param password for an encrypted key; not looked at for one that is not encrypted.
    /// \return `errc::password` where it is missing or wrong, `errc::malformed`, `errc::unsupported` for an encryption
    /// that this build of Mbed TLS lacks, `errc::out_of_memory`.
    template <bool Use = true>
    static result<private_key> from_pem(bytes text, bytes password = {}) noexcept;
    /// Parses one key in DER; nothing may stand behind it. Errors as above.
    template <bool Use = true>
    static result<private_key> from_der(bytes der, bytes password = {}) noexcept;
    /// Parses PEM or DER, whichever it is.
    template <bool Use = true>
    static result<private_key> parse(bytes data, bytes password = {}) noexcept;
    /// Reads a file, PEM or DER. Needs `MBEDTLS_FS_IO`.
    /// \return besides those above `errc::file` with the path and the system's reason.
    template <bool Use = true>
    static result<private_key> from_file(std::string_view path, bytes password = {}) noexcept;

#if TLSPP_HAS_PSA
    /// A key that PSA keeps, RSA or EC: in a secure element, a TPM or a trust zone by a driver of Mbed TLS's, in
    /// persistent storage, or in memory. It never leaves there; every signature is made by PSA. Needs Mbed TLS 4, or 3.6
    /// with `MBEDTLS_USE_PSA_CRYPTO`.
    ///
    /// Its policy must allow `PSA_KEY_USAGE_SIGN_HASH` for any hash: with ECDSA (in Mbed TLS 4 of the variant that
    /// `MBEDTLS_PK_ALG_ECDSA` names), or, for RSA, with PKCS #1 v1.5 for TLS 1.2 and PSS for TLS 1.3, one of them as
    /// enrollment algorithm.
    /// \return `errc::invalid_argument` where PSA knows no such key; `errc::unsupported` for a key of another kind.
    /// \par Lifetime The key must not be destroyed before the last handle and all contexts made with it are gone; they
    /// do not destroy it.
    template <bool Use = true>
    static result<private_key> from_psa(mbedtls_svc_key_id_t id) noexcept;
    /// The number of a key made by `from_psa`; a null key for others.
    mbedtls_svc_key_id_t psa_id() const noexcept { return block_ ? block_->id : mbedtls_svc_key_id_t{}; }
#endif
    /// True where the key is kept by PSA (`from_psa`), not in this object.
    bool is_opaque() const noexcept { return block_ && block_->opaque; }

    /// False for an empty or moved-from handle.
    explicit operator bool() const noexcept { return static_cast<bool>(block_); }

    /// Mbed TLS's object; null for an empty handle. Valid as long as a handle lives.
    mbedtls_pk_context* native_handle() const noexcept { return block_ ? &block_->key : nullptr; }

private:
    struct block {
        block() noexcept { mbedtls_pk_init(&key); }
        ~block() { mbedtls_pk_free(&key); }
        block(const block&) = delete;
        block& operator=(const block&) = delete;

        detail::ref_count references;
        mbedtls_pk_context key;
#if TLSPP_HAS_PSA
        mbedtls_svc_key_id_t id{};
#endif
        bool opaque = false;
    };

    /// `data` is DER, or one PEM block with its NUL.
    template <bool Use>
    static result<private_key> read(bytes data, bytes password, bool encrypted) noexcept;
    static error read_error(int code, bool encrypted) noexcept;

    detail::ref<block> block_;
};

inline error private_key::read_error(int code, bool encrypted) noexcept {
    if (detail::is_out_of_memory(code)) {
        return error(errc::out_of_memory, reason::none, code);
    }
    int const high = detail::without_low_level(code);
    if (code == MBEDTLS_ERR_PK_PASSWORD_REQUIRED) {
        return error(errc::password, reason::password_missing, code);
    }
    if (high == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG || high == MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE ||
        (high == MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE && !encrypted)) {
        return error(errc::unsupported, reason::key_type_unsupported, code);
    }
    // A wrong password mostly shows as wrong padding, and once in 256 times as rubbish that is no key.
    if (code == MBEDTLS_ERR_PK_PASSWORD_MISMATCH || (encrypted && detail::is_malformed_key(code))) {
        return error(errc::password, reason::password_wrong, code);
    }
    return encrypted ? error(errc::unsupported, reason::key_unsupported, code)
                     : error(errc::malformed, reason::key_malformed, code);
}

template <bool Use>
result<private_key> private_key::read([[maybe_unused]] bytes data, [[maybe_unused]] bytes password,
                                      [[maybe_unused]] bool encrypted) noexcept {
    static_assert(!Use || detail::build::psa,
                  "private keys need MBEDTLS_PSA_CRYPTO_C: its random source blinds their use");
#if TLSPP_HAS_PSA
    if (auto const started = detail::start_crypto(); !started) {
        return std::unexpected(started.error());
    }
    private_key made;
    made.block_ = detail::ref<block>::make();
    if (!made.block_) {
        return detail::no_memory();
    }
    // An empty password is no password: without one Mbed TLS may not look at encrypted DER at all.
    if (encrypted && password.empty()) {
        return std::unexpected(error(errc::password, reason::password_missing));
    }
    int const code =
        detail::parse_key(made.block_->key, data.uchars(), data.size(), password.empty() ? nullptr : password.uchars(),
                          password.size(), detail::psa_random, nullptr);
    if (code != 0) {
        return std::unexpected(read_error(code, encrypted));
    }
    return made;
#else
    return std::unexpected(error(errc::unsupported));
#endif
}

template <bool Use>
result<private_key> private_key::from_pem([[maybe_unused]] bytes text, [[maybe_unused]] bytes password) noexcept {
    static_assert(!Use || detail::build::pem, "reading PEM needs MBEDTLS_PEM_PARSE_C in the Mbed TLS configuration");
#if defined(MBEDTLS_PEM_PARSE_C)
    detail::pem_cursor blocks(text);
    for (detail::pem_block found; blocks.next(found);) {
        if (!found.label.ends_with("PRIVATE KEY")) {
            continue;
        }
        detail::secure_buffer copy; // Mbed TLS wants a NUL, and nothing else around it that it could take first
        if (!copy.allocate(found.whole.size() + 1)) {
            return detail::no_memory();
        }
        std::memcpy(copy.data(), found.whole.data(), found.whole.size());
        copy.data()[found.whole.size()] = 0;
        bool const encrypted =
            found.label.starts_with("ENCRYPTED") || found.body.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
        return read<Use>(bytes(copy.data(), copy.size()), password, encrypted);
    }
#endif
    return std::unexpected(error(errc::malformed, reason::no_key_in_file));
}

template <bool Use>
result<private_key> private_key::from_der(bytes der, bytes password) noexcept {
    std::size_t const size = detail::der_object_size(der);
    if (size != 0 && size < der.size()) {
        return std::unexpected(error(errc::malformed, reason::trailing_bytes));
    }
    // EncryptedPrivateKeyInfo begins with an AlgorithmIdentifier, every plain form with a version number (RFC 5958).
    detail::der_reader outer(der);
    bool const encrypted = outer.enter(detail::der_tag::sequence).peek() == detail::der_tag::sequence;
    return read<Use>(der, encrypted ? password : bytes(), encrypted);
}

template <bool Use>
result<private_key> private_key::parse(bytes data, bytes password) noexcept {
    if constexpr (detail::build::pem) {
        if (detail::pem_cursor::looks_like_pem(data) && detail::der_object_size(data) != data.size()) {
            return from_pem < Use && detail::build::pem > (data, password);
        }
    }
    return from_der<Use>(data, password);
}

template <bool Use>
result<private_key> private_key::from_file([[maybe_unused]] std::string_view path,
                                           [[maybe_unused]] bytes password) noexcept {
    static_assert(!Use || detail::build::files, "reading files needs MBEDTLS_FS_IO in the Mbed TLS configuration");
#if defined(MBEDTLS_FS_IO)
    auto const content = detail::read_file(path);
    if (!content) {
        return std::unexpected(content.error());
    }
    auto key = parse<Use>(bytes(content->data(), content->size()), password);
    if (!key) {
        return std::unexpected(key.error().about(path));
    }
    return key;
#else
    return std::unexpected(error(errc::unsupported));
#endif
}

#if TLSPP_HAS_PSA
template <bool Use>
result<private_key> private_key::from_psa(mbedtls_svc_key_id_t id) noexcept {
    static_assert(!Use || detail::build::opaque_keys,
                  "keys kept by PSA need Mbed TLS 4, or MBEDTLS_USE_PSA_CRYPTO in the configuration of Mbed TLS 3.6");
    if (auto const started = detail::start_crypto(); !started) {
        return std::unexpected(started.error());
    }
    private_key made;
    made.block_ = detail::ref<block>::make();
    if (!made.block_) {
        return detail::no_memory();
    }
    psa_key_attributes_t known = PSA_KEY_ATTRIBUTES_INIT;
    auto const status = psa_get_key_attributes(id, &known);
    psa_reset_key_attributes(&known);
    if (status != PSA_SUCCESS) {
        return std::unexpected(error(errc::invalid_argument, reason::no_psa_key, static_cast<int>(status)));
    }
    if (int const code = detail::wrap_psa_key(made.block_->key, id); code != 0) {
        return std::unexpected(detail::is_out_of_memory(code)
                                   ? error(errc::out_of_memory, reason::none, code)
                                   : error(errc::unsupported, reason::key_type_unsupported, code));
    }
    made.block_->id = id;
    made.block_->opaque = true;
    return made;
}
#endif
} // namespace tlspp::inline TLSPP_ABI
#endif
