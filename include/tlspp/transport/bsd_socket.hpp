// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/transport.hpp>

#include <tlspp/deadline.hpp>
#include <tlspp/detail/address_list.hpp>
#include <tlspp/detail/dial.hpp>
#include <tlspp/detail/read_ahead.hpp>
#include <tlspp/detail/socket_api.hpp>
#include <tlspp/error.hpp>
#include <tlspp/transport/endpoint.hpp>

#include <optional>
#include <utility>

namespace tlspp::inline TLSPP_ABI {

/// A connected TCP socket that owns its descriptor: POSIX, lwIP (`TLSPP_LWIP_SOCKETS`) and Winsock. It blocks unless
/// told otherwise, sends small messages at once (`TCP_NODELAY`), is closed on exec, and never raises SIGPIPE.
///
/// In a connection it reads ahead, so that a TLS record costs one system call, not one for its header and one for its
/// body. An event loop that waits for the descriptor must ask `buffered()` (or the connection's `wants()`) first: bytes
/// that are here already do not make it readable again. Before it is wrapped it takes exactly what is asked for.
/// \par Thread safety One thread at a time, that of the connection.
class bsd_socket {
public:
    /// The type of descriptors: `int`, or `SOCKET` with Winsock.
    using native_handle_type = detail::net::handle;

    /// The room for reading ahead that a connection adds to its one block of memory: `TLSPP_READ_AHEAD`.
    static constexpr std::size_t read_ahead = TLSPP_READ_AHEAD;

    /// Without a connection; every operation fails with the system's "bad descriptor".
    bsd_socket() noexcept = default;
    /// Bytes read ahead move along; where there is no memory to keep them, the next receive says so.
    bsd_socket(bsd_socket&& other) noexcept { take(other); }
    bsd_socket& operator=(bsd_socket&& other) noexcept {
        if (this != &other) {
            close();
            take(other);
        }
        return *this;
    }
    /// Closes without waiting. One that has sent something half-closes and drains first (see `close_gracefully`); one that
    /// was not used leaves other holders of the descriptor (a forked process) in peace.
    ~bsd_socket() { close(); }

    /// Resolves `host` (a name or a numeric address) and tries its addresses in the resolver's order, the next one
    /// beside an address that has not answered for 250 ms (RFC 8305), all within `limit`. The time of the name service
    /// counts, but the system's resolver cannot be interrupted: its own limits hold for that part.
    /// \par Errors `errc::resolve` where the name has no address; `errc::timed_out` (`reason::connect_deadline`);
    /// `errc::transport` with the system's number, such as ECONNREFUSED; `errc::invalid_argument` for port 0;
    /// `errc::invalid_name` for a host that is empty, too long or holds a NUL.
    static result<bsd_socket> connect(std::string_view host, std::uint16_t port,
                                      timeout limit = timeout::none) noexcept {
        return connect(host, port, deadline{limit});
    }
    /// The same, with a deadline.
    static result<bsd_socket> connect(std::string_view host, std::uint16_t port, deadline until) noexcept {
        if (port == 0) {
            return std::unexpected(error{errc::invalid_argument, reason::port_zero}.about(host));
        }
        auto const addresses = detail::address_list::of(host, port, false);
        if (!addresses) {
            return std::unexpected(addresses.error());
        }
        auto const dialled = detail::dial(addresses->first(), until);
        if (!dialled) {
            auto const why = dialled.error() == 0
                                 ? error{errc::timed_out, reason::connect_deadline}
                                 : error{errc::transport, reason::connect_failed}.with_system(dialled.error());
            return std::unexpected(detail::about_host(why, host, port));
        }
        bsd_socket made = adopt(*dialled);
        if (auto const blocking = made.set_blocking(true); !blocking) {
            return std::unexpected(blocking.error());
        }
        return made;
    }

    /// Takes over a connected stream socket made elsewhere. It is taken for a blocking one; for another call
    /// `set_blocking(false)`, which costs nothing where it is so already. TCP_NODELAY is set where the socket knows it.
    static bsd_socket adopt(native_handle_type connected) noexcept {
        bsd_socket made;
        made.handle_ = connected;
        if (connected != detail::net::no_handle) {
            (void)detail::net::set_option(connected, IPPROTO_TCP, TCP_NODELAY, 1);
#if !defined(MSG_NOSIGNAL) && defined(SO_NOSIGPIPE)
            (void)detail::net::set_option(connected, SOL_SOCKET, SO_NOSIGPIPE, 1);
#endif
            if constexpr (!detail::net::waits_by_itself) {
                (void)detail::net::set_blocking(connected, false);
            }
        }
        return made;
    }

