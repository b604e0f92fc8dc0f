// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/channel_binding.hpp>
#include <tlspp/cipher_suite.hpp>
#include <tlspp/deadline.hpp>
#include <tlspp/detail/core.hpp>
#include <tlspp/early_data.hpp>
#include <tlspp/error.hpp>
#include <tlspp/named_group.hpp>
#include <tlspp/session.hpp>
#include <tlspp/signature_scheme.hpp>
#include <tlspp/x509/certificate_chain.hpp>

#include <optional>

namespace tlspp::inline TLSPP_ABI {

/// What an event loop should wait for before it calls a connection again.
enum class want : std::uint8_t {
    nothing, ///< nothing: the operation can go on now, or none is waiting
    read,    ///< the transport to become readable
    write,   ///< the transport to become writable
};

/// Whether the peer is who it should be.
enum class peer_status : std::uint8_t {
    none,       ///< no certificate was asked for or sent, or the handshake is not complete
    psk,        ///< a pre-shared key, which only the peer has besides, stood in for certificates
    verified,   ///< chain and, on a client, name hold
    unverified, ///< there is a certificate, and it was not fully checked, did not hold, or was forgiven by `on_verify`
    resumed_verified, ///< chain and name held when the session began that was resumed
};

/// One TLS connection over a transport that it does not name: a function that takes `connection&` serves every one.
/// Made by `context::wrap`, as a `stream<Transport>`; owns one block of memory in which everything stays where it is,
/// so moving a connection is free.
///
/// Every operation may end in `errc::want_read` or `errc::want_write` over a transport that does not block; call it
/// again, with the same data, when `wants()` can be had. Any other error but `timed_out`, `misuse`, `closed` and
/// `invalid_argument` is the end: the peer is told by an alert, and each later operation answers with the same error.
/// \par Thread safety One thread at a time. Different connections may run in different threads where `thread_safe`.
/// \par Lifetime Keeps its context alive. The destructor sends nothing: call `shutdown()` first.
class connection {
public:
    connection(connection&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    connection& operator=(connection&& other) noexcept {
        if (this != &other) {
            reset();
            core_ = std::exchange(other.core_, nullptr);
        }
        return *this;
    }
    ~connection() { reset(); }

    /// False after it was moved from; then operations answer `errc::misuse`, and questions must not be asked.
    explicit operator bool() const noexcept { return core_ != nullptr; }

    /// Agrees on keys and judges the peer. Reading and writing do it by themselves where it has not been done.
    [[nodiscard]] result<void> handshake() noexcept;
    /// True after a handshake that succeeded, whatever came later.
    bool is_handshake_complete() const noexcept { return core_ != nullptr && handshake_done(); }

    /// Reads what is there, at least one byte, at most `buffer`; waits for it where the transport does.
    /// \return the number of bytes, or 0 where the peer closed with close_notify: again and again.
    /// `errc::truncated`, again and again, where the transport ended without; an empty buffer is `invalid_argument`.
    [[nodiscard]] result<std::size_t> read_some(writable_bytes buffer) noexcept;
    /// Fills the whole buffer. After `want_*` call it again with the same buffer: it goes on where it was. A peer that
    /// closes earlier is `errc::truncated`.
    [[nodiscard]] result<void> read_exactly(writable_bytes buffer) noexcept;
    /// Writes at most one record. After `want_write` call again with the same bytes, at whatever address: those taken
    /// the first time are sent, and fewer are `errc::misuse`. Nothing to write is 0.
    /// \return the number of bytes taken.
    [[nodiscard]] result<std::size_t> write_some(bytes data) noexcept;
    /// Writes everything. After `want_*` call it again with the same bytes: it goes on where it was.
    [[nodiscard]] result<void> write_all(bytes data) noexcept;

    /// Client with `.early_data`: sends data with the first message, before the server has said anything; call it before
    /// anything else, and after `want_write` again with the same bytes. Nothing is waited for but room in the transport.
    ///
    /// It goes only with a session that permits it (`resume`, or the context's `session_cache`), up to the session's
    /// limit. It is not forward secret, and can be replayed by others. After the handshake ask `early_data_status`.
    /// \return the number of bytes taken, less than given where a record or the limit is full; 0 where no early data can
    /// be sent, or no more: go on with ordinary data.
    template <bool Use = true>
    [[nodiscard]] result<std::size_t> write_early(bytes data) noexcept;
    /// Client: what became of early data. None of it was taken where it is not `accepted`: send it again, if it is still
    /// to be sent.
    template <bool Use = true>
    tlspp::early_data_status early_data_status() const noexcept;
    /// Server with `.early_data`: does the handshake, and returns early data as it comes, of a client that may not have
    /// sent it itself, or not now: see `server_early_data`. Unless the first operation of the connection is this one,
    /// early data is refused, and the client sends it again as ordinary data.
    /// \return the number of bytes, or 0 where the handshake is complete: what is read from now on by `read_some` and its
    /// like comes from this client, for this connection.
    template <bool Use = true>
    [[nodiscard]] result<std::size_t> read_early(writable_bytes buffer) noexcept;

    /// Says that this side will write no more: finishes a write that waits, sends close_notify, and waits for nothing.
    /// Reading goes on until 0 or `truncated` (RFC 8446 §6.1).
    [[nodiscard]] result<void> shutdown() noexcept;

    /// The same, and waits until the peer has said so too: then the transport carries no TLS any more, and `release()`
    /// gives it back for what follows in plain text. What the peer still sends before its close_notify is thrown away:
    /// read to 0 first where it matters. Over a transport that does not block, call it again with the same deadline
    /// after `want_*`; one that blocks is bounded by the deadline in place of its own (`exchange_deadline` of
    /// transport.hpp; others only as often as they return).
    /// \return `errc::timed_out` where the time is over, whatever the peer sends until then: not fatal, call again or
    /// give the connection up; `errc::truncated` where the transport ended without the peer's close_notify.
    [[nodiscard]] result<void> shutdown(deadline until) noexcept;

    /// Bytes that can be read without waiting: decrypted ones, or, where there are none, what the transport has read
    /// ahead (of which a whole record may still be missing).
    std::size_t pending() const noexcept;
    /// What the last operation waits for; `nothing` where bytes that it can use are already here.
    want wants() const noexcept;

    /// The negotiated version; before the handshake the highest one that may be negotiated.
    tlspp::version version() const noexcept;
    /// The negotiated suite; empty before the handshake.
    tlspp::cipher cipher() const noexcept;
    /// The group of the key agreement. Empty before the handshake, where a session was resumed without a new agreement
    /// (TLS 1.2), and for groups that `named_group` does not have.
    template <bool Use = true>
    std::optional<named_group> group() const noexcept;
    /// The algorithm of the server's signature, which stands in the clear in TLS 1.2 only. Empty in TLS 1.3, where
    /// nothing was signed (a session was resumed, PSK), and for algorithms that `signature_scheme` does not have.
    template <bool Use = true>
    std::optional<tlspp::signature_scheme> signature_scheme() const noexcept;
    /// Whether the handshake took up a session, or a pre-shared key, instead of certificates (Python's
    /// `session_reused`). False before it is complete.
    template <bool Use = true>
    bool session_reused() const noexcept;
    /// Whether the session's secret is bound to this very handshake: always in TLS 1.3, in TLS 1.2 where both sides
    /// have RFC 7627. False before it is complete.
    template <bool Use = true>
    bool extended_master_secret() const noexcept;
    /// Whether the server asked for another ClientHello (HelloRetryRequest), which costs a round trip: it wanted a
    /// group that the client had sent no share of.
    template <bool Use = true>
    bool hello_retried() const noexcept;
    /// Bytes that came in from the transport and went out to it so far, with everything that TLS adds: handshake, headers
    /// of records, padding.
    std::uint64_t bytes_read() const noexcept { return core_->bytes_read; }
    /// The same, to the transport.
    std::uint64_t bytes_written() const noexcept { return core_->bytes_written; }
    /// The most plaintext in one record that the peer may send, and that is sent to it: what the build takes, or less where
    /// it was agreed on (`max_fragment_length`, and in TLS 1.3 record_size_limit, of which Mbed TLS tells the outgoing part).
    std::size_t largest_incoming_record() const noexcept;
    /// The same, sent to the peer.
    std::size_t largest_outgoing_record() const noexcept;
    /// Fills `out` (up to 8,160 bytes) with a secret that both sides have and nobody else, different for each label,
    /// context and connection (RFC 5705, RFC 8446 §7.5). No context and an empty one are the same in TLS 1.3, and not in
    /// TLS 1.2.
    /// \return `errc::unsupported` in TLS 1.2 without extended master secret, where another connection may have the same
    /// secret (RFC 7627); `errc::invalid_argument` for a label that TLS 1.2 uses itself, or longer than 249 bytes;
    /// `errc::misuse` before the handshake is complete.
    template <bool Use = true>
    [[nodiscard]] result<void> export_keying_material(writable_bytes out, std::string_view label,
                                                      std::optional<bytes> context = std::nullopt) noexcept;
    /// What ties an authentication above TLS (SCRAM, for one) to this connection: `tls-exporter` (RFC 9266, 32 bytes),
    /// `tls-server-end-point` (RFC 5929: a hash of the server's certificate), or, for old peers, `tls-unique` (RFC 5929:
    /// the first Finished message, 12 bytes; TLS 1.2 only, and only where Mbed TLS has `MBEDTLS_SSL_RENEGOTIATION`).
    /// \return what `export_keying_material` answers; `errc::invalid_argument` for an unknown type; `errc::unsupported`
    /// for `tls-unique` where there is none, for a certificate whose signature has no hash of its own, and on servers
    /// with several identities (`tls-server-end-point`). A binding asked for too early, `errc::misuse`, ends nothing:
    /// it is there after the handshake.
    template <bool Use = true>
    [[nodiscard]] result<channel_binding_data> channel_binding(std::string_view type = "tls-exporter") noexcept;
    /// The protocol agreed on by ALPN; lives as long as the context. Empty where there is none.
    std::optional<std::string_view> alpn() const noexcept;
    /// Client: the name or address that was asked for, empty under `insecure_any_name`. Server: the name that the
    /// client asked for (SNI). Lives as long as the connection.
    std::string_view server_name() const noexcept { return core_->name; }
    /// The peer's own certificate; `errc::no_certificate` where it sent none, `errc::misuse` before the handshake. A
    /// copy, independent of the connection; after a handshake that failed over it, it may still be there.
    template <bool Use = true>
    [[nodiscard]] result<certificate> peer_certificate() const noexcept;
    /// All certificates that the peer sent, its own first; after a resumed session only that one may be left.
    /// `errc::no_certificate` where it sent none. Copies.
    template <bool Use = true>
    [[nodiscard]] result<certificate_chain> peer_certificates() const noexcept;
    /// The chain that the peer was verified by, its own certificate first, the trust anchor last. It is built again,
    /// for the price of its signatures, when this is called.
    /// \return `errc::no_certificate`; `errc::certificate_rejected` where what the peer sent leads to no anchor;
    /// `errc::no_trust` under `verify_mode::insecure_none`; `errc::out_of_memory`.
    template <bool Use = true>
    [[nodiscard]] result<certificate_chain> verified_chain() const noexcept;
    /// Whether the peer was verified.
    tlspp::peer_status peer_status() const noexcept;
    /// The identity of the pre-shared key where `peer_status()` is `psk`: a server's client is whom it names. Empty
    /// otherwise. Lives as long as the connection.
    std::string_view psk_identity() const noexcept;
    /// What spoke against the peer's chain; of use under `verify_mode::insecure_report_only`.
    verify_flags peer_flags() const noexcept;

    /// Client: takes a session up, before the handshake; where the server does not want it, the handshake is a full one.
    /// The session is used up in any case.
    /// \return `errc::invalid_argument` where it is not for this connection: `reason::session_empty`,
    /// `session_name_differs`, `session_policy_differs`, `session_unverified` (it was made without verification),
    /// `session_expired`; `errc::unsupported` (`session_of_other_library`); `errc::misuse` on servers, after the
    /// handshake began, or where there is one already; `errc::out_of_memory`. None of these ends the connection but the
    /// last.
    [[nodiscard]] result<void> resume(tlspp::session session) noexcept;
    /// Client: the session of this connection, or in TLS 1.3 the last ticket that arrived (with what was read: right
    /// behind the handshake there is none), once each. Not where the context has a `session_cache`, into which they
    /// went.
    /// \return `errc::no_session`, in TLS 1.2 also where the peers have no extended master secret
    /// (`reason::session_not_bound`); `errc::misuse`; `errc::out_of_memory`.
    [[nodiscard]] result<tlspp::session> session() noexcept;

    /// The way out: Mbed TLS's own context. Its callbacks and user data are the library's; it lives as long as the
    /// connection.
    mbedtls_ssl_context* native_handle() noexcept { return &core_->ssl; }

protected:
    explicit connection(detail::core* core) noexcept : core_(core) {}
    detail::core* core() const noexcept { return core_; }
    void reset() noexcept {
        if (core_ != nullptr) {
            core_->transport->destroy(std::exchange(core_, nullptr));
        }
    }

private:
    /// What the steps of operations return: a number of bytes, or 0; or this, and then `core::last` says why, so that an
    /// error is made once, at the end.
    static constexpr int stopped = -1;

    bool handshake_done() const noexcept { return core_->handshake_complete; }
    std::unexpected<error> no_peer_certificate() const noexcept;
    bool usable() const noexcept;
    int stop(errc what, reason why = reason::none) noexcept;
    int end(errc what, reason why) noexcept;
    result<void> told(int came) const noexcept;
    result<std::size_t> counted(int came) const noexcept;
    result<void> begin() const noexcept { return told(usable() ? 0 : stopped); }
    int start_handshake() noexcept;
    int shake_hands() noexcept;
    void enter() noexcept;
    bool goes_on(int code) noexcept;
    // Reads and writes have a short way, for what is done at once, and a long way for everything else; where the long
    // way goes on from the short one, `code` is what Mbed TLS answered there.
    static constexpr int not_asked = -0x7FFFFFFF; // none of Mbed TLS's codes
    bool may_read_at_once(const writable_bytes& buffer) const noexcept;
    int read_once(const writable_bytes& buffer) noexcept;
    int read_slowly(writable_bytes buffer) noexcept;
    int read_on(writable_bytes buffer, int code) noexcept;
    int fill_slowly(writable_bytes buffer, int code) noexcept;
    bool may_write_at_once(const bytes& data) const noexcept;
    int write_once(const bytes& data) noexcept;
    int write_slowly(bytes data) noexcept;
    int write_record(bytes data) noexcept;
    int write_on(bytes data, int code) noexcept;
    int write_all_slowly(bytes data, int code) noexcept;
    int flush_unsent() noexcept;
    int say_goodbye() noexcept;
    result<void> await_close(deadline until) noexcept;

    detail::core* core_;
};
} // namespace tlspp::inline TLSPP_ABI

#include <tlspp/detail/connection_early.hpp>
#include <tlspp/detail/connection_export.hpp>
#include <tlspp/detail/connection_info.hpp>
#include <tlspp/detail/connection_io.hpp>
#include <tlspp/detail/connection_write.hpp>
