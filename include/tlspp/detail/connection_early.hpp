// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/connection.hpp>

#include <tlspp/detail/resumption.hpp>

#include <climits>

/// \file
/// 0-RTT of a connection.
namespace tlspp::inline TLSPP_ABI {

namespace detail {
#if defined(MBEDTLS_SSL_EARLY_DATA)
/// While early data is written nothing is read: Mbed TLS would wait for the server's answer before it takes a second
/// record, and the messages that follow that answer could not be told from early data.
inline int receive_nothing(void*, unsigned char*, std::size_t) noexcept { return MBEDTLS_ERR_SSL_WANT_READ; }

/// How much the session that is offered permits.
inline std::uint32_t early_data_permitted(const core& c) noexcept {
    auto const record = read_record(view_of(c.session));
    auto const facts = record ? read_session(record->native) : std::nullopt;
    return facts ? facts->max_early_data : 0;
}
#endif
} // namespace detail

template <bool Use>
early_data_status connection::early_data_status() const noexcept {
    static_assert(!Use || detail::build::early_data,
                  "0-RTT needs MBEDTLS_SSL_EARLY_DATA in the Mbed TLS configuration");
#if defined(MBEDTLS_SSL_EARLY_DATA) && defined(MBEDTLS_SSL_CLI_C)
    if (core_ != nullptr && handshake_done() && core_->context->role == role::client) {
        switch (mbedtls_ssl_get_early_data_status(&core_->ssl)) {
        case MBEDTLS_SSL_EARLY_DATA_STATUS_ACCEPTED:
            return tlspp::early_data_status::accepted;
        case MBEDTLS_SSL_EARLY_DATA_STATUS_REJECTED:
            return tlspp::early_data_status::rejected;
        default:
            break;
        }
    }
#endif
    return tlspp::early_data_status::none;
}

template <bool Use>
result<std::size_t> connection::write_early([[maybe_unused]] bytes data) noexcept {
    static_assert(!Use || detail::build::early_data,
                  "0-RTT needs MBEDTLS_SSL_EARLY_DATA in the Mbed TLS configuration");
#if defined(MBEDTLS_SSL_EARLY_DATA) && defined(MBEDTLS_SSL_CLI_C)
    if (auto const usable = begin(); !usable) {
        return std::unexpected(usable.error());
    }
    auto& c = *core_;
    if (c.context->role != role::client || !c.context->early_data) {
        return std::unexpected(error{errc::misuse, reason::early_data_off});
    }
    if (c.early_over || data.empty()) {
        return 0;
    }
    if (!c.begun) {
        if (start_handshake() < 0) {
            return counted(stopped);
        }
        c.early_left = detail::early_data_permitted(c);
    }
    if (data.size() < c.early_pending) {
        return std::unexpected(error{errc::misuse, reason::shorter_retry});
    }
    if (c.early_pending != 0) { // Mbed TLS would send it, and then take it once more
        if (flush_unsent() < 0) {
            return counted(stopped);
        }
        return std::exchange(c.early_pending, 0);
    }
    data = data.first(c.early_left);
    while (!data.empty()) {
        enter();
        mbedtls_ssl_set_bio(&c.ssl, &c, c.send, &detail::receive_nothing, nullptr);
        int const code = mbedtls_ssl_write_early_data(&c.ssl, data.uchars(), data.size());
        mbedtls_ssl_set_bio(&c.ssl, &c, c.send, c.receive, nullptr);
        if (c.hook_threw) {
            return counted(end(errc::callback, reason::callback_threw));
        }
        if (code > 0) {
            c.early_left -= static_cast<std::uint32_t>(code);
            return static_cast<std::size_t>(code);
        }
        if (code == MBEDTLS_ERR_SSL_CANNOT_WRITE_EARLY_DATA || code == MBEDTLS_ERR_SSL_WANT_READ) {
            break;
        }
        if (!goes_on(code)) {
            if (c.watch.holds_back(detail::record_watch::application_data)) { // one record was made of it, and waits
                int const most = mbedtls_ssl_get_max_out_record_payload(&c.ssl);
                c.early_pending = data.first(static_cast<std::size_t>(most > 0 ? most : INT_MAX)).size();
                c.early_left -= static_cast<std::uint32_t>(c.early_pending);
            }
            return counted(stopped);
        }
    }
    c.early_over = true;
#endif
    return 0;
}

template <bool Use>
result<std::size_t> connection::read_early([[maybe_unused]] writable_bytes buffer) noexcept {
    static_assert(!Use || detail::build::early_data,
                  "0-RTT needs MBEDTLS_SSL_EARLY_DATA in the Mbed TLS configuration");
#if defined(MBEDTLS_SSL_EARLY_DATA) && defined(MBEDTLS_SSL_SRV_C)
    if (auto const usable = begin(); !usable) {
        return std::unexpected(usable.error());
    }
    auto& c = *core_;
    if (c.context->role != role::server) {
        return std::unexpected(error{errc::misuse, reason::early_data_off});
    }
    if (buffer.empty()) {
        return std::unexpected(error{errc::invalid_argument, reason::empty_buffer});
    }
    c.early_wanted = c.early_wanted || !c.begun;
    for (;;) {
        if (auto const done = handshake(); done) {
            return 0;
        } else if (!c.early_waiting) {
            return std::unexpected(done.error());
        }
        c.early_waiting = false;
        enter();
        int const code = mbedtls_ssl_read_early_data(&c.ssl, buffer.uchars(), buffer.size());
        if (code > 0 && static_cast<std::uint32_t>(code) > c.early_left) {
            return counted(end(errc::protocol_violation, reason::early_data_too_much));
        }
        if (code > 0) {
            c.early_left -= static_cast<std::uint32_t>(code);
            return static_cast<std::size_t>(code);
        }
        if (code < 0 && !goes_on(code)) {
            return counted(stopped);
        }
    }
#else
    return 0;
#endif
}
} // namespace tlspp::inline TLSPP_ABI
