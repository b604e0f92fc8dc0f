// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/bytes.hpp>
#include <tlspp/detail/memory.hpp>
#include <tlspp/detail/pem.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/certificate_block.hpp>
#include <tlspp/x509/detail/crl_form.hpp>
#include <tlspp/x509/name.hpp>
#include <tlspp/x509/time.hpp>

#include <optional>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI {

/// One entry of a CRL.
struct revoked_certificate {
    bytes serial_number;          ///< the content of the INTEGER
    unix_seconds revoked_at = 0;  ///< since when
    std::optional<unsigned> code; ///< CRLReason (RFC 5280 §5.3.1), 1 for a compromised key; absent where it is not told
};

/// One certificate revocation list (RFC 5280 §5), parsed, immutable: a cheap reference-counted handle.
///
/// Only a list that can be relied on for every certificate of its issuer is taken: complete ones of version 2, with
/// cRLNumber and nextUpdate. Delta CRLs, indirect ones, those for some certificates or some reasons only, and those
/// with critical extensions are refused with a sentence. Whether it is signed and current is judged when a chain is.
/// \par Lifetime Names and `bytes` taken from it are valid as long as one of its handles lives. The functions that read
/// need a handle that is not empty.
/// \par Thread safety Handles of one list may be used in different threads where `tlspp::thread_safe`.
class crl {
public:
    crl() noexcept = default;

    /// Parses the first block `X509 CRL` of a PEM text, with or without a NUL at its end. Needs `MBEDTLS_PEM_PARSE_C`.
    /// \return `errc::malformed`, `errc::unsupported` for a kind of list that is refused, `errc::out_of_memory`.
    template <bool Use = true>
    static result<crl> from_pem(bytes text) noexcept;
    /// Parses one DER object; nothing may stand behind it. Needs `MBEDTLS_X509_CRL_PARSE_C`.
    template <bool Use = true>
    static result<crl> from_der(bytes der) noexcept;

    /// False for an empty or moved-from handle.
    explicit operator bool() const noexcept { return static_cast<bool>(block_); }
    /// Equal in every byte; two empty handles are equal.
    friend bool operator==(const crl& a, const crl& b) noexcept { return detail::same_bytes(a.der(), b.der()); }

#if defined(MBEDTLS_X509_CRL_PARSE_C)
    /// The whole list; empty for an empty handle.
    bytes der() const noexcept { return block_ ? detail::bytes_of(block_->list.raw) : bytes(); }
    /// The part that is signed.
    bytes tbs() const noexcept { return detail::bytes_of(block_->list.tbs); }
    /// Who issued it: the subject of a CA certificate.
    x509::distinguished_name issuer() const noexcept {
        return x509::distinguished_name(detail::bytes_of(block_->list.issuer_raw));
    }
    /// The first second that it is for.
    unix_seconds this_update() const noexcept { return detail::to_unix(block_->list.this_update); }
    /// When a newer one is there at the latest: the last second that it is for.
    unix_seconds next_update() const noexcept { return detail::to_unix(block_->list.next_update); }
    /// cRLNumber, which grows from list to list: the content of the INTEGER, most significant byte first.
    bytes number() const noexcept { return block_->parts.number; }
    /// The identifier of the key that signed it; empty where it is not told.
    bytes authority_key_identifier() const noexcept { return block_->parts.authority_key_identifier; }
    /// How many certificates it revokes: linear.
    std::size_t size() const noexcept;
    /// The entry of a certificate, given by the content of its serial number; leading zeros do not count. Linear.
    std::optional<revoked_certificate> find(bytes serial_number) const noexcept;
    /// Mbed TLS's object, alone (`next` is null); null for an empty handle. Valid as long as a handle lives.
    const mbedtls_x509_crl* native_handle() const noexcept { return block_ ? &block_->list : nullptr; }
    /// \cond
    const detail::crl_parts& parts() const noexcept { return block_->parts; }
    /// \endcond
#else
    bytes der() const noexcept { return {}; }
#endif

private:
    struct block {
#if defined(MBEDTLS_X509_CRL_PARSE_C)
        block() noexcept { mbedtls_x509_crl_init(&list); }
        ~block() { mbedtls_x509_crl_free(&list); }
        block(const block&) = delete;
        block& operator=(const block&) = delete;

