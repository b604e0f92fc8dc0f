// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/transport/bsd_socket.hpp>

namespace tlspp::inline TLSPP_ABI {

/// How `bsd_listener::bind` listens.
struct listen_options {
    /// Connections that may wait to be accepted; the system may allow fewer.
    int backlog = 128;
    /// `true`: an IPv6 address takes no IPv4 clients.
    bool ipv6_only = false;
};

/// A TCP socket that accepts connections; owns its descriptor, which is non-blocking always: `accept` does the waiting.
/// \par Thread safety Several threads may call `accept` at once; everything else is for one thread.
class bsd_listener {
public:
    /// `int`, or on Windows `SOCKET`.
    using native_handle_type = detail::net::handle;

    /// Without a descriptor; accepting fails.
    bsd_listener() noexcept = default;
    bsd_listener(bsd_listener&& other) noexcept
        : handle_(std::exchange(other.handle_, detail::net::no_handle)), port_(std::exchange(other.port_, 0)),
          blocking_(other.blocking_) {}
    bsd_listener& operator=(bsd_listener&& other) noexcept {
        std::swap(handle_, other.handle_);
        std::swap(port_, other.port_);
        std::swap(blocking_, other.blocking_);
        return *this;
    }
    ~bsd_listener() {
        if (handle_ != detail::net::no_handle) {
            detail::net::close(handle_);
        }
    }

    /// Listens on an address of this machine (a numeric one, or a name, of which the first address that can be had is
    /// taken). `"::"` and `""` mean all addresses, IPv6 and IPv4 (OpenBSD: IPv6 only); on a machine without IPv6, all
    /// IPv4 ones.
    /// Port 0 lets the system choose: see `port()`. A server can be started again at once, and
    /// no other program takes its port meanwhile.
    /// \par Errors `errc::resolve`; `errc::transport` (`reason::listen_failed`) with the system's number, such as
    /// EADDRINUSE, EACCES, EADDRNOTAVAIL.
    static result<bsd_listener> bind(std::string_view address, std::uint16_t port,
                                     listen_options options = {}) noexcept {
        bool const any = address.empty() || address == "::";
        int failure = 0;
        for (std::string_view const name : {any ? std::string_view{"::"} : address, std::string_view{"0.0.0.0"}}) {
            auto const addresses = detail::address_list::of(name, port, true);
            if (!addresses && !any) {
                return std::unexpected(addresses.error());
            }
            for (auto const* at = addresses ? addresses->first() : nullptr; at != nullptr; at = at->ai_next) {
                bsd_listener made;
                int const e = made.open(*at, options);
                if (e == 0) {
                    return made;
                }
                failure = failure == 0 ? e : failure;
            }
            if (!any || options.ipv6_only || (failure != 0 && !detail::net::is_no_such_family(failure))) {
                break;
            }
            failure = 0;
        }
        return std::unexpected(
            detail::about_host(error{errc::transport, reason::listen_failed}.with_system(failure), address, port));
    }

    /// The port listened on.
    std::uint16_t port() const noexcept { return port_; }
    /// The address and port listened on.
    endpoint local_endpoint() const noexcept { return detail::own_endpoint(handle_); }
    /// The descriptor, still owned here, to wait for in an event loop: readable means that `accept` has something.
    native_handle_type native_handle() const noexcept { return handle_; }
    explicit operator bool() const noexcept { return handle_ != detail::net::no_handle; }

    /// `false`: `accept` answers `errc::want_read` where no connection waits.
    void set_blocking(bool blocking) noexcept { blocking_ = blocking; }

    /// The next connection, waited for up to `limit`. It blocks, whatever the listener does, and is closed on exec.
    /// Clients that went away while they waited in the queue are passed over.
    /// \par Errors `errc::timed_out` (`reason::io_deadline`); `errc::transport` (`reason::accept_failed`) with the
    /// system's number: EMFILE and ENFILE go away when other descriptors are closed.
    // NOLINTNEXTLINE(readability-make-member-function-const)
    result<bsd_socket> accept(timeout limit = timeout::none) noexcept {
        deadline const until{limit};
        for (;;) {
            auto const s = detail::net::accept(handle_);
            if (s != detail::net::no_handle) {
                return bsd_socket::adopt(s);
            }
            int const e = detail::net::last_error();
            if (detail::net::is_interrupted(e) || detail::net::is_aborted(e)) {
                continue;
            }
            if (!detail::net::is_would_block(e)) {
                return std::unexpected(error{errc::transport, reason::accept_failed}.with_system(e));
            }
            if (!blocking_) {
                return std::unexpected(error{errc::want_read});
            }
            if (until.passed()) {
                return std::unexpected(error{errc::timed_out, reason::io_deadline});
            }
            detail::net::wait(handle_, detail::net::wait_for::reading, until.remaining());
        }
    }

private:
    /// The system's error number, or 0.
    int open(const addrinfo& at, const listen_options& options) noexcept {
        handle_ = detail::net::make(at.ai_family);
        if (handle_ == detail::net::no_handle) {
            return detail::net::last_error();
        }
#if defined(IPV6_V6ONLY)
        if (at.ai_family == AF_INET6) {
            (void)detail::net::set_option(handle_, IPPROTO_IPV6, IPV6_V6ONLY, options.ipv6_only ? 1 : 0);
        }
#endif
#if defined(_WIN32) // where SO_REUSEADDR lets others take the port from us, and this keeps them from it
        (void)detail::net::set_option(handle_, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
#else
        (void)detail::net::set_option(handle_, SOL_SOCKET, SO_REUSEADDR, 1);
#endif
        if (!detail::net::set_blocking(handle_, false) || detail::net::bind(handle_, at.ai_addr, at.ai_addrlen) != 0 ||
            detail::net::listen(handle_, options.backlog) != 0) {
            return detail::net::last_error();
        }
        port_ = local_endpoint().port();
        return 0;
    }

    native_handle_type handle_ = detail::net::no_handle;
    std::uint16_t port_ = 0;
    bool blocking_ = true;
};
} // namespace tlspp::inline TLSPP_ABI