    /// The descriptor, still owned here; -1 (INVALID_SOCKET) where there is none.
    native_handle_type native_handle() const noexcept { return handle_; }
    /// Gives the descriptor up. Bytes read ahead stay here, for `receive`: take them first (`buffered()`), since the
    /// descriptor will not deliver them again.
    [[nodiscard]] native_handle_type release() noexcept { return std::exchange(handle_, detail::net::no_handle); }
    explicit operator bool() const noexcept { return handle_ != detail::net::no_handle; }

    /// `false`: what cannot be done at once answers `would_block`. Timeouts have no meaning then; a deadline has.
    result<void> set_blocking(bool blocking) noexcept {
        if (detail::net::waits_by_itself || handle_ == detail::net::no_handle) {
            if (!detail::net::set_blocking(handle_, blocking)) {
                return std::unexpected(error{errc::transport}.with_system(detail::net::last_error()));
            }
        }
        blocking_ = blocking;
        return {};
    }
    /// The longest that one `send` or `receive` of a blocking socket may wait; `timeout::none`, the default, is without
    /// end. It is counted anew for each: for a bound on the whole see `set_deadline`.
    void set_timeout(timeout each) noexcept { timeout_ = each; }
    /// The limit that was set.
    timeout current_timeout() const noexcept { return timeout_; }
    /// False after `set_blocking(false)`.
    bool is_blocking() const noexcept { return blocking_; }
    /// From this moment on nothing is sent or received any more (`io_error::timed_out`), however many bytes come one by
    /// one. For handshakes; the convenience functions `connect` and `accept` use it.
    void set_deadline(deadline until) noexcept { deadline_ = until; }
    /// From now on operations wait as long as it takes.
    void clear_deadline() noexcept { deadline_ = deadline::never; }
    /// Sets it, and tells which one there was.
    deadline exchange_deadline(deadline until) noexcept { return std::exchange(deadline_, until); }

    /// The own address and port; empty with port 0 where there is no connection.
    endpoint local_endpoint() const noexcept { return detail::own_endpoint(handle_); }
    /// The peer's address and port; empty with port 0 where there is no connection (any more).
    endpoint peer_endpoint() const noexcept { return detail::peer_endpoint(handle_); }

    /// As the concept `transport` asks. Interruptions by signals are not visible.
    io_result send(std::span<const std::byte> out) noexcept {
        waiting pause;
        for (;;) {
            if (deadline_has_passed()) {
                return std::unexpected(io_error::timed_out);
            }
            auto const n = detail::net::send(handle_, out.data(), out.size(), waits_in_call());
            if (n >= 0) {
                sent_ = true;
                return static_cast<std::size_t>(n);
            }
            if (auto const done = after_failure(pause, detail::net::wait_for::writing); done) {
                return std::unexpected(*done);
            }
        }
    }
    /// As in the table of `transport.hpp`.
    io_result receive(std::span<std::byte> in) noexcept {
        return ahead_.size() != 0 ? io_result{ahead_.take(in)} : receive_from_system(in);
    }

    /// Refused where a connection is made of it and it is another socket than a stream socket, such as one of UDP.
    result<void> check() const noexcept {
        if (!detail::net::may_be_stream(handle_)) {
            return std::unexpected(error{errc::unsupported, reason::not_a_stream});
        }
        return {};
    }
    /// Bytes read ahead and not yet received.
    std::size_t buffered() const noexcept { return ahead_.size(); }
    /// Room to read ahead in, which must outlive the use of this object, but not that of one it is moved to.
    void lend_buffer(std::span<std::byte> room) noexcept { ahead_.lend(room); }

    /// Sending is over: half-closes, and throws away what arrives. Unread bytes would turn the close into a reset, which
    /// takes our last ones (an alert, say) from the peer. A blocking socket waits for the peer's end meanwhile, a second
    /// and 4 MiB at most, within its timeout and deadline; another one takes what is here and does not wait.
    void close_gracefully() noexcept {
        if (handle_ == detail::net::no_handle) {
            return;
        }
        detail::net::half_close(handle_);
        ahead_.clear();
        drain(blocking_ ? detail::shorter(detail::shorter(timeout_, deadline_.remaining()), longest_farewell)
                        : timeout{0});
    }

private:
    static constexpr std::size_t drain_limit = 4194304;
    static constexpr timeout longest_farewell = 1000;
    static constexpr std::size_t small_read = 512;

    /// The end of the wait of one operation, found only where it has to wait.
    struct waiting {
        deadline until = deadline::never;
        bool begun = false;
    };

    bool is_bounded() const noexcept { return !timeout_.is_none() || !deadline_.is_never(); }
    bool waits_in_call() const noexcept { return blocking_ && !is_bounded(); }
    bool deadline_has_passed() const noexcept { return !deadline_.is_never() && deadline_.passed(); }

