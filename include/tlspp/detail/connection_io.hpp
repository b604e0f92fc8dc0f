// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/connection.hpp>

#include <tlspp/detail/failure.hpp>

/// \file
/// Handshake, data path and shutdown of a connection.
namespace tlspp::inline TLSPP_ABI {

/// Whether the connection can be used at all.
inline result<void> connection::begin() noexcept {
    if (core_ == nullptr) {
        return std::unexpected(error{errc::misuse, reason::moved_from});
    }
    if (core_->at == detail::core::stage::failed) {
        return std::unexpected(core_->last);
    }
    return {};
}

/// Before each call of Mbed TLS.
inline void connection::enter() noexcept {
    core_->trouble.what = detail::io_trouble::kind::none;
    core_->blocked = core_->reading = core_->writing = false;
}

/// After each call of Mbed TLS that brought nothing: call it again at once, or stop with an error.
inline connection::next connection::judge(int code, error& why) noexcept {
    auto& c = *core_;
    bool const wants_read = code == MBEDTLS_ERR_SSL_WANT_READ;
    if (wants_read || code == MBEDTLS_ERR_SSL_WANT_WRITE) {
        // Without the transport's word there is nothing to wait for: Mbed TLS has more to do with what it holds, a
        // ticket for example (ssl_msg.c, ssl_handle_hs_message_post_handshake).
        if (!c.blocked) {
            return next::again;
        }
        c.reading = wants_read;
        c.writing = !wants_read;
        bool const late = c.trouble.what == detail::io_trouble::kind::timed_out;
        why = late ? error{errc::timed_out, reason::io_deadline} : error{wants_read ? errc::want_read : errc::want_write};
        return next::stop;
    }
    if (detail::is_new_session_ticket(code)) {
        return next::again;
    }
    why = detail::fail(c, detail::classify(c, code));
    return next::stop;
}

inline result<void> connection::handshake() noexcept {
    if (auto const usable = begin(); !usable) {
        return usable;
    }
    auto& c = *core_;
    while (c.at != detail::core::stage::open) {
        enter();
        if (int const code = mbedtls_ssl_handshake(&c.ssl); code == 0) {
            c.at = detail::core::stage::open;
            c.handshake_complete = true;
            c.watch.handshake_over();
        } else if (error why{errc::internal}; judge(code, why) == next::stop) {
            return std::unexpected(why);
        }
    }
    return {};
}

inline result<std::size_t> connection::read_some(writable_bytes buffer) noexcept {
    if (core_ == nullptr || core_->at != detail::core::stage::open) {
        if (auto const ready = handshake(); !ready) {
            return std::unexpected(ready.error());
        }
    }
    if (buffer.empty()) {
        return std::unexpected(error{errc::invalid_argument, reason::empty_buffer});
    }
    auto& c = *core_;
    if (c.peer_closed) {
        return 0;
    }
    while (true) {
        enter();
        int const code = mbedtls_ssl_read(&c.ssl, buffer.uchars(), buffer.size());
        if (code > 0) {
            c.watch.progress();
            return static_cast<std::size_t>(code);
        }
        if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
            c.peer_closed = true;
            return 0;
        }
        if (code == 0 && !c.end_seen) { // an empty record, not the end
            continue;
        }
        if (error why{errc::internal}; judge(code, why) == next::stop) {
            return std::unexpected(why);
        }
    }
}

inline result<void> connection::read_exactly(writable_bytes buffer) noexcept {
    if (core_ != nullptr && core_->all_read > buffer.size()) {
        return std::unexpected(error{errc::misuse, reason::shorter_retry});
    }
    while (core_ == nullptr || core_->all_read != buffer.size()) {
        auto const got = read_some(core_ == nullptr ? buffer : buffer.without_first(core_->all_read));
        if (!got) {
            return std::unexpected(got.error());
        }
        if (*got == 0) {
            return std::unexpected(error{errc::truncated, reason::short_stream});
        }
        core_->all_read += *got;
    }
    core_->all_read = 0;
    return {};
}

