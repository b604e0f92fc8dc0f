// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/transport/bsd_listener.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#if defined(_WIN32)
#include <thread>
#else
#include <dirent.h>
#include <fcntl.h>
#endif

namespace test {
namespace net = tlspp::detail::net; // the systems' sockets, with one signature each

inline std::span<const std::byte> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// Sends all of it; false where the peer is gone.
inline bool send_all(tlspp::bsd_socket& to, std::string_view text) {
    while (!text.empty()) {
        auto const n = to.send(as_bytes(text));
        if (!n) {
            return false;
        }
        text.remove_prefix(*n);
    }
    return true;
}

/// One receive; "(blocked)" and so on where there is nothing, "(end)" at the end.
inline std::string receive_once(tlspp::bsd_socket& from, std::size_t most = 65536) {
    std::string text(most, '\0');
    auto const n = from.receive(std::as_writable_bytes(std::span{text}));
    if (!n) {
        switch (n.error().what()) {
        case tlspp::io_error::kind::would_block:
            return "(blocked)";
        case tlspp::io_error::kind::timed_out:
            return "(timed out)";
        case tlspp::io_error::kind::reset:
            return "(reset)";
        default:
            return "(error " + std::to_string(n.error().system()) + ")";
        }
    }
    text.resize(*n);
    return *n == 0 ? "(end)" : text;
}

/// Receives until there are `size` bytes, or something else happens.
inline std::string receive_exactly(tlspp::bsd_socket& from, std::size_t size, std::size_t step = 65536) {
    std::string all;
    while (all.size() < size) {
        auto const part = receive_once(from, std::min(step, size - all.size()));
        if (part.starts_with('(')) {
            return all + part;
        }
        all += part;
    }
    return all;
}

/// Two connected sockets.
struct connected {
    explicit connected(std::string_view address = "127.0.0.1")
        : listener(tlspp::or_throw(tlspp::bsd_listener::bind(address, 0))),
          client(tlspp::or_throw(tlspp::bsd_socket::connect(address, listener.port()))),
          server(tlspp::or_throw(listener.accept())) {}
    tlspp::bsd_listener listener;
    tlspp::bsd_socket client;
    tlspp::bsd_socket server;
};

/// Waits until that many bytes are in the system's buffer of the socket.
inline void wait_for_arrival(const tlspp::bsd_socket& at, std::size_t size) {
    std::string room(size, '\0');
#if defined(_WIN32) // cannot wait for all of it and leave it there
    while (::recv(at.native_handle(), room.data(), static_cast<int>(size), MSG_PEEK) < static_cast<int>(size)) {
        std::this_thread::yield();
    }
#else
    REQUIRE(::recv(at.native_handle(), room.data(), size, MSG_PEEK | MSG_WAITALL) == static_cast<ssize_t>(size));
#endif
}

/// The step of the system's clock: so much earlier a wait may end.
#if defined(_WIN32)
inline constexpr std::chrono::milliseconds tick{16};
#else
inline constexpr std::chrono::milliseconds tick{1};
#endif

/// Whether programs that this one starts would have it, too.
inline bool is_inherited(net::handle s) {
#if defined(_WIN32)
    DWORD flags = 0;
    REQUIRE(::GetHandleInformation(reinterpret_cast<HANDLE>(s), &flags) != 0);
    return (flags & HANDLE_FLAG_INHERIT) != 0;
#else
    return (::fcntl(s, F_GETFD) & FD_CLOEXEC) == 0;
#endif
}

#if !defined(_WIN32) // where a socket does not tell whether it blocks
inline bool blocks(net::handle s) { return (::fcntl(s, F_GETFL) & O_NONBLOCK) == 0; }
#endif

/// Closing it will be a reset for the peer.
inline void reset_on_close(const tlspp::bsd_socket& s) {
    linger const at_once{1, 0};
    REQUIRE(::setsockopt(s.native_handle(), SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&at_once),
                         sizeof at_once) == 0);
}

/// A port of 127.0.0.1 (or of ::1) that is taken, and where nobody listens.
class closed_port {
public:
    closed_port() : socket_((net::start(), net::make(AF_INET))) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        net::length size = sizeof at;
        REQUIRE(net::bind(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
        REQUIRE(net::own_address(socket_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
        port_ = ntohs(at.sin_port);
    }
    closed_port(const closed_port&) = delete;
    closed_port& operator=(const closed_port&) = delete;
    ~closed_port() { net::close(socket_); }
    std::uint16_t number() const { return port_; }

private:
    net::handle socket_;
    std::uint16_t port_ = 0;
};

/// A port of 127.0.0.1 that does not answer: its queue of clients is full, so that the system drops those who knock.
class silent_port {
public:
    silent_port() : listener_(tlspp::or_throw(tlspp::bsd_listener::bind("127.0.0.1", 0, {.backlog = 0}))) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        at.sin_port = htons(listener_.port());
        for (bool full = false; !full;) {
            auto const one = net::make(AF_INET);
            waiting_.push_back(one);
            REQUIRE(waiting_.size() < 1000);
            REQUIRE(net::set_blocking(one, false));
            net::poll_entry entry{one, POLLOUT, 0};
            full =
                net::connect(one, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 && net::poll(&entry, 1, 200) == 0;
        }
    }
    silent_port(const silent_port&) = delete;
    silent_port& operator=(const silent_port&) = delete;
    ~silent_port() {
        for (auto const one : waiting_) {
            net::close(one);
        }
    }
    std::uint16_t number() const { return listener_.port(); }

private:
    tlspp::bsd_listener listener_;
    std::vector<net::handle> waiting_;
};

/// Descriptors (on Windows: handles) that this process has open; 0 where the system does not tell, as Wine.
inline std::size_t open_descriptors() {
#if defined(_WIN32)
    DWORD handles = 0;
    REQUIRE(::GetProcessHandleCount(::GetCurrentProcess(), &handles) != 0);
    return handles;
#else
    std::size_t count = 0;
    DIR* const folder = ::opendir("/proc/self/fd");
    REQUIRE(folder != nullptr);
    while (::readdir(folder) != nullptr) {
        ++count;
    }
    ::closedir(folder);
    return count;
#endif
}
/// Whether there are so many more of them than there were.
inline bool are_open_beside(std::size_t before, std::size_t more = 0) {
    return before == 0 || open_descriptors() == before + more;
}

inline bool has_ipv6() { return tlspp::bsd_listener::bind("::1", 0).has_value(); }
} // namespace test
