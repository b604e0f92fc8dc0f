// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/alert.hpp>
#include <tlspp/config.hpp>
#include <tlspp/detail/mbedtls.hpp>
#include <tlspp/verify_flags.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#if TLSPP_EXCEPTIONS
#include <exception>
#endif

namespace tlspp::inline TLSPP_ABI {

/// What a caller can do about an error: the value to branch on. Texts, flags and numbers are for people and logs.
enum class errc : std::uint8_t {
    want_read = 1,        ///< not a failure: call again when the transport has bytes to read
    want_write,           ///< not a failure: call again, with the same data, when the transport takes bytes
    timed_out,            ///< not fatal: a deadline passed; the operation may be called again
    truncated,            ///< the transport ended without close_notify: data may be missing (RFC 8446 §6.1)
    closed,               ///< this side has closed the connection
    transport,            ///< the transport failed; `system()` has its number
    certificate_rejected, ///< the peer's chain or name was refused; `flags()` says why
    no_certificate,       ///< the peer sent no certificate
    alert_received,       ///< the peer ended the connection with a fatal alert; `alert()` where it could be seen
    handshake_failed,     ///< nothing in common with the peer: versions, suites, groups, protocols
    protocol_violation,   ///< the peer broke the protocol, or does not speak TLS
    out_of_memory,        ///< Mbed TLS's allocator has nothing left
    invalid_argument,     ///< a value that cannot be meant
    misuse,               ///< a call that the state of the object does not allow; see the program's logic
    unsupported,          ///< this build of Mbed TLS lacks what was asked for
    callback,             ///< a callback of the user's failed or threw
    file,                 ///< a file or folder could not be read; `system()` has the reason
    malformed,            ///< a certificate, key, CRL or name could not be parsed
    password,             ///< the private key is encrypted, and the password is missing or wrong
    key_mismatch,         ///< the private key does not belong to the certificate
    no_trust,             ///< verification is on, and there is no trust anchor
    no_identity,          ///< a server without certificate and without pre-shared keys
    no_session,           ///< there is no session that could be resumed (yet)
    invalid_name,         ///< not a server name; the sentence says what is wrong with it
    resolve,              ///< the host name has no address; `system()` has the resolver's code
    library_mismatch,     ///< headers and library of Mbed TLS do not belong together
    random,               ///< the random source failed
    internal,             ///< a defect of Mbed TLS's or ours: please report
};

/// What the error is about, finer than `errc`: picks the sentence.
enum class reason : std::uint8_t {
    none, ///< nothing finer than the code
    name_empty,
    name_too_long,
    name_label_length,
    name_hyphen,
    name_character,
    name_nul,
    name_leading_dot,
    name_not_ascii,
    name_numeric_last_label,
    name_address,
    empty_buffer,
    shorter_retry,
    write_in_progress,
    moved_from,
    empty_handle,
    not_connected,
    already_closed,
    empty_file,
    no_pem,
    no_certificate_in_file,
    trailing_bytes,
    is_directory,
    password_missing,
    password_wrong,
    no_usable_certificates,
    client_ca_missing,
    version_range,
    version_not_built,
    no_common_suite,
    suite_unknown,
    suite_not_built,
    suite_needs_warning,
    suite_needs_psk,
    psk_identity_empty,
    psk_identity_too_long,
    psk_identity_twice,
    psk_empty,
    psk_too_long,
    psk_nothing,
    psk_unknown_identity,
    psk_wrong_key,
    psk_refused,
    psk_bad_lookup,
    alpn_required_of_none,
    alpn_none_agreed,
    nothing_selected,
    group_unknown,
    group_not_built,
    no_common_group,
    scheme_unknown,
    scheme_not_built,
    no_common_scheme,
    alpn_empty_name,
    alpn_too_long,
    other_version,
    other_threading,
    other_configuration,
    too_many_records,
    not_tls,
    key_update,
    silent_end,
    undecipherable_answer,
    handshake_deadline,
    connect_deadline,
    io_deadline,
    port_zero,
    callback_threw,
    connection_reset,
    client_sent_none,
    short_stream,
    certificate_malformed,
    key_malformed,
    key_unsupported,
    key_type_unsupported,
    no_key_in_file,
    file_too_large,
    not_a_directory,
    no_system_store,
    bad_path,
    name_service,
    connect_failed,
    listen_failed,
    accept_failed,
    crl_malformed,
    crl_without_number,
    crl_without_next_update,
    crl_delta,
    crl_indirect,
    crl_partial,
    crl_critical,
    no_crl_in_file,
    revocation_without_crls,
    crls_without_revocation,
    check_without_verification,
    clock_missing,
    pin_malformed,
    name_idna,
    plaintext_before_tls,
    time_malformed,
    not_a_stream,
    duplicate_extension,
    unsolicited_extension,
    compressed_point,
    no_null_compression,
    resumption_without_extended_master_secret,
    session_id_echo,
    key_share_wrong,
    hello_trailing_bytes,
    record_too_long,
    record_too_late,
    client_hello_refused,
    too_many_identities,
    other_context_too_late,
    peer_certificate_unreadable,
    no_psa_key,
    session_cache_limits,
    session_empty,
    session_expired,
    session_in_cache,
    session_key_size,
    session_name_differs,
    session_not_bound,
    session_not_portable,
    session_of_other_library,
    session_policy_differs,
    session_seal_broken,
    session_seal_malformed,
    session_too_late,
    session_unverified,
    ticket_secret_short,
    tickets_not_built,
    tickets_with_psk,
    inspector_left_out,
    export_not_bound,
    export_argument,
    binding_hash,
    binding_unique,
    binding_unknown,
    binding_identities,
    refused_afterwards,
    signer_key_kind,
    signer_on_client,
    signer_needs_tls1_2,
    signer_needs_context,
    signer_failed,
    signer_length,
    signer_wrong,
    no_secure_renegotiation,
    early_data_not_built,
    early_data_needs_tls1_3,
    early_data_without_tickets,
    early_data_without_guard,
    early_data_off,
    early_data_waits,
    early_data_too_much,
    early_data_alpn,
    certificates_not_built,
    random_from_psa_only,
    asynchronous_operation,
    other_role,
    fragment_length,
    check_left_out,
    record_damaged,
    last_of_core, ///< no reason: further ones are added above, by the header that reports them
};

class error;
/// Every operation that can fail returns one; nothing throws.
template <class T>
using result = std::expected<T, error>;

/// A sentence of fixed size; converts to `std::string_view`.
class error_text {
public:
    operator std::string_view() const noexcept { return view(); }
    std::string_view view() const noexcept { return {text_, size_}; }
    const char* c_str() const noexcept { return text_; }

private:
    friend class error;
    static constexpr std::size_t capacity = 480;
    char text_[capacity] = {};
    std::size_t size_ = 0;
};

/// Why an operation failed. Trivially copyable, no heap; compares with `errc`.
/// \par Thread safety A value: distinct objects may be used in different threads.
class error {
public:
    /// The longest part of a name or path that is kept, in bytes; the end of a longer one is kept, after "…".
    static constexpr std::size_t subject_capacity = 47;