    /// One call: a large read goes where it is wanted, and what follows it into the room for reading ahead; a small
    /// one, such as that of a header, goes through that room, since one buffer is cheaper for the system than two.
    std::ptrdiff_t call_system(std::span<std::byte> in) noexcept {
        auto const room = ahead_.room();
        if (room.empty()) {
            return detail::net::receive(handle_, in.data(), in.size(), waits_in_call());
        }
        if (in.size() < small_read) {
            auto const n = detail::net::receive(handle_, room.data(), room.size(), waits_in_call());
            if (n > 0) {
                ahead_.filled(static_cast<std::size_t>(n));
                return static_cast<std::ptrdiff_t>(ahead_.take(in));
            }
            return n;
        }
        auto const n = detail::net::receive(handle_, in.data(), in.size(), room.data(), room.size(), waits_in_call());
        auto const direct = static_cast<std::ptrdiff_t>(in.size());
        if (n > direct) {
            ahead_.filled(static_cast<std::size_t>(n - direct));
            return direct;
        }
        return n;
    }
    io_result receive_from_system(std::span<std::byte> in) noexcept {
        if (in.empty()) { // 0 would mean the end
            return std::unexpected(would_block);
        }
        if (ahead_.lost()) {
            return std::unexpected(io_error::no_memory);
        }
        waiting pause;
        for (;;) {
            if (deadline_has_passed()) {
                return std::unexpected(io_error::timed_out);
            }
            auto const n = call_system(in);
            if (n >= 0) {
                ended_ = n == 0;
                return static_cast<std::size_t>(n);
            }
            if (auto const done = after_failure(pause, detail::net::wait_for::reading); done) {
                return std::unexpected(*done);
            }
        }
    }
    /// What a failed call ends the operation with; nothing where it is to be tried again.
    std::optional<io_error> after_failure(waiting& pause, detail::net::wait_for what) noexcept {
        int const e = detail::net::last_error();
        if (detail::net::is_interrupted(e)) {
            return std::nullopt;
        }
        if (!detail::net::is_would_block(e)) {
            if (!sent_ && !ended_ && detail::net::is_broken_pipe(e) && !detail::net::has_peer(handle_)) {
                return io_error{detail::net::not_connected}; // Linux's word for a socket that never was
            }
            ended_ = ended_ || detail::net::is_reset(e);
            return detail::net::is_reset(e) ? io_error::reset : io_error{e};
        }
        if (!blocking_ || (detail::net::waits_by_itself && !is_bounded())) {
            return would_block;
        }
        if (!pause.begun) {
            pause.begun = true;
            pause.until = deadline{detail::shorter(timeout_, deadline_.remaining())};
        } else if (pause.until.passed()) {
            return io_error::timed_out;
        }
        detail::net::wait(handle_, what, pause.until.remaining());
        return std::nullopt;
    }

    /// Reads and forgets until the peer ends, at most so much and so long.
    void drain(timeout limit) noexcept {
        waiting pause;
        std::byte unread[2048];
        for (std::size_t drained = 0; drained < drain_limit && !ended_;) {
            auto const n = detail::net::receive(handle_, unread, sizeof unread, false);
            if (n >= 0) {
                ended_ = n == 0;
                drained += static_cast<std::size_t>(n);
                continue;
            }
            int const e = detail::net::last_error();
            if (detail::net::is_interrupted(e)) {
                continue;
            }
            if (!detail::net::is_would_block(e)) {
                ended_ = true; // nothing will come, and nothing of ours can be lost any more
                return;
            }
            if (!pause.begun) {
                pause.begun = true;
                pause.until = deadline{limit};
            }
            if (limit.milliseconds() == 0 || pause.until.passed()) {
                return;
            }
            detail::net::wait(handle_, detail::net::wait_for::reading, pause.until.remaining());
        }
    }

    void close() noexcept {
        if (handle_ != detail::net::no_handle) {
            if (sent_ && !ended_) {
                detail::net::half_close(handle_);
                drain(timeout{0});
            }
            detail::net::close(handle_);
            handle_ = detail::net::no_handle;
        }
    }
    void take(bsd_socket& other) noexcept {
        handle_ = std::exchange(other.handle_, detail::net::no_handle);
        ahead_ = std::move(other.ahead_);
        timeout_ = other.timeout_;
        deadline_ = other.deadline_;
        blocking_ = other.blocking_;
        sent_ = other.sent_;
        ended_ = other.ended_;
    }

    native_handle_type handle_ = detail::net::no_handle;
    timeout timeout_ = timeout::none;
    deadline deadline_ = deadline::never;
    detail::read_ahead_buffer ahead_;
    bool blocking_ = true;
    bool sent_ = false;
    bool ended_ = false;
};
} // namespace tlspp::inline TLSPP_ABI
