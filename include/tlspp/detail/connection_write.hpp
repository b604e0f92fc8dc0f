// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/connection.hpp>

#include <tlspp/detail/failure.hpp>

#include <climits>
#include <utility>

/// \file
/// Writing. Mbed TLS takes a record's bytes when it first sees them and does not look at the arguments of a retry, so
/// the connection remembers how many it took.
namespace tlspp::inline TLSPP_ABI {

/// Sends what Mbed TLS still holds of a message: of an alert, say, whose end the next write would take for its own
/// (ssl_msg.c, ssl_write_real).
[[gnu::noinline]] inline int connection::flush_unsent() noexcept {
    while (core_->watch.unsent() != 0) {
        enter();
        // with output waiting this only flushes it (ssl_msg.c, mbedtls_ssl_send_alert_message)
        int const code = mbedtls_ssl_send_alert_message(&core_->ssl, MBEDTLS_SSL_ALERT_LEVEL_WARNING,
                                                        MBEDTLS_SSL_ALERT_MSG_CLOSE_NOTIFY);
        if (code != 0 && !goes_on(code)) {
            return stopped;
        }
    }
    return 0;
}

inline bool connection::may_write_at_once(const bytes& data) const noexcept {
    return TLSPP_FAST_PATHS != 0 && core_ != nullptr && core_->at == detail::core::stage::open &&
           !core_->close_wanted && !data.empty() &&
           (core_->pending_write | core_->all_written | core_->watch.unsent()) == 0;
}

inline int connection::write_once(const bytes& data) noexcept {
    enter();
    return mbedtls_ssl_write(&core_->ssl, data.uchars(), data.size());
}

inline result<std::size_t> connection::write_some(bytes data) noexcept {
    if (!may_write_at_once(data)) [[unlikely]] {
        return counted(write_slowly(data));
    }
    int const code = write_once(data);
    if (code > 0) [[likely]] {
        return static_cast<std::size_t>(code);
    }
    return counted(write_on(data, code));
}

[[gnu::noinline]] inline int connection::write_slowly(bytes data) noexcept {
    if (shake_hands() < 0) {
        return stopped;
    }
    if (core_->close_wanted) {
        return stop(errc::closed, reason::already_closed);
    }
    if (core_->writing_all) { // even where its first record still waits: the retry is write_all's to make
        return stop(errc::misuse, reason::write_in_progress);
    }
    if (data.empty() && core_->pending_write == 0) {
        return 0;
    }
    return write_record(data);
}

/// One record: the one that waits, or a new one.
inline int connection::write_record(bytes data) noexcept {
    auto& c = *core_;
    if (data.size() < c.pending_write) {
        return stop(errc::misuse, reason::shorter_retry);
    }
    if (c.pending_write != 0 && c.watch.unsent() == 0) {
        // it has left: Mbed TLS sends what waits before an alert of its own, while it reads (no_renegotiation)
        return static_cast<int>(std::exchange(c.pending_write, 0));
    }
    if (c.pending_write == 0) {
        if (flush_unsent() < 0) {
            return stopped;
        }
    } else {
        data = data.first(c.pending_write);
    }
    return write_on(data, write_once(data));
}

/// Goes on from what `mbedtls_ssl_write` answered.
[[gnu::noinline]] inline int connection::write_on(bytes data, int code) noexcept {
    auto& c = *core_;
    for (;; code = write_once(data)) {
        if (code > 0) {
            c.pending_write = 0;
            return code;
        }
        if (!goes_on(code)) {
            c.pending_write = 0;
            if (c.at == detail::core::stage::open) { // one record was made of as much as it holds, and waits
                int const most = mbedtls_ssl_get_max_out_record_payload(&c.ssl);
                c.pending_write = data.first(static_cast<std::size_t>(most > 0 ? most : INT_MAX)).size();
            }
            return stopped;
        }
    }
}

inline result<void> connection::write_all(bytes data) noexcept {
    int code = not_asked;
    if (may_write_at_once(data)) [[likely]] {
        code = write_once(data);
        if (code > 0 && static_cast<std::size_t>(code) == data.size()) [[likely]] {
            return {};
        }
    }
    return told(write_all_slowly(data, code));
}

/// All of write_all but its usual case; `code` is what `mbedtls_ssl_write` answered, where it was called.
[[gnu::noinline]] inline int connection::write_all_slowly(bytes data, int code) noexcept {
    if (shake_hands() < 0) {
        return stopped;
    }
    auto& c = *core_;
    if (c.close_wanted) {
        return stop(errc::closed, reason::already_closed);
    }
    if (data.size() < c.all_written + c.pending_write) {
        return stop(errc::misuse, reason::shorter_retry);
    }
    while (c.all_written != data.size()) {
        auto const rest = data.without_first(c.all_written);
        int const taken = code != not_asked ? write_on(rest, code) : write_record(rest);
        if (taken < 0) {
            c.writing_all = true;
            return stopped;
        }
        c.all_written += static_cast<std::size_t>(taken);
        code = not_asked;
    }
    c.all_written = 0;
    c.writing_all = false;
    return 0;
}
} // namespace tlspp::inline TLSPP_ABI
