// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/sealing.hpp>
#include <tlspp/detail/session_record.hpp>
#include <tlspp/protocol.hpp>
#include <tlspp/x509/certificate.hpp>

#include <optional>

namespace tlspp::inline TLSPP_ABI {

/// What a client needs to resume a session: `connection::session()` gives it, `connection::resume` or
/// `connect_options::session` takes it. It can be moved and not copied, and is used up by `resume`: a ticket of TLS 1.3
/// that was shown twice would link the two connections for whoever listens (RFC 8446 §C.4). After a resumption the
/// connection has a session again.
///
/// It is bound to what the server was judged by: the name that was verified, and the context's trust, verification,
/// versions, suites, ALPN and own identity. A connection that would have judged otherwise refuses it.
/// \par Thread safety A value: distinct objects may be used in different threads.
class session {
public:
    session() noexcept = default;
    session(session&&) noexcept = default;
    session& operator=(session&& other) noexcept {
        record_ = detail::secure_buffer(std::move(other.record_));
        return *this;
    }

    explicit operator bool() const noexcept { return record_.size() != 0; } ///< false: empty, moved from or used

    /// The version that it can be used in. Of an empty session the answers below are those of no session at all.
    tlspp::version version() const noexcept {
        return read().version == 4 ? tlspp::version::tls1_3 : tlspp::version::tls1_2;
    }
    /// The session id of TLS 1.2 (Python's `SSLSession.id`); empty where there is a ticket. Lives as long as the object.
    bytes id() const noexcept { return native().id; }
    /// Whether the server gave a ticket, instead of keeping the session under an id (Python's `has_ticket`).
    bool has_ticket() const noexcept { return !native().ticket.empty(); }
    /// When it, or its ticket, arrived, in seconds since 1970 (Python's `time`); negative where there is no clock.
    std::int64_t time() const noexcept { return read().issued; }
    /// Seconds from `time()` for which it can be used (Python's `timeout`): what the server said, at most 7 days, and
    /// no longer than the server's certificate is valid; 0 where there is no clock.
    std::int64_t timeout() const noexcept {
        auto const r = read();
        return r.issued < 0 || r.expires < r.issued ? 0 : r.expires - r.issued;
    }
    /// The lifetime that the server said, in seconds (Python's `ticket_lifetime_hint`); empty where it said none.
    std::optional<std::uint32_t> lifetime_hint() const noexcept {
        auto const said = read().lifetime;
        return said == 0 ? std::nullopt : std::optional(said);
    }
    /// The name or address of the server; empty under `insecure_any_name`. Lives as long as the object.
    std::string_view server_name() const noexcept { return read().name.text(); }
    /// The protocol agreed on by ALPN; empty where there was none. Lives as long as the object.
    std::string_view alpn() const noexcept { return read().alpn.text(); }
    /// The server's certificate; `errc::no_certificate` where there is none.
    template <bool Use = true>
    [[nodiscard]] result<certificate> peer_certificate() const noexcept {
#if TLSPP_HAS_X509
        auto const r = read();
        bytes const der = r.peer_certificate.empty() ? native().peer : r.peer_certificate;
        return der.empty() ? std::unexpected(error{errc::no_certificate}) : certificate::from_der(der);
#else
        return certificate::from_der<Use>(bytes());
#endif
    }

    /// The size of what `seal` writes, in bytes.
    std::size_t sealed_size() const noexcept { return record_.size() + prefix_size + nonce_and_tag; }
    /// Writes the session, encrypted and authenticated with AES-256-GCM, so that another run of the program can resume
    /// it. A session of TLS 1.3 is used up. Needs PSA with AES and GCM.
    /// \param key 32 random bytes; whoever has it can read the connections that the session resumes, and pretend to be
    /// the server.
    /// \return the number of bytes written; `errc::misuse` for an empty session; `errc::invalid_argument` where the
    /// key is not 32 bytes or `out` too small; `errc::unsupported` where an `on_verify` callback has judged
    /// (`reason::session_not_portable`); `errc::out_of_memory`.
    template <bool Use = true>
    [[nodiscard]] result<std::size_t> seal(bytes key, writable_bytes out) noexcept;
    /// The other way. Nothing of it is interpreted before it was found to be authentic.
    /// \return `errc::malformed` where key or bytes are not the ones; `errc::unsupported` where another version of
    /// Mbed TLS made it (`reason::session_of_other_library`); `errc::out_of_memory`.
    template <bool Use = true>
    [[nodiscard]] static result<session> unseal(bytes key, bytes sealed) noexcept;