/// Sends what Mbed TLS still holds of a message that is not the application's (an alert, say): the next write would
/// take its end for its own (ssl_msg.c, ssl_write_real).
inline result<void> connection::flush_unsent() noexcept {
    while (core_->watch.unsent() != 0) {
        enter();
        // with output waiting this only flushes it (ssl_msg.c, mbedtls_ssl_send_alert_message)
        int const code = mbedtls_ssl_send_alert_message(&core_->ssl, MBEDTLS_SSL_ALERT_LEVEL_WARNING,
                                                        MBEDTLS_SSL_ALERT_MSG_CLOSE_NOTIFY);
        if (error why{errc::internal}; code != 0 && judge(code, why) == next::stop) {
            return std::unexpected(why);
        }
    }
    return {};
}

/// One record: the one that waits, or a new one.
inline result<std::size_t> connection::write_record(bytes data) noexcept {
    auto& c = *core_;
    auto size = c.pending_write;
    if (size == 0) {
        if (c.watch.unsent() != 0) {
            if (auto const flushed = flush_unsent(); !flushed) {
                return std::unexpected(flushed.error());
            }
        }
        int const most = mbedtls_ssl_get_max_out_record_payload(&c.ssl);
        if (most <= 0) {
            return std::unexpected(detail::fail(c, detail::classify(c, most)));
        }
        size = data.size() < static_cast<std::size_t>(most) ? data.size() : static_cast<std::size_t>(most);
    } else if (data.size() < size) {
        return std::unexpected(error{errc::misuse, reason::shorter_retry});
    }
    while (true) {
        enter();
        int const code = mbedtls_ssl_write(&c.ssl, data.uchars(), size);
        if (code > 0) {
            c.pending_write = 0;
            return size;
        }
        if (error why{errc::internal}; judge(code, why) == next::stop) {
            c.pending_write = c.at == detail::core::stage::open ? size : 0;
            return std::unexpected(why);
        }
    }
}

inline result<std::size_t> connection::write_some(bytes data) noexcept {
    if (core_ == nullptr || core_->at != detail::core::stage::open) {
        if (auto const ready = handshake(); !ready) {
            return std::unexpected(ready.error());
        }
    }
    if (core_->close_wanted) {
        return std::unexpected(error{errc::closed, reason::already_closed});
    }
    if (core_->writing_all) {
        return std::unexpected(error{errc::misuse, reason::write_in_progress});
    }
    if (data.empty() && core_->pending_write == 0) {
        return 0;
    }
    return write_record(data);
}

inline result<void> connection::write_all(bytes data) noexcept {
    if (core_ == nullptr || core_->at != detail::core::stage::open) {
        if (auto const ready = handshake(); !ready) {
            return ready;
        }
    }
    auto& c = *core_;
    if (c.close_wanted) {
        return std::unexpected(error{errc::closed, reason::already_closed});
    }
    if (data.size() < c.all_written + c.pending_write) {
        return std::unexpected(error{errc::misuse, reason::shorter_retry});
    }
    while (c.all_written != data.size()) {
        auto const taken = write_record(data.without_first(c.all_written));
        if (!taken) {
            c.writing_all = true;
            return std::unexpected(taken.error());
        }
        c.all_written += *taken;
    }
    c.all_written = 0;
    c.writing_all = false;
    return {};
}

inline result<void> connection::shutdown() noexcept {
    if (auto const usable = begin(); !usable) {
        return usable;
    }
    auto& c = *core_;
    if (c.at != detail::core::stage::open) {
        return std::unexpected(error{errc::misuse, reason::not_connected});
    }
    if (!c.close_wanted) {
        if (c.pending_write != 0) { // Mbed TLS would flush it, and forget close_notify
            if (auto const written = write_record(bytes{"", c.pending_write}); !written) {
                return std::unexpected(written.error());
            }
        }
        if (auto const flushed = flush_unsent(); !flushed) {
            return flushed;
        }
        c.close_wanted = true;
    }
    while (!c.close_sent) {
        enter();
        if (int const code = mbedtls_ssl_close_notify(&c.ssl); code == 0) {
            c.close_sent = true;
        } else if (error why{errc::internal}; judge(code, why) == next::stop) {
            return std::unexpected(why);
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI
