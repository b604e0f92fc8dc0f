// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

/// \file
/// The one file that knows the systems' sockets apart: POSIX, lwIP (`TLSPP_LWIP_SOCKETS`) and Winsock. No `<unistd.h>`
/// and no `<fcntl.h>`: they take names such as `link`, `pipe` and `open` from users.
#if !TLSPP_SOCKETS
#error "this header needs BSD sockets; on a target without them use transport/callbacks.hpp or transport/memory.hpp"
#endif

#if defined(TLSPP_LWIP_SOCKETS) // its headers come with config.hpp
#define TLSPP_SOCKET_CALL(name) ::lwip_##name
#elif defined(_WIN32)
#include <winsock2.h>

#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#if defined(__sun)
#include <sys/filio.h>
#endif
#if defined(__APPLE__)
#include <unistd.h> // its close() has a symbol of another name
#endif
#define TLSPP_SOCKET_CALL(name) ::name
#endif

#include <tlspp/deadline.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>

/// The calls themselves, with one signature each. What fails sets `last_error()`.
namespace tlspp::inline TLSPP_ABI::detail::net {

enum class wait_for : unsigned char { reading, writing };

#if defined(_WIN32)
using handle = SOCKET;
inline constexpr handle no_handle = INVALID_SOCKET;
using poll_entry = WSAPOLLFD;
using length = int;

inline int last_error() noexcept { return WSAGetLastError(); }
inline constexpr int bad_handle = WSAENOTSOCK;
inline constexpr int refused = WSAECONNREFUSED;
inline bool is_interrupted(int) noexcept { return false; }
inline bool is_would_block(int e) noexcept { return e == WSAEWOULDBLOCK; }
inline bool is_in_progress(int e) noexcept { return e == WSAEWOULDBLOCK || e == WSAEINPROGRESS; }
inline bool is_reset(int e) noexcept { return e == WSAECONNRESET || e == WSAECONNABORTED || e == WSAESHUTDOWN; }
inline bool is_aborted(int e) noexcept { return e == WSAECONNRESET || e == WSAECONNABORTED; }
inline bool is_broken_pipe(int) noexcept { return false; }
inline constexpr int not_connected = WSAENOTCONN;
inline bool is_unreachable(int e) noexcept {
    return e == WSAENETUNREACH || e == WSAEHOSTUNREACH || e == WSAEAFNOSUPPORT || e == WSAEADDRNOTAVAIL;
}
inline bool is_no_such_family(int e) noexcept { return e == WSAEAFNOSUPPORT || e == WSAEADDRNOTAVAIL; }

// Winsock has no flag that makes one call non-blocking: there every socket is non-blocking, and waits by polling.
inline constexpr bool waits_by_itself = false;

/// Winsock counts its users; it is never let go, as PSA is not.
inline bool start() noexcept {
    WSADATA data;
    return WSAStartup(MAKEWORD(2, 2), &data) == 0;
}
inline void close(handle s) noexcept { (void)::closesocket(s); }
inline bool set_blocking(handle s, bool blocking) noexcept {
    u_long off = blocking ? 0 : 1;
    return ::ioctlsocket(s, static_cast<long>(FIONBIO), &off) == 0;
}
inline handle make(int family) noexcept {
    return ::WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}
inline handle accept(handle listener) noexcept {
    handle const made = ::accept(listener, nullptr, nullptr);
    if (made != no_handle) { // there is no flag that says so at once
        (void)::SetHandleInformation(reinterpret_cast<HANDLE>(made), HANDLE_FLAG_INHERIT, 0);
    }
    return made;
}
inline std::ptrdiff_t send(handle s, const std::byte* data, std::size_t size, bool) noexcept {
    return ::send(s, reinterpret_cast<const char*>(data), size < INT_MAX ? static_cast<int>(size) : INT_MAX, 0);
}
inline std::ptrdiff_t receive(handle s, std::byte* data, std::size_t size, bool) noexcept {
    return ::recv(s, reinterpret_cast<char*>(data), size < INT_MAX ? static_cast<int>(size) : INT_MAX, 0);
}
inline std::ptrdiff_t receive(handle s, std::byte* first, std::size_t first_size, std::byte* second,
                              std::size_t second_size, bool) noexcept {
    WSABUF parts[2] = {{static_cast<ULONG>(first_size), reinterpret_cast<char*>(first)},
                       {static_cast<ULONG>(second_size), reinterpret_cast<char*>(second)}};
    DWORD got = 0;
    DWORD flags = 0;
    return ::WSARecv(s, parts, 2, &got, &flags, nullptr, nullptr) == 0 ? static_cast<std::ptrdiff_t>(got) : -1;
}
inline int poll(poll_entry* entries, std::size_t count, int wait_milliseconds) noexcept {
    return ::WSAPoll(entries, static_cast<ULONG>(count), wait_milliseconds);
}
inline void half_close(handle s) noexcept { (void)::shutdown(s, SD_SEND); }
inline void stop(handle s) noexcept { (void)::shutdown(s, SD_BOTH); }
inline int set_option(handle s, int level, int name, int value) noexcept {
    return ::setsockopt(s, level, name, reinterpret_cast<const char*>(&value), sizeof value);
}
inline int option(handle s, int level, int name, int otherwise) noexcept {
    int value = 0;
    length size = sizeof value;
    return ::getsockopt(s, level, name, reinterpret_cast<char*>(&value), &size) == 0 ? value : otherwise;
}
inline int pending_error(handle s) noexcept {
    int e = 0;
    length size = sizeof e;
    return ::getsockopt(s, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&e), &size) == 0 ? e : last_error();
}
inline int connect(handle s, const sockaddr* to, std::size_t size) noexcept {
    return ::connect(s, to, static_cast<length>(size));
}
inline int bind(handle s, const sockaddr* to, std::size_t size) noexcept {
    return ::bind(s, to, static_cast<length>(size));
}
inline int listen(handle s, int backlog) noexcept { return ::listen(s, backlog); }
inline int own_address(handle s, sockaddr* out, length* size) noexcept { return ::getsockname(s, out, size); }
inline int peer_address(handle s, sockaddr* out, length* size) noexcept { return ::getpeername(s, out, size); }
inline int resolve(const char* host, const char* port, const addrinfo* hints, addrinfo** out) noexcept {
    return ::getaddrinfo(host, port, hints, out);
}
inline void free_addresses(addrinfo* list) noexcept { ::freeaddrinfo(list); }
inline const char* write_address(int family, const void* address, char* out, std::size_t size) noexcept {
    return ::inet_ntop(family, address, out, size);
}

