// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <tlspp/detail/socket_api.hpp>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace tlspp::inline TLSPP_ABI {

/// One end of a TCP connection: a numeric address and a port, as text of fixed size. A value without heap.
class endpoint {
public:
    endpoint() noexcept = default;
    /// `127.0.0.1`, `2001:db8::1`; an IPv4 client of a dual-stack listener is shown as IPv4. Empty for what is neither
    /// IPv4 nor IPv6 (an adopted Unix domain socket, say).
    std::string_view address() const noexcept { return text_; }
    /// The port.
    std::uint16_t port() const noexcept { return port_; }
    friend bool operator==(const endpoint& a, const endpoint& b) noexcept {
        return a.port_ == b.port_ && a.address() == b.address();
    }

    /// From what the system fills in.
    static endpoint from(const sockaddr_storage& storage) noexcept {
        endpoint made;
        if (storage.ss_family == AF_INET) {
            sockaddr_in v4;
            std::memcpy(&v4, &storage, sizeof v4);
            made.port_ = from_network_order(&v4.sin_port);
            (void)detail::net::write_address(AF_INET, &v4.sin_addr, made.text_, sizeof made.text_);
        }
#if defined(AF_INET6) && (!defined(TLSPP_LWIP_SOCKETS) || LWIP_IPV6)
        if (storage.ss_family == AF_INET6) {
            sockaddr_in6 v6;
            std::memcpy(&v6, &storage, sizeof v6);
            made.port_ = from_network_order(&v6.sin6_port);
            // RFC 4291 §2.5.5.2
            constexpr unsigned char mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
            if (std::memcmp(&v6.sin6_addr, mapped_prefix, sizeof mapped_prefix) == 0) {
                auto const* const v4 = reinterpret_cast<const unsigned char*>(&v6.sin6_addr) + sizeof mapped_prefix;
                (void)detail::net::write_address(AF_INET, v4, made.text_, sizeof made.text_);
            } else {
                (void)detail::net::write_address(AF_INET6, &v6.sin6_addr, made.text_, sizeof made.text_);
            }
        }
#endif
        return made;
    }

private:
    static std::uint16_t from_network_order(const void* port) noexcept {
        auto const* const octets = static_cast<const unsigned char*>(port);
        return static_cast<std::uint16_t>(octets[0] << 8 | octets[1]);
    }

    char text_[46] = {}; // INET6_ADDRSTRLEN
    std::uint16_t port_ = 0;
};

namespace detail {
inline endpoint own_endpoint(net::handle s) noexcept {
    sockaddr_storage storage = {};
    net::length size = sizeof storage;
    bool const known = net::own_address(s, reinterpret_cast<sockaddr*>(&storage), &size) == 0;
    return known ? endpoint::from(storage) : endpoint{};
}
inline endpoint peer_endpoint(net::handle s) noexcept {
    sockaddr_storage storage = {};
    net::length size = sizeof storage;
    bool const known = net::peer_address(s, reinterpret_cast<sockaddr*>(&storage), &size) == 0;
    return known ? endpoint::from(storage) : endpoint{};
}
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI
