// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/connection.hpp>

#include <tlspp/detail/hello_gate.hpp>
#include <tlspp/detail/resumption.hpp>

/// \file
/// Handshake, reading and shutdown of a connection.
namespace tlspp::inline TLSPP_ABI {

namespace detail {
inline void count_success(const core& c) noexcept {
    auto& counters = c.context->counters;
    auto const& facts = c.watch.inside().facts();
    counters.good.add();
    if (facts.resumed()) {
        counters.hits.add();
        return;
    }
    if (c.session_late) {
        counters.timeouts.add();
    }
    if (c.context->role == role::server && facts.offers_session()) {
        counters.misses.add();
    }
}
} // namespace detail

/// Whether the connection can be used at all.
inline bool connection::usable() const noexcept { return core_ != nullptr && core_->at != detail::core::stage::failed; }

/// Stops an operation, not the connection.
[[gnu::noinline]] inline int connection::stop(errc what, reason why) noexcept {
    core_->last = error{what, why};
    return stopped;
}

/// Stops both.
[[gnu::noinline]] inline int connection::end(errc what, reason why) noexcept {
    detail::fail(*core_, error{what, why});
    return stopped;
}

/// From what the steps of an operation return to what it answers.
[[gnu::noinline]] inline result<void> connection::told(int came) const noexcept {
    if (came >= 0) {
        return {};
    }
    return std::unexpected(core_ != nullptr ? core_->last : error{errc::misuse, reason::moved_from});
}
[[gnu::noinline]] inline result<std::size_t> connection::counted(int came) const noexcept {
    if (came >= 0) {
        return static_cast<std::size_t>(came);
    }
    return std::unexpected(core_ != nullptr ? core_->last : error{errc::misuse, reason::moved_from});
}

/// Before each call of Mbed TLS.
inline void connection::enter() noexcept {
    core_->trouble.what = detail::io_trouble::kind::none;
    core_->blocked = core_->reading = core_->writing = false;
}

/// After each call of Mbed TLS that brought nothing: whether to call it again at once, or to stop.
[[gnu::noinline]] inline bool connection::goes_on(int code) noexcept {
    auto& c = *core_;
    bool const wants_read = code == MBEDTLS_ERR_SSL_WANT_READ;
    if (wants_read || code == MBEDTLS_ERR_SSL_WANT_WRITE) {
        // Without the transport's word there is nothing to wait for: Mbed TLS has more to do with what it holds, a
        // ticket for example (ssl_msg.c, ssl_handle_hs_message_post_handshake).
        if (!c.blocked) {
            return true;
        }
        c.reading = wants_read;
        c.writing = !wants_read;
        bool const late = c.trouble.what == detail::io_trouble::kind::timed_out;
        stop(late         ? errc::timed_out
             : wants_read ? errc::want_read
                          : errc::want_write,
             late ? reason::io_deadline : reason::none);
        return false;
    }
    if (detail::is_new_session_ticket(code)) {
        detail::on_ticket(c);
        return true;
    }
    detail::fail(c, detail::classify(c, code));
    return false;
}

/// Before the first message.
inline int connection::start_handshake() noexcept {
    auto& c = *core_;
    c.begun = true;
    c.context->counters.begun.add();
    if (detail::can_resume && c.context->cache != nullptr) {
        if (auto const offered = c.context->cache->offer(c); !offered) {
            detail::fail(c, offered.error());
            return stopped;
        }
    }
    return 0;
}

inline result<void> connection::handshake() noexcept { return told(shake_hands()); }

[[gnu::noinline]] inline int connection::shake_hands() noexcept {
    if (!usable()) {
        return stopped;
    }
    auto& c = *core_;
    if (!c.begun && start_handshake() < 0) [[unlikely]] {
        return stopped;
    }
#if defined(MBEDTLS_SSL_EARLY_DATA)
    c.early_over = true;
#endif
    while (c.at != detail::core::stage::open) {
        enter();
        int code = c.has_gate() && !c.gate->passed ? detail::pass_hello_gate(c) : 0;
        if (code == 0) {
            code = mbedtls_ssl_handshake(&c.ssl);
        }
        if (c.hook_threw) {
            return end(errc::callback, reason::callback_threw);
        }
        if (code == 0 && c.context->require_alpn && !alpn()) { // RFC 7301 leaves it to the application
            code = MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL;
        }
#if defined(MBEDTLS_SSL_EARLY_DATA)
        if (detail::is_early_data(code)) {
            c.early_waiting = true;
            return stop(errc::misuse, reason::early_data_waits);
        }
        if (code == 0 && detail::breaks_early_data(c)) {
            return end(errc::protocol_violation, reason::early_data_alpn);
        }
#endif
        if (code == 0) {
            c.at = detail::core::stage::open;
            if (c.has_gate()) {
                detail::open_gate(c);
            }
            c.handshake_complete = true;
            c.watch.handshake_over();
            detail::settle_session(c);
            detail::count_success(c);
        } else if (!goes_on(code)) {
            return stopped;
        }
    }
    return 0;
}

inline bool connection::may_read_at_once(const writable_bytes& buffer) const noexcept {
    return TLSPP_FAST_PATHS != 0 && core_ != nullptr && core_->at == detail::core::stage::open && !core_->peer_closed &&
           !buffer.empty();
}

inline int connection::read_once(const writable_bytes& buffer) noexcept {
    enter();
    int const code = mbedtls_ssl_read(&core_->ssl, buffer.uchars(), buffer.size());
    if (code > 0) [[likely]] {
        core_->watch.progress();
    }
    return code;
}

inline result<std::size_t> connection::read_some(writable_bytes buffer) noexcept {
    if (!may_read_at_once(buffer)) [[unlikely]] {
        return counted(read_slowly(buffer));
    }
    int const code = read_once(buffer);
    if (code > 0) [[likely]] {
        return static_cast<std::size_t>(code);
    }
    return counted(read_on(buffer, code));
}

[[gnu::noinline]] inline int connection::read_slowly(writable_bytes buffer) noexcept {
    if (shake_hands() < 0) {
        return stopped;
    }
    if (buffer.empty()) {
        return stop(errc::invalid_argument, reason::empty_buffer);
    }
    if (core_->peer_closed) {
        return 0;
    }
    return read_on(buffer, read_once(buffer));
}

/// Goes on from what `mbedtls_ssl_read` answered.
[[gnu::noinline]] inline int connection::read_on(writable_bytes buffer, int code) noexcept {
    for (;; code = read_once(buffer)) {
        if (code > 0) {
            return code;
        }
        if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
            core_->peer_closed = true;
            return 0;
        }
        if (code == 0 && !core_->end_seen) { // an empty record, not the end
            continue;
        }
        if (!goes_on(code)) {
            return stopped;
        }
    }
}