#else // POSIX, and lwIP, which differs in the names and in what is missing
using handle = int;
inline constexpr handle no_handle = -1;
using poll_entry = pollfd;
using length = socklen_t;

inline int last_error() noexcept { return errno; }
inline constexpr int bad_handle = EBADF;
inline constexpr int refused = ECONNREFUSED;
inline bool is_interrupted(int e) noexcept { return e == EINTR; }
inline bool is_would_block(int e) noexcept {
#if EAGAIN != EWOULDBLOCK
    return e == EAGAIN || e == EWOULDBLOCK;
#else
    return e == EAGAIN;
#endif
}
// an interrupted connect goes on in the background (POSIX.1-2017, connect)
inline bool is_in_progress(int e) noexcept { return e == EINPROGRESS || e == EINTR || is_would_block(e); }
inline bool is_reset(int e) noexcept { return e == ECONNRESET || e == EPIPE || e == ECONNABORTED; }
/// The client went away while it waited in the queue: not the listener's failure.
inline bool is_aborted(int e) noexcept {
#if defined(EPROTO)
    return e == ECONNABORTED || e == ECONNRESET || e == EPROTO;
#else
    return e == ECONNABORTED || e == ECONNRESET;
#endif
}
inline bool is_broken_pipe(int e) noexcept { return e == EPIPE; }
inline constexpr int not_connected = ENOTCONN;
inline bool is_unreachable(int e) noexcept {
    return e == ENETUNREACH || e == EHOSTUNREACH || e == EAFNOSUPPORT || e == EADDRNOTAVAIL;
}
inline bool is_no_such_family(int e) noexcept { return e == EAFNOSUPPORT || e == EADDRNOTAVAIL; }