    /// For those who report; users get them from operations.
    constexpr error(errc code, tlspp::reason why = tlspp::reason::none, int mbedtls_code = 0) noexcept
        : mbedtls_code_(mbedtls_code), code_(code), reason_(why) {}

    /// What to do about it: the value to branch on.
    constexpr errc code() const noexcept { return code_; }
    /// What it is about, more exactly.
    constexpr tlspp::reason why() const noexcept { return reason_; }
    /// Mbed TLS's or PSA's return code, or 0.
    constexpr int mbedtls_code() const noexcept { return mbedtls_code_; }
    /// Why the chain was refused; empty for other errors.
    constexpr verify_flags flags() const noexcept {
        return verify_flags(std::uint64_t{flags_high_} << 32U | flags_low_);
    }
    /// The alert received, where Mbed TLS (4.1 and newer) or the inspector (while still in the clear) saw it.
    constexpr std::optional<tlspp::alert> alert() const noexcept {
        return has_alert_ ? std::optional<tlspp::alert>{alert_} : std::nullopt;
    }
    /// errno (or the resolver's code for `errc::resolve`), or 0.
    constexpr int system() const noexcept { return system_; }
    /// What it is about: a server name, a path, an address; empty where nothing is kept.
    constexpr std::string_view subject() const noexcept {
#if TLSPP_SENTENCES
        return {subject_, subject_size_};
#else
        return {};
#endif
    }

