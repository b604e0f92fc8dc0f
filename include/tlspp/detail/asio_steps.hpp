// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/asio_state.hpp>

#include <algorithm>
#include <cstring>

/// \file
/// What the operations of an asio_stream ask of the engine, again and again until it is done: they do no I/O.
namespace tlspp::inline TLSPP_ABI::detail {

/// What an operation ends with.
template <class State>
struct asio_answer {
    typename State::error_code code{};
    std::size_t size = 0;
};

/// True where the operation is done, for good or bad; false where it wants to read. (The transport takes all that is
/// written to it, so nothing wants to write.)
template <class State, class T>
bool settle(State& s, asio_answer<State>& out, const result<T>& r) noexcept {
    if (!r) {
        if (r.error() == errc::want_read) {
            return false;
        }
        out.code = s.fail(r.error());
    }
    return true;
}

template <class State>
bool settle_missing(State& s, asio_answer<State>& out) noexcept {
    out.code = s.fail(s.fault);
    return true;
}

struct handshake_step {
    /// The operation is not over before everything that is to be sent has been sent.
    static constexpr bool flushes = true;
    /// Cancelled, it leaves the connection as if it had never begun.
    static constexpr bool leaves_no_trace = false;
    /// It is good although what remained could not be sent, since the peer is gone.
    template <class State>
    static bool may_lose_the_rest(State& s) noexcept {
        return s.sends_tickets_only();
    }

    bool own_role = true; ///< the context is for the role that was asked for

    template <class State>
    bool run(State& s, asio_answer<State>& out) noexcept {
        if (!own_role) {
            out.code = s.fail({errc::misuse, reason::other_role});
            return true;
        }
        return s.tls ? settle(s, out, s.tls->handshake()) : settle_missing(s, out);
    }
};

/// close_notify, and the wait for the peer's.
struct shutdown_step {
    static constexpr bool flushes = true;
    static constexpr bool leaves_no_trace = false;
    template <class State>
    static bool may_lose_the_rest(State&) noexcept {
        return true; // the peer has closed, too
    }
    deadline until;

    template <class State>
    bool run(State& s, asio_answer<State>& out) noexcept {
        return s.tls ? settle(s, out, s.tls->shutdown(until)) : settle_missing(s, out);
    }
};

template <class Buffers>
struct read_step {
    static constexpr bool flushes = false;
    static constexpr bool leaves_no_trace = true;
    template <class State>
    static bool may_lose_the_rest(State&) noexcept {
        return false;
    }
    Buffers buffers;

    template <class State>
    bool run(State& s, asio_answer<State>& out) noexcept {
        using flavour = typename State::flavour;
        if (!s.tls) {
            return settle_missing(s, out);
        }
        bool nothing = true;
        auto const last = flavour::end(buffers);
        for (auto at = flavour::begin(buffers); at != last; ++at) {
            typename flavour::mutable_buffer const buffer(*at);
            writable_bytes rest{buffer.data(), buffer.size()};
            while (!rest.empty()) {
                // What fails behind the first bytes is no loss: it fails again the next time.
                if (!nothing && s.tls->pending() == 0) {
                    return true;
                }
                auto const got = s.tls->read_some(rest);
                if (!got || *got == 0) {
                    if (nothing && got) {
                        out.code = flavour::end_of_stream();
                    }
                    return !nothing || settle(s, out, got);
                }
                nothing = false;
                out.size += *got;
                rest = rest.without_first(*got);
            }
        }
        return true;
    }
};

template <class Buffers>
struct write_step {
    static constexpr bool flushes = true;
    static constexpr bool leaves_no_trace = false;
    template <class State>
    static bool may_lose_the_rest(State&) noexcept {
        return false;
    }
    Buffers buffers;

    template <class State>
    bool run(State& s, asio_answer<State>& out) noexcept {
        if (!s.tls) {
            return settle_missing(s, out);
        }
        if (first_of<State>().empty()) {
            return true;
        }
        if (!s.tls->is_handshake_complete()) { // before it, nothing tells how large a record may be
            if (auto const done = s.tls->handshake(); !done) {
                return settle(s, out, done);
            }
        }
        auto const taken = s.tls->write_some(one_record(s));
        if (taken) {
            out.size = *taken;
        }
        return settle(s, out, taken);
    }

private:
    /// The first buffer that is not empty.
    template <class State>
    bytes first_of() const noexcept {
        using flavour = typename State::flavour;
        auto const last = flavour::end(buffers);
        for (auto at = flavour::begin(buffers); at != last; ++at) {
            typename flavour::const_buffer const buffer(*at);
            if (buffer.size() != 0) {
                return {buffer.data(), buffer.size()};
            }
        }
        return {};
    }

    /// The bytes of the next record: buffers that are smaller than it are copied together, since each record costs its
    /// 22 bytes and more, and tells its size to whoever listens.
    template <class State>
    bytes one_record(State& s) const noexcept {
        using flavour = typename State::flavour;
        auto const first = first_of<State>();
        int const most = mbedtls_ssl_get_max_out_record_payload(s.tls->native_handle());
        std::size_t const room = most > 0 ? static_cast<std::size_t>(most) : 0;
        auto const last = flavour::end(buffers);
        std::size_t total = 0;
        for (auto at = flavour::begin(buffers); at != last && total < room; ++at) {
            total += typename flavour::const_buffer(*at).size();
        }
        total = std::min(total, room);
        if (first.size() >= total || (s.gathered.size() < total && !s.gathered.allocate(room))) {
            return first;
        }
        std::size_t put = 0;
        for (auto at = flavour::begin(buffers); at != last && put != total; ++at) {
            typename flavour::const_buffer const buffer(*at);
            auto const n = std::min(buffer.size(), total - put);
            if (n != 0) {
                std::memcpy(s.gathered.data() + put, buffer.data(), n);
                put += n;
            }
        }
        return {s.gathered.data(), total};
    }
};
} // namespace tlspp::inline TLSPP_ABI::detail