/// True where one call can be made non-blocking by a flag.
inline constexpr bool waits_by_itself = true;

#if defined(TLSPP_LWIP_SOCKETS)
inline void close(handle s) noexcept { (void)TLSPP_SOCKET_CALL(close)(s); }
#elif defined(__APPLE__)
inline void close(handle s) noexcept { (void)::close(s); }
#else
// The function of <unistd.h>, without its header: one with C linkage is the same in every namespace.
extern "C" int close(int);
#endif

inline bool start() noexcept { return true; }
inline bool set_blocking(handle s, bool blocking) noexcept {
    int on = blocking ? 0 : 1;
    return TLSPP_SOCKET_CALL(ioctl)(s, FIONBIO, &on) == 0;
}
inline int set_option(handle s, int level, int name, int value) noexcept {
    return TLSPP_SOCKET_CALL(setsockopt)(s, level, name, &value, sizeof value);
}
#if defined(MSG_NOSIGNAL)
inline constexpr int no_signal = MSG_NOSIGNAL;
#else
inline constexpr int no_signal = 0;
#endif
/// What a new descriptor needs where the calls that make it have no flags for it.
inline handle prepared(handle s) noexcept {
    if (s != no_handle) {
#if !defined(SOCK_CLOEXEC) && defined(FIOCLEX)
        (void)TLSPP_SOCKET_CALL(ioctl)(s, FIOCLEX, nullptr);
#endif
#if !defined(MSG_NOSIGNAL) && defined(SO_NOSIGPIPE)
        (void)set_option(s, SOL_SOCKET, SO_NOSIGPIPE, 1);
#endif
    }
    return s;
}
inline handle make(int family) noexcept {
#if defined(SOCK_CLOEXEC)
    return prepared(TLSPP_SOCKET_CALL(socket)(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP));
#else
    return prepared(TLSPP_SOCKET_CALL(socket)(family, SOCK_STREAM, IPPROTO_TCP));
#endif
}
/// The new descriptor blocks, whatever the listener does (Linux decides so, BSD lets it inherit).
inline handle accept(handle listener) noexcept {
#if defined(__linux__) && defined(SOCK_CLOEXEC) && !defined(TLSPP_LWIP_SOCKETS)
    return ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
#else
    handle const s = TLSPP_SOCKET_CALL(accept)(listener, nullptr, nullptr);
    if (s != no_handle) {
        (void)set_blocking(s, true);
#if defined(FIOCLEX)
        (void)TLSPP_SOCKET_CALL(ioctl)(s, FIOCLEX, nullptr);
#endif
    }
    return prepared(s);
#endif
}
inline std::ptrdiff_t send(handle s, const std::byte* data, std::size_t size, bool wait) noexcept {
    return TLSPP_SOCKET_CALL(send)(s, data, size, wait ? no_signal : no_signal | MSG_DONTWAIT);
}
inline std::ptrdiff_t receive(handle s, std::byte* data, std::size_t size, bool wait) noexcept {
    return TLSPP_SOCKET_CALL(recv)(s, data, size, wait ? 0 : MSG_DONTWAIT);
}
/// Fills the first part, then the second, in one call.
inline std::ptrdiff_t receive(handle s, std::byte* first, std::size_t first_size, std::byte* second,
                              std::size_t second_size, bool wait) noexcept {
    iovec parts[2] = {};
    parts[0].iov_base = first;
    parts[0].iov_len = first_size;
    parts[1].iov_base = second;
    parts[1].iov_len = second_size;
    msghdr message = {};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    return TLSPP_SOCKET_CALL(recvmsg)(s, &message, wait ? 0 : MSG_DONTWAIT);
}
inline int poll(poll_entry* entries, std::size_t count, int wait_milliseconds) noexcept {
    return TLSPP_SOCKET_CALL(poll)(entries, static_cast<nfds_t>(count), wait_milliseconds);
}
inline void half_close(handle s) noexcept { (void)TLSPP_SOCKET_CALL(shutdown)(s, SHUT_WR); }
inline void stop(handle s) noexcept { (void)TLSPP_SOCKET_CALL(shutdown)(s, SHUT_RDWR); } ///< wakes who waits for it
inline int option(handle s, int level, int name, int otherwise) noexcept {
    int value = 0;
    length size = sizeof value;
    return TLSPP_SOCKET_CALL(getsockopt)(s, level, name, &value, &size) == 0 ? value : otherwise;
}
inline int pending_error(handle s) noexcept {
    int e = 0;
    length size = sizeof e;
    return TLSPP_SOCKET_CALL(getsockopt)(s, SOL_SOCKET, SO_ERROR, &e, &size) == 0 ? e : last_error();
}
inline int connect(handle s, const sockaddr* to, std::size_t size) noexcept {
    return TLSPP_SOCKET_CALL(connect)(s, to, static_cast<length>(size));
}
inline int bind(handle s, const sockaddr* to, std::size_t size) noexcept {
    return TLSPP_SOCKET_CALL(bind)(s, to, static_cast<length>(size));
}
inline int listen(handle s, int backlog) noexcept { return TLSPP_SOCKET_CALL(listen)(s, backlog); }
inline int own_address(handle s, sockaddr* out, length* size) noexcept {
    return TLSPP_SOCKET_CALL(getsockname)(s, out, size);
}
inline int peer_address(handle s, sockaddr* out, length* size) noexcept {
    return TLSPP_SOCKET_CALL(getpeername)(s, out, size);
}
inline int resolve(const char* host, const char* port, const addrinfo* hints, addrinfo** out) noexcept {
    return TLSPP_SOCKET_CALL(getaddrinfo)(host, port, hints, out);
}
inline void free_addresses(addrinfo* list) noexcept { TLSPP_SOCKET_CALL(freeaddrinfo)(list); }
inline const char* write_address(int family, const void* address, char* out, std::size_t size) noexcept {
    return TLSPP_SOCKET_CALL(inet_ntop)(family, address, out, static_cast<length>(size));
}
#endif

