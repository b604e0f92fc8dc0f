// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/detail/memory.hpp>

#include <cstdint>
#include <optional>

/// \file
/// Mbed TLS's sessions in the form that its own functions write them in, and what can be read from that form: 3.6 and
/// 4.x have no functions that tell whether there is a ticket, or how long it lives.
namespace tlspp::inline TLSPP_ABI::detail {

/// A session that frees itself.
class native_session {
public:
    native_session() noexcept { mbedtls_ssl_session_init(&value_); }
    native_session(const native_session&) = delete;
    native_session& operator=(const native_session&) = delete;
    ~native_session() { mbedtls_ssl_session_free(&value_); }
    mbedtls_ssl_session* get() noexcept { return &value_; }

private:
    mbedtls_ssl_session value_;
};

/// Its serialised form, which holds the secrets in the clear. \return 0 or Mbed TLS's code.
inline int save_session(const mbedtls_ssl_session& from, secure_buffer& to) noexcept {
    std::size_t size = 0;
    int code = mbedtls_ssl_session_save(&from, nullptr, 0, &size);
    if (code != MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL) {
        return code == 0 ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : code;
    }
    if (!to.allocate(size)) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    return mbedtls_ssl_session_save(&from, to.data(), to.size(), &size);
}

/// What a serialised session says.
struct session_facts {
    std::uint8_t version = 0; ///< 3 or 4, for TLS 1.2 and 1.3
    std::uint16_t suite = 0;
    bytes id;
    bytes ticket;
    bytes peer; ///< TLS 1.2: the peer's certificate in DER, where Mbed TLS keeps it
    std::optional<std::uint32_t> lifetime;
    std::uint32_t max_early_data = 0; ///< TLS 1.3: bytes that may be sent before the handshake
    std::size_t flags_at = 0;         ///< TLS 1.3: where the byte of the ticket's flags stands
    /// Servers: where the time of issue stands, eight bytes of milliseconds by `mbedtls_ms_time`; 0: nowhere.
    std::size_t issued_at = 0;
};

/// Reads numbers and parts, big-endian; once past the end it stays empty-handed.
class byte_reader {
public:
    explicit byte_reader(bytes from) noexcept : all_(from) {}
    std::uint64_t number(std::size_t size) noexcept {
        std::uint64_t n = 0;
        for (std::byte b : part(size)) {
            n = n << 8 | static_cast<std::uint64_t>(b);
        }
        return n;
    }
    bytes part(std::size_t size) noexcept {
        if (size > all_.size() - at_) {
            failed_ = true;
            return {};
        }
        at_ += size;
        return {all_.data() + at_ - size, size};
    }
    /// A part behind its length of `size` bytes.
    bytes counted(std::size_t size) noexcept { return part(static_cast<std::size_t>(number(size))); }
    std::size_t position() const noexcept { return at_; }
    bool at_end() const noexcept { return !failed_ && at_ == all_.size(); }
    bool failed() const noexcept { return failed_; }

private:
    bytes all_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

inline void read_tls1_2_session(byte_reader& in, [[maybe_unused]] bool client, session_facts& facts) noexcept {
#if defined(MBEDTLS_HAVE_TIME)
    in.number(8); // when it began
#endif
    auto const id_size = static_cast<std::size_t>(in.number(1));
    facts.id = in.part(32).first(id_size);
    in.part(48 + 4); // master secret, verification
#if defined(MBEDTLS_X509_CRT_PARSE_C)
#if defined(MBEDTLS_SSL_KEEP_PEER_CERTIFICATE)
    facts.peer = in.counted(3);
#else
    in.number(1);
    in.counted(1);
#endif
#endif
#if defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_SSL_CLI_C)
    if (client) {
        facts.ticket = in.counted(3);
        facts.lifetime = static_cast<std::uint32_t>(in.number(4));
    }
#endif
#if defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_HAVE_TIME) && defined(MBEDTLS_SSL_SRV_C)
    if (!client) {
        facts.issued_at = in.position();
        in.number(8);
    }
#endif
#if defined(MBEDTLS_SSL_MAX_FRAGMENT_LENGTH)
    in.number(1);
#endif
#if defined(MBEDTLS_SSL_ENCRYPT_THEN_MAC)
    in.number(1);
#endif
}

inline void read_tls1_3_session(byte_reader& in, bool client, session_facts& facts) noexcept {
    in.part(4); // what hides the age
    facts.flags_at = in.position();
    [[maybe_unused]] auto const flags = in.number(1);
    in.counted(1); // resumption key
#if defined(MBEDTLS_SSL_EARLY_DATA)
    auto const most = static_cast<std::uint32_t>(in.number(4));
    facts.max_early_data = (flags & MBEDTLS_SSL_TLS1_3_TICKET_ALLOW_EARLY_DATA) != 0 ? most : 0;
#endif
#if defined(MBEDTLS_SSL_RECORD_SIZE_LIMIT)
    in.number(2);
#endif
    if (!client) {
#if defined(MBEDTLS_HAVE_TIME)
        facts.issued_at = in.position();
        in.number(8);
#endif
#if defined(MBEDTLS_SSL_EARLY_DATA) && defined(MBEDTLS_SSL_ALPN)
        in.counted(2);
#endif
        return;
    }
#if defined(MBEDTLS_SSL_SERVER_NAME_INDICATION)
    in.counted(2);
#endif
#if defined(MBEDTLS_HAVE_TIME)
    in.number(8);
#endif
    facts.lifetime = static_cast<std::uint32_t>(in.number(4));
    facts.ticket = in.counted(2);
}

/// Reads what `save_session` wrote in this very build. Nothing where the form is not the one that is known here: it is
/// taken only where every byte of it has its place.
inline std::optional<session_facts> read_session(bytes saved) noexcept {
    byte_reader in{saved};
    bool const same_version = in.number(1) == MBEDTLS_VERSION_MAJOR && in.number(1) == MBEDTLS_VERSION_MINOR &&
                              in.number(1) == MBEDTLS_VERSION_PATCH;
    in.number(2); // configuration: `mbedtls_ssl_session_load` compares it
    session_facts facts;
    facts.version = static_cast<std::uint8_t>(in.number(1));
    bool const client = in.number(1) == MBEDTLS_SSL_IS_CLIENT;
    facts.suite = static_cast<std::uint16_t>(in.number(2));
    if (!same_version || (facts.version != 3 && facts.version != 4)) {
        return std::nullopt;
    }
    facts.version == 3 ? read_tls1_2_session(in, client, facts) : read_tls1_3_session(in, client, facts);
    return in.at_end() ? std::optional<session_facts>(facts) : std::nullopt;
}

/// Milliseconds of the clock that Mbed TLS tells the age of tickets by, which starts anew with the machine.
inline std::int64_t ticket_clock() noexcept {
#if defined(MBEDTLS_HAVE_TIME)
    return static_cast<std::int64_t>(mbedtls_ms_time());
#else
    return 0;
#endif
}

/// How many tickets a server sends behind a full handshake of TLS 1.3.
inline void set_ticket_count([[maybe_unused]] mbedtls_ssl_config& config,
                             [[maybe_unused]] std::uint8_t count) noexcept {
#if defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_SSL_SRV_C) && defined(MBEDTLS_SSL_PROTO_TLS1_3)
    mbedtls_ssl_conf_new_session_tickets(&config, count);
#endif
}

#if defined(MBEDTLS_SSL_EARLY_DATA) && defined(MBEDTLS_SSL_SRV_C)
/// Lets a server skip this much of early data that it does not take, in bytes as they come. Mbed TLS compares them with
/// what the ticket permits without encryption, and with 0 where it does not know the ticket, and ends the connection of
/// a client that has done nothing wrong (3.6.7 and 4.1, mbedtls_ssl_tls13_check_early_data_len). There is no function
/// for it. Callable while a ClientHello is looked at.
inline void set_early_data_skipped(mbedtls_ssl_context& ssl, std::uint32_t most) noexcept {
    if (auto* const session = ssl.MBEDTLS_PRIVATE(session_negotiate); session != nullptr) {
        session->MBEDTLS_PRIVATE(max_early_data_size) = most;
    }
}
#endif

#if defined(MBEDTLS_SSL_SRV_C)
/// A configuration for one connection: all that `shared` has, and what the callbacks for tickets and sessions are to
/// get. Mbed TLS hands these callbacks neither a connection nor anything of one, and they have to know whether the
/// client speaks of an extended master secret and who it is. `mbedtls_ssl_config` holds pointers, numbers and nothing
/// that points into itself, in 3.6 and 4.x; the copy is never freed, so that what is shared stays whole.
inline void borrow_config(mbedtls_ssl_config& own, const mbedtls_ssl_config& shared, void* context,
                          mbedtls_ssl_cache_get_t* get, mbedtls_ssl_cache_set_t* set
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
                          ,
                          mbedtls_ssl_ticket_write_t* write, mbedtls_ssl_ticket_parse_t* parse
#endif
                          ) noexcept {
    own = shared;
    mbedtls_ssl_conf_session_cache(&own, context, get, set);
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
    mbedtls_ssl_conf_session_tickets_cb(&own, write, parse, context);
#endif
}
#endif
} // namespace tlspp::inline TLSPP_ABI::detail