    friend constexpr bool operator==(const error& e, errc code) noexcept { return e.code_ == code; }

    /// Writes one sentence (what failed, on what, what to do) with a terminating NUL into `out`, cut where it does not
    /// fit. Returns its length without the NUL.
    std::size_t describe(std::span<char> out) const noexcept;
    /// The same in an object of fixed size.
    error_text message() const noexcept {
        error_text text;
        text.size_ = describe(text.text_);
        return text;
    }

    /// Copies with one more fact; for those who report.
    constexpr error with(verify_flags flags) const noexcept {
        error e = *this;
        e.flags_low_ = static_cast<std::uint32_t>(flags.bits());
        e.flags_high_ = static_cast<std::uint32_t>(flags.bits() >> 32U);
        return e;
    }
    /// With the alert that came.
    constexpr error with(tlspp::alert alert) const noexcept {
        error e = *this;
        e.alert_ = alert;
        e.has_alert_ = true;
        return e;
    }
    /// With errno, or the resolver's code.
    constexpr error with_system(int number) const noexcept {
        error e = *this;
        e.system_ = number;
        return e;
    }
    /// With the name, path or address that it is about.
    constexpr error about(std::string_view subject) const noexcept {
        error e = *this;
#if TLSPP_SENTENCES
        e.keep(subject);
#else
        (void)subject;
#endif
        return e;
    }

private:
#if TLSPP_SENTENCES
    constexpr void keep(std::string_view subject) noexcept {
        std::size_t at = 0;
        if (subject.size() > subject_capacity) {
            subject.remove_prefix(subject.size() - (subject_capacity - 3));
            for (char dot : {'.', '.', '.'}) {
                subject_[at++] = dot;
            }
        }
        for (char c : subject) {
            subject_[at++] = c >= 0x20 && c != 0x7F ? c : '?'; // no control or foreign byte reaches a terminal
        }
        subject_size_ = static_cast<std::uint8_t>(at);
    }
#endif

    std::uint32_t flags_low_ = 0; // in halves: errors are copied often, and smaller without an alignment of 8
    std::uint32_t flags_high_ = 0;
    std::int32_t mbedtls_code_ = 0;
    std::int32_t system_ = 0;
    errc code_;
    tlspp::reason reason_ = tlspp::reason::none;
    tlspp::alert alert_ = {};
    bool has_alert_ = false;
#if TLSPP_SENTENCES
    std::uint8_t subject_size_ = 0;
    char subject_[subject_capacity] = {};
#endif
};
static_assert(std::is_trivially_copyable_v<error>);

#if TLSPP_EXCEPTIONS
/// What `or_throw` throws; `what()` is the error's sentence.
class failure : public std::exception {
public:
    /// Made by `or_throw`.
    explicit failure(const tlspp::error& e) noexcept : error_(e), text_(e.message()) {}
    /// The error itself.
    const tlspp::error& error() const noexcept { return error_; }
    /// The error's sentence.
    const char* what() const noexcept override { return text_.c_str(); }

private:
    tlspp::error error_;
    error_text text_;
};

/// The value of a result, or `failure` thrown: the one place of the library that throws. Not declared without
/// exceptions.
template <class T>
T or_throw(result<T>&& r) {
    if (!r) {
        throw failure(r.error());
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*r);
    }
}
/// The value of a result that stays where it is.
template <class T>
    requires(!std::is_void_v<T>)
T& or_throw(result<T>& r) {
    if (!r) {
        throw failure(r.error());
    }
    return *r;
}
/// Nothing, or `failure` thrown.
inline void or_throw(const result<void>& r) {
    if (!r) {
        throw failure(r.error());
    }
}
#endif
} // namespace tlspp::inline TLSPP_ABI

#include <tlspp/detail/refused.hpp>
#include <tlspp/detail/sentences.hpp>