/// False where the system says that this is a socket of another type, such as UDP's.
inline bool may_be_stream(handle s) noexcept {
#if defined(SO_TYPE)
    return option(s, SOL_SOCKET, SO_TYPE, SOCK_STREAM) == SOCK_STREAM;
#else
    (void)s;
    return true;
#endif
}

/// False for a socket that was never connected, or is no longer.
inline bool has_peer(handle s) noexcept {
    sockaddr_storage at;
    length size = sizeof at;
    return peer_address(s, reinterpret_cast<sockaddr*>(&at), &size) == 0;
}

/// As `poll` counts: below zero is without end.
inline int poll_time(timeout t) noexcept {
    constexpr int longest = std::numeric_limits<int>::max();
    return t.is_none() ? -1 : t.milliseconds() < longest ? static_cast<int>(t.milliseconds()) : longest;
}

/// Waits until one socket is ready (or has failed: the next call tells), a signal came, or the time is over.
inline void wait(handle s, wait_for what, timeout limit) noexcept {
    poll_entry entry = {};
    entry.fd = s;
    entry.events = what == wait_for::reading ? POLLIN : POLLOUT;
    (void)net::poll(&entry, 1, poll_time(limit));
}
} // namespace tlspp::inline TLSPP_ABI::detail::net
#undef TLSPP_SOCKET_CALL
