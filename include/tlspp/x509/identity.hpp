// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/certificate.hpp>
#include <tlspp/x509/private_key.hpp>
#include <tlspp/x509/signer.hpp>

#include <tlspp/x509/checks/name.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/external_key.hpp>
#include <tlspp/x509/detail/parse_list.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI {

namespace detail {
/// Zero where a key that PSA keeps belongs to a certificate's SubjectPublicKeyInfo. Its BIT STRING, which stands last,
/// has what PSA exports (RFC 5480 §2.2, RFC 8017 A.1.1); Mbed TLS 3.6 cannot check such a pair for RSA.
inline int compare_public_key([[maybe_unused]] bytes key_info, [[maybe_unused]] const private_key& key) noexcept {
#if TLSPP_HAS_PSA
    secure_buffer exported;
    if (!exported.allocate(PSA_EXPORT_PUBLIC_KEY_MAX_SIZE)) {
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
    std::size_t size = 0;
    if (auto const status = psa_export_public_key(key.psa_id(), exported.data(), exported.size(), &size);
        status != PSA_SUCCESS) {
        return static_cast<int>(status);
    }
    bool const same = size != 0 && size < key_info.size() &&
                      same_bytes(key_info.without_first(key_info.size() - size), bytes(exported.data(), size)) &&
                      *(key_info.end() - size - 1) == std::byte{0}; // no unused bits
    return same ? 0 : MBEDTLS_ERR_PK_TYPE_MISMATCH;
#else
    return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
#endif
}
} // namespace detail

/// What a server or client proves itself with: its certificate, the intermediate certificates that go with it, and
/// the private key. A cheap reference-counted handle.
///
/// Reading is strict: every certificate of the chain must parse, and the key must belong to the first one.
/// \par Thread safety Handles of one identity may be used in different threads where `tlspp::thread_safe`.
class identity {
public:
    identity() noexcept = default;

    /// Reads a certificate chain (own certificate first, then intermediates; PEM, or one certificate in DER) and its
    /// key (PEM or DER). Where `key_path` is empty, the key is in the certificate's file, as Python's `load_cert_chain`
    /// has it. Needs `MBEDTLS_FS_IO`.
    /// \return `errc::file` with path and reason, `errc::malformed`, `errc::password`, `errc::key_mismatch`,
    /// `errc::unsupported`, `errc::out_of_memory`; each names the file.
    template <bool Use = true>
    static result<identity> from_files(std::string_view certificate_path, std::string_view key_path = {},
                                       bytes password = {}) noexcept;
    /// The same with a callable that gives the password (whatever converts to `bytes`), and is asked only where the key
    /// is encrypted. What it throws ends as `errc::callback`.
    template <bool Use = true, bool Exceptions = TLSPP_EXCEPTIONS != 0, class Ask>
        requires(std::is_invocable_v<Ask&> && !std::is_convertible_v<Ask, bytes>)
    static result<identity> from_files(std::string_view certificate_path, std::string_view key_path,
                                       Ask&& ask) noexcept;
    /// The same from PEM texts, with or without a NUL at their ends. Needs `MBEDTLS_PEM_PARSE_C`.
    template <bool Use = true>
    static result<identity> from_pem(bytes certificates, bytes key, bytes password = {}) noexcept {
        static_assert(!Use || detail::build::pem,
                      "reading PEM needs MBEDTLS_PEM_PARSE_C in the Mbed TLS configuration");
        return make<Use>(certificates, private_key::parse<Use>(key, password));
    }
    /// The same from one certificate and one key in DER.
    template <bool Use = true>
    static result<identity> from_der(bytes certificate, bytes key, bytes password = {}) noexcept {
        return make<Use>(certificate, private_key::from_der<Use>(key, password));
    }
    /// From a chain, PEM or one certificate in DER, and a key that has been read.
    template <bool Use = true>
    static result<identity> from_key(bytes certificates, private_key key) noexcept {
        return make<Use>(certificates, std::move(key));
    }
    /// From a chain, PEM or one certificate in DER, and a callback that signs with its key, which lies elsewhere: in an
    /// HSM, a TPM, an agent or another process. Each signature is verified before it is sent.
    ///
    /// Mbed TLS lets callbacks sign in TLS 1.2 only, so a context with such an identity has no TLS 1.3, and an explicit
    /// wish for it is an error at `create`; keys that PSA keeps (`private_key::from_psa`) work in both versions. Servers
    /// need `MBEDTLS_SSL_ASYNC_PRIVATE` (the bundled Mbed TLS has it), or, for RSA keys alone, Mbed TLS 3.6 with
    /// `MBEDTLS_PK_RSA_ALT_SUPPORT`; clients need the latter, and their keys are RSA keys.
    /// \return `errc::malformed`, `errc::unsupported` for a key of another kind, `errc::invalid_argument` without a
    /// callable, `errc::out_of_memory`.
    /// \par Lifetime The callable lives as long as the last handle and all contexts made with it.
    template <bool Use = true>
    static result<identity> from_signer(bytes certificates, signer sign) noexcept;