inline result<void> connection::read_exactly(writable_bytes buffer) noexcept {
    int code = not_asked;
    if (may_read_at_once(buffer) && core_->all_read == 0) [[likely]] {
        code = read_once(buffer);
        if (code > 0 && static_cast<std::size_t>(code) == buffer.size()) [[likely]] {
            return {};
        }
    }
    return told(fill_slowly(buffer, code));
}

/// All of read_exactly but its usual case; `code` is what `mbedtls_ssl_read` answered, where it was called.
[[gnu::noinline]] inline int connection::fill_slowly(writable_bytes buffer, int code) noexcept {
    if (!usable()) {
        return stopped;
    }
    if (core_->all_read > buffer.size()) {
        return stop(errc::misuse, reason::shorter_retry);
    }
    while (core_->all_read != buffer.size()) {
        auto const rest = buffer.without_first(core_->all_read);
        int const got = code != not_asked ? read_on(rest, code) : read_slowly(rest);
        if (got < 0) {
            return stopped;
        }
        if (got == 0) {
            return stop(errc::truncated, reason::short_stream);
        }
        core_->all_read += static_cast<std::size_t>(got);
        code = not_asked;
    }
    core_->all_read = 0;
    return 0;
}

inline result<void> connection::shutdown() noexcept { return told(say_goodbye()); }

[[gnu::noinline]] inline int connection::say_goodbye() noexcept {
    if (!usable()) {
        return stopped;
    }
    auto& c = *core_;
    if (c.at != detail::core::stage::open) {
        return stop(errc::misuse, reason::not_connected);
    }
    if (!c.close_wanted) {
        // Mbed TLS would flush what waits, a record or an alert, and forget close_notify
        if (flush_unsent() < 0) {
            return stopped;
        }
        c.pending_write = 0;
        c.close_wanted = true;
    }
    while (!c.close_sent) {
        enter();
        if (int const code = mbedtls_ssl_close_notify(&c.ssl); code == 0) {
            c.close_sent = true;
        } else if (!goes_on(code)) {
            return stopped;
        }
    }
    return 0;
}

inline result<void> connection::shutdown(deadline until) noexcept {
    if (auto const usable = begin(); !usable) {
        return usable;
    }
    auto const before = core_->transport->exchange_deadline(core_, until);
    auto done = shutdown();
    if (done) {
        done = await_close(until);
    }
    if (!done && (done.error() == errc::want_read || done.error() == errc::want_write) && until.passed()) {
        done = std::unexpected(error{errc::timed_out, reason::io_deadline});
    }
    (void)core_->transport->exchange_deadline(core_, before);
    return done;
}

/// Reads and throws away until the peer's close_notify. The time is looked at after each record, since a peer that
/// keeps sending never makes the transport wait.
inline result<void> connection::await_close(deadline until) noexcept {
    std::byte unwanted[512];
    while (!core_->peer_closed) {
        if (auto const got = read_some(unwanted); !got) {
            return detail::passed_on{got.error()};
        }
        if (!core_->peer_closed && until.passed()) {
            return detail::refused{errc::timed_out, reason::io_deadline};
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI
