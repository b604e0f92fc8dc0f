// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/deadline.hpp>
#include <tlspp/detail/mutex.hpp>
#include <tlspp/stream.hpp>
#include <tlspp/transport/bsd_socket.hpp>

namespace tlspp::inline TLSPP_ABI {

/// A connection over a socket that one thread reads while another one writes. Mbed TLS keeps both directions in one
/// context, so each step is made under a lock; nobody holds it while waiting for the socket.
///
/// The handshake comes before: what is given here must have completed it. Every call waits as long as it is told,
/// without end by default; the socket's own timeouts do not count any more.
/// \par Thread safety All members may be called by several threads at once. Several readers take turns, and so do
/// several writers: what one `write_all` sends is not mixed with that of another. Needs `thread_safe`.
/// \par Lifetime Neither copied nor moved. Before it goes, `close()` it and let the threads end that use it.
class shared_stream {
public:
    /// Takes the connection over, and makes its socket a non-blocking one.
    template <bool Use = true>
    explicit shared_stream(stream<bsd_socket> conn) noexcept : conn_(std::move(conn)) {
        static_assert(!Use || thread_safe,
                      "shared_stream needs threads: enable MBEDTLS_THREADING_C in the Mbed TLS configuration");
        if (conn_) {
            handle_ = conn_.transport().native_handle();
            conn_.transport().clear_deadline();
            if (auto const done = conn_.transport().set_blocking(false); !done) {
                unusable_ = done.error();
                unusable_set_ = true;
            }
        }
    }
    shared_stream(const shared_stream&) = delete;
    shared_stream& operator=(const shared_stream&) = delete;

    /// As `connection::read_some`; `errc::timed_out` where nothing came in time, which is not fatal.
    [[nodiscard]] result<std::size_t> read_some(writable_bytes buffer, timeout limit = timeout::none) noexcept {
        detail::locked const turn{reader_};
        if (!turn) {
            return std::unexpected(error{errc::internal});
        }
        return step([&] { return conn_.read_some(buffer); }, deadline{limit});
    }
    /// As `connection::write_all`. After `errc::timed_out` call it again with the same bytes: it goes on where it was.
    [[nodiscard]] result<void> write_all(bytes data, timeout limit = timeout::none) noexcept {
        detail::locked const turn{writer_};
        if (!turn) {
            return std::unexpected(error{errc::internal});
        }
        if (written_ > data.size()) {
            return std::unexpected(error{errc::misuse, reason::shorter_retry});
        }
        deadline const until{limit};
        while (written_ != data.size()) { // record by record, so that the reader gets its turns
            auto const taken = step([&] { return conn_.write_some(data.without_first(written_)); }, until);
            if (!taken) {
                return std::unexpected(taken.error());
            }
            written_ += *taken;
        }
        written_ = 0;
        return {};
    }
    /// As `connection::shutdown()`, after what other threads are writing. Reading goes on until 0 or `truncated`.
    [[nodiscard]] result<void> shutdown(timeout limit = timeout::none) noexcept {
        detail::locked const turn{writer_};
        if (!turn) {
            return std::unexpected(error{errc::internal});
        }
        auto const done = step(
            [&]() -> result<std::size_t> {
                auto const closed = conn_.shutdown();
                return closed ? result<std::size_t>{0} : std::unexpected(closed.error());
            },
            deadline{limit});
        return done ? result<void>{} : std::unexpected(done.error());
    }
    /// Ends everything at once, without a word to the peer: calls that wait and all later ones answer `errc::closed`.
    /// Unlike the others it never waits.
    void close() noexcept {
        detail::locked const held{state_};
        closed_ = true;
        detail::net::stop(handle_);
    }

    /// Calls `f(connection&)` under the lock: for questions, which are short. It must not read or write.
    template <class F>
    decltype(auto) inspect(F&& f) noexcept {
        detail::locked const held{state_};
        return std::forward<F>(f)(static_cast<const connection&>(conn_));
    }

private:
    /// How long a thread waits before it looks again: the other one may have ended the connection meanwhile, which the
    /// socket alone does not always show.
    static constexpr timeout longest_wait{500};

    template <class Operation>
    result<std::size_t> step(Operation&& operation, deadline until) noexcept {
        for (;;) {
            auto const done = try_once(operation);
            if (done || (done.error() != errc::want_read && done.error() != errc::want_write)) {
                return done;
            }
            auto const left = until.remaining();
            if (until.passed()) {
                return std::unexpected(error{errc::timed_out, reason::io_deadline});
            }
            detail::net::wait(handle_,
                              done.error() == errc::want_read ? detail::net::wait_for::reading
                                                              : detail::net::wait_for::writing,
                              detail::shorter(left, longest_wait));
        }
    }
    template <class Operation>
    result<std::size_t> try_once(Operation& operation) noexcept {
        detail::locked const held{state_};
        if (!held) {
            return std::unexpected(error{errc::internal});
        }
        if (closed_) {
            return std::unexpected(error{errc::closed, reason::already_closed});
        }
        if (unusable_set_) {
            return std::unexpected(unusable_);
        }
        if (conn_ && !conn_.is_handshake_complete()) {
            return std::unexpected(error{errc::misuse, reason::not_connected});
        }
        return operation();
    }

    detail::mutex reader_;
    detail::mutex writer_;
    detail::mutex state_; ///< of all below but `written_`, which is the writers'
    stream<bsd_socket> conn_;
    detail::net::handle handle_ = detail::net::no_handle;
    std::size_t written_ = 0; ///< of the `write_all` that is to be called again
    error unusable_{errc::internal};
    bool unusable_set_ = false;
    bool closed_ = false;
};
} // namespace tlspp::inline TLSPP_ABI