    /// False for an empty or moved-from handle.
    explicit operator bool() const noexcept { return static_cast<bool>(block_); }
    /// True for handles of the same object.
    friend bool operator==(const identity&, const identity&) noexcept = default;

    /// The own certificate.
    result<certificate> leaf() const noexcept { return certificate::from_native(block_->chain); }
    /// The number of certificates that are sent.
    std::size_t chain_size() const noexcept {
        std::size_t n = 0;
        for (const mbedtls_x509_crt* crt = chain_handle(); crt != nullptr; crt = crt->next) {
            ++n;
        }
        return n;
    }
    /// True where the own certificate is for this name or address: what SNI picks an identity by. Common names do not
    /// count.
    bool matches(const server_name& name) const noexcept {
        return block_ && x509::matches_name(block_->chain, detail::peer_name::of(name));
    }
    /// The same for a host name as it came with SNI, which need not be well-formed.
    bool matches(std::string_view host) const noexcept {
        return block_ && x509::matches_name(block_->chain, {detail::peer_name::kind::dns, host, {}});
    }

    /// Mbed TLS's list of certificates, own one first; null for an empty handle. Valid as long as a handle lives.
    mbedtls_x509_crt* chain_handle() const noexcept { return block_ ? &block_->chain : nullptr; }
    /// Mbed TLS's key; null for an empty handle and, on 4.x, where a callback signs. Valid as long as a handle lives.
    mbedtls_pk_context* key_handle() const noexcept {
        return !block_ ? nullptr : has_signer() ? block_->external.handle() : block_->key.native_handle();
    }
    /// True where a callback signs (`from_signer`).
    bool has_signer() const noexcept { return detail::build::signer && block_ && block_->external; }
    /// \cond
    result<void> prepare(mbedtls_ssl_config& config, role own) const noexcept {
        return has_signer() ? block_->external.prepare(config, own) : result<void>{};
    }
    /// \endcond

private:
    struct block {
        block() noexcept { mbedtls_x509_crt_init(&chain); }
        ~block() { mbedtls_x509_crt_free(&chain); }
        block(const block&) = delete;
        block& operator=(const block&) = delete;

        detail::ref_count references;
        detail::own_chain chain;
        private_key key;
        detail::external_key external;
    };

    template <bool Use>
    static result<identity> make(bytes certificates, result<private_key> key) noexcept;