    /// \cond
    explicit session(detail::secure_buffer record) noexcept : record_(std::move(record)) {}
    const detail::secure_buffer& record() const noexcept { return record_; }
    detail::secure_buffer take() noexcept { return std::move(record_); }
    /// \endcond

private:
    static constexpr std::size_t nonce_and_tag = detail::seal_nonce_size + detail::seal_tag_size;
    static constexpr std::size_t prefix_size = 5 + 4;
    static constexpr unsigned char magic[5] = {'T', 'L', 'S', 's', detail::record_format};

    static void write_prefix(unsigned char* out) noexcept {
        detail::byte_writer{out}.part(bytes(magic)).number(detail::headers_number, 4);
    }
    detail::session_record read() const noexcept {
        return detail::read_record(detail::view_of(record_)).value_or(detail::session_record{});
    }
    detail::session_facts native() const noexcept {
        return detail::read_session(read().native).value_or(detail::session_facts{});
    }

    detail::secure_buffer record_;
};

template <bool Use>
result<std::size_t> session::seal(bytes key, writable_bytes out) noexcept {
    static_assert(!Use || detail::can_seal,
                  "sealing sessions needs PSA with AES and GCM in the Mbed TLS configuration");
    if (!*this) {
        return std::unexpected(error{errc::misuse, reason::session_empty});
    }
    if (key.size() != detail::seal_key_size) {
        return std::unexpected(error{errc::invalid_argument, reason::session_key_size});
    }
    if (!read().portable) {
        return std::unexpected(error{errc::unsupported, reason::session_not_portable});
    }
    auto const size = sealed_size();
    if (out.size() < size) {
        return std::unexpected(error{errc::invalid_argument}.about("the buffer for a sealed session"));
    }
    write_prefix(out.uchars());
    int const code = detail::seal(key.uchars(), bytes(out.data(), prefix_size), detail::view_of(record_),
                                  out.uchars() + prefix_size);
    if (code != 0) {
        return std::unexpected(
            error{detail::is_out_of_memory(code) ? errc::out_of_memory : errc::internal, reason::none, code});
    }
    if (version() == tlspp::version::tls1_3) {
        record_.reset();
    }
    return size;
}

template <bool Use>
result<session> session::unseal(bytes key, bytes sealed) noexcept {
    static_assert(!Use || detail::can_seal,
                  "sealing sessions needs PSA with AES and GCM in the Mbed TLS configuration");
    if (key.size() != detail::seal_key_size) {
        return std::unexpected(error{errc::invalid_argument, reason::session_key_size});
    }
    unsigned char prefix[prefix_size];
    write_prefix(prefix);
    if (sealed.size() < prefix_size + nonce_and_tag || sealed.first(sizeof magic).text() != bytes(magic).text()) {
        return std::unexpected(error{errc::malformed, reason::session_seal_malformed});
    }
    if (sealed.first(prefix_size).text() != bytes(prefix).text()) {
        return std::unexpected(error{errc::unsupported, reason::session_of_other_library});
    }
    detail::secure_buffer record;
    int const code = detail::unseal(key.uchars(), bytes(prefix), sealed.without_first(prefix_size), record);
    if (detail::is_forged(code)) {
        return std::unexpected(error{errc::malformed, reason::session_seal_broken, code});
    }
    if (code != 0) {
        return std::unexpected(
            error{detail::is_out_of_memory(code) ? errc::out_of_memory : errc::internal, reason::none, code});
    }
    auto const r = detail::read_record(detail::view_of(record));
    if (!r || !detail::read_session(r->native)) {
        return std::unexpected(error{errc::unsupported, reason::session_of_other_library});
    }
    return session{std::move(record)};
}
} // namespace tlspp::inline TLSPP_ABI