        mbedtls_x509_crl list;
#endif
        detail::ref_count references;
        detail::crl_parts parts; // views what `list` owns
    };

    detail::ref<block> block_;
};

namespace detail {
inline bytes without_leading_zeros(bytes number) noexcept {
    while (!number.empty() && *number.uchars() == 0) {
        number = number.without_first(1);
    }
    return number;
}
} // namespace detail

template <bool Use>
result<crl> crl::from_der([[maybe_unused]] bytes der) noexcept {
    static_assert(!Use || detail::build::crl, "CRLs need MBEDTLS_X509_CRL_PARSE_C in the Mbed TLS configuration");
#if defined(MBEDTLS_X509_CRL_PARSE_C)
    if (auto const started = detail::start_crypto(); !started) {
        return std::unexpected(started.error());
    }
    if (std::size_t const size = detail::der_object_size(der); size != der.size()) {
        return std::unexpected(
            error(errc::malformed, size != 0 && size < der.size() ? reason::trailing_bytes : reason::crl_malformed));
    }
    detail::crl_parts parts;
    if (auto const why = detail::judge_crl_form(der, parts); why != reason::none) {
        return std::unexpected(detail::crl_error(why));
    }
    crl made;
    made.block_ = detail::ref<block>::make();
    if (!made.block_) {
        return detail::no_memory();
    }
    if (int const code = mbedtls_x509_crl_parse_der(&made.block_->list, der.uchars(), der.size()); code != 0) {
        return detail::parse_failure(code, reason::crl_malformed);
    }
    auto const why = detail::judge_crl_form(made.der(), made.block_->parts);
    if (why != reason::none || made.block_->list.version != 2) {
        return std::unexpected(error(errc::malformed, reason::crl_malformed));
    }
    return made;
#else
    return std::unexpected(error(errc::unsupported));
#endif
}

template <bool Use>
result<crl> crl::from_pem([[maybe_unused]] bytes text) noexcept {
    static_assert(!Use || detail::build::pem, "reading PEM needs MBEDTLS_PEM_PARSE_C in the Mbed TLS configuration");
#if defined(MBEDTLS_PEM_PARSE_C)
    detail::pem_cursor blocks(text);
    for (detail::pem_block found; blocks.next(found);) {
        if (found.label != "X509 CRL") {
            continue;
        }
        detail::secure_buffer der;
        std::size_t const size = detail::decoded_size(found);
        if (size == 0) {
            return std::unexpected(error(errc::malformed, reason::crl_malformed));
        }
        if (!der.allocate(size)) {
            return detail::no_memory();
        }
        return from_der<Use>(bytes(der.data(), detail::decode(found, der.data(), size)));
    }
#endif
    return std::unexpected(error(errc::malformed, reason::no_pem));
}

#if defined(MBEDTLS_X509_CRL_PARSE_C)
inline std::size_t crl::size() const noexcept {
    std::size_t n = 0;
    for (const mbedtls_x509_crl_entry* e = &block_->list.entry; e != nullptr && e->serial.p != nullptr; e = e->next) {
        ++n;
    }
    return n;
}

inline std::optional<revoked_certificate> crl::find(bytes serial_number) const noexcept {
    auto const wanted = detail::without_leading_zeros(serial_number);
    for (const mbedtls_x509_crl_entry* e = &block_->list.entry; e != nullptr && e->serial.p != nullptr; e = e->next) {
        if (!detail::same_bytes(detail::without_leading_zeros(detail::bytes_of(e->serial)), wanted)) {
            continue;
        }
        revoked_certificate found{detail::bytes_of(e->serial), detail::to_unix(e->revocation_date), {}};
        detail::der_reader fields(detail::bytes_of(e->raw));
        detail::der_element element;
        (void)(fields.next(element) && fields.next(element)); // serial number and date
        auto extensions = fields.enter(detail::der_tag::sequence);
        for (detail::crl_extension x; detail::next_extension(extensions, x);) {
            constexpr unsigned char enumerated = 0x0A;
            if (x.id == detail::crl_oids::reason_code && detail::der_reader(x.value).expect(enumerated, element) &&
                element.content.size() == 1) {
                found.code = *element.content.uchars();
            }
        }
        return found;
    }
    return std::nullopt;
}
#endif
} // namespace tlspp::inline TLSPP_ABI
#endif