    detail::ref<block> block_;
};

template <bool Use>
result<identity> identity::make([[maybe_unused]] bytes certificates, result<private_key> key) noexcept {
#if TLSPP_HAS_PSA
    if (!key) {
        return std::unexpected(key.error());
    }
    if (!*key) {
        return std::unexpected(error(errc::invalid_argument, reason::empty_handle));
    }
    identity made;
    made.block_ = detail::ref<block>::make();
    if (!made.block_) {
        return detail::no_memory();
    }
    if (auto const read = detail::append_strictly(made.block_->chain, certificates); !read) {
        return std::unexpected(read.error());
    }
    int const code = key->is_opaque() ? detail::compare_public_key(detail::bytes_of(made.block_->chain.pk_raw), *key)
                                      : detail::check_pair(made.block_->chain.pk, *key->native_handle(),
                                                           detail::psa_random, nullptr);
    if (code != 0) {
        return std::unexpected(detail::is_out_of_memory(code) ? error(errc::out_of_memory, reason::none, code)
                                                              : error(errc::key_mismatch, reason::none, code));
    }
    made.block_->key = std::move(*key);
    return made;
#else
    return std::unexpected(key ? error(errc::unsupported) : key.error());
#endif
}

template <bool Use>
result<identity> identity::from_signer([[maybe_unused]] bytes certificates, [[maybe_unused]] signer sign) noexcept {
    static_assert(!Use || detail::build::signer,
                  "signing by a callback needs TLS 1.2 and, in the Mbed TLS configuration, MBEDTLS_SSL_ASYNC_PRIVATE "
                  "or (3.6, RSA) MBEDTLS_PK_RSA_ALT_SUPPORT");
    if (sign.failed()) {
        return detail::no_memory();
    }
    if (!sign) {
        return std::unexpected(error(errc::invalid_argument, reason::empty_handle));
    }
    if (auto const started = detail::start_crypto(); !started) {
        return std::unexpected(started.error());
    }
    identity made;
    made.block_ = detail::ref<block>::make();
    if (!made.block_) {
        return detail::no_memory();
    }
    if (auto const read = detail::append_strictly(made.block_->chain, certificates); !read) {
        return std::unexpected(read.error());
    }
    if (auto const set = made.block_->external.set(made.block_->chain, std::move(sign)); !set) {
        return std::unexpected(set.error());
    }
    made.block_->chain.external = &made.block_->external;
    return made;
}

template <bool Use>
result<identity> identity::from_files([[maybe_unused]] std::string_view certificate_path,
                                      [[maybe_unused]] std::string_view key_path,
                                      [[maybe_unused]] bytes password) noexcept {
    static_assert(!Use || detail::build::files, "reading files needs MBEDTLS_FS_IO in the Mbed TLS configuration");
#if defined(MBEDTLS_FS_IO)
    auto const content = detail::read_file(certificate_path);
    if (!content) {
        return std::unexpected(content.error());
    }
    auto key = private_key::from_file<Use>(key_path.empty() ? certificate_path : key_path, password);
    if (!key) {
        return std::unexpected(key.error());
    }
    auto made = make<Use>(bytes(content->data(), content->size()), std::move(key));
    if (!made) {
        return std::unexpected(made.error().about(certificate_path));
    }
    return made;
#else
    return std::unexpected(error(errc::unsupported));
#endif
}

template <bool Use, bool Exceptions, class Ask>
    requires(std::is_invocable_v<Ask&> && !std::is_convertible_v<Ask, bytes>)
result<identity> identity::from_files(std::string_view certificate_path, std::string_view key_path,
                                      Ask&& ask) noexcept {
    auto made = from_files<Use>(certificate_path, key_path);
    if (made || made.error().why() != reason::password_missing) {
        return made;
    }
    auto const again = [&] {
        auto const& password = ask();
        return from_files<Use>(certificate_path, key_path, bytes(password));
    };
#if TLSPP_EXCEPTIONS
    if constexpr (Exceptions) {
        try {
            return again();
        } catch (...) {
            return std::unexpected(error(errc::callback, reason::callback_threw));
        }
    }
#endif
    return again();
}
} // namespace tlspp::inline TLSPP_ABI
#endif
