// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "support/contexts.hpp"

#include <tlspp/accept.hpp>
#include <tlspp/connect.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// \file
/// What the scenarios of Python's tests share: its ThreadedEchoServer, and a client for it.
namespace scenario {

using tcp_stream = tlspp::stream<tlspp::bsd_socket>;

/// Longer than anything takes on a slow machine; who waits that long has failed.
inline constexpr auto limit = std::chrono::seconds(20);

/// Sends back what it reads, in small letters, until the client closes; then closes too.
inline void echo(tcp_stream& conn) {
    char buffer[4096];
    for (;;) {
        auto const n = conn.read_some(buffer);
        if (!n || *n == 0) {
            (void)conn.shutdown();
            return;
        }
        auto const part = std::span{buffer}.first(*n);
        for (char& c : part) {
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
        if (!conn.write_all(part)) {
            return;
        }
    }
}

/// Serves one client after the other, in a thread, until it is joined or destroyed.
class server {
public:
    using work = std::function<void(tcp_stream&)>;

    explicit server(tlspp::server_options options = {}, work each = echo, std::string_view address = "127.0.0.1")
        : server(test::make_server(std::move(options)), std::move(each), address) {}
    explicit server(tlspp::server_context context, work each = echo, std::string_view address = "127.0.0.1")
        : context_(std::move(context)), listener_(tlspp::or_throw(tlspp::bsd_listener::bind(address, 0))),
          address_(address), port_(listener_.port()), each_(std::move(each)), thread_([this] { serve(); }) {}
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server() { join(); }

    std::uint16_t port() const { return port_; }
    /// How the handshakes ended, in order; after the thread has ended.
    const std::vector<tlspp::result<void>>& join() {
        if (thread_.joinable()) {
            stop_ = true;
            auto const knock = tlspp::bsd_socket::connect(address_, port_, limit);
            thread_.join();
        }
        return handshakes_;
    }

private:
    void serve() {
        for (;;) {
            auto socket = listener_.accept(limit);
            if (!socket || stop_) {
                return;
            }
            socket->set_timeout(limit);
            auto conn = context_.wrap(std::move(*socket));
            if (!conn) {
                handshakes_.emplace_back(std::unexpected(conn.error()));
                continue;
            }
            handshakes_.push_back(conn->handshake());
            if (handshakes_.back()) {
                each_(*conn);
            }
        }
    }

    tlspp::server_context context_;
    tlspp::bsd_listener listener_;
    std::string address_;
    std::uint16_t port_;
    work each_;
    std::atomic<bool> stop_ = false;
    std::vector<tlspp::result<void>> handshakes_;
    std::thread thread_;
};

/// A connection to a server of this machine, whatever name is asked for.
inline tlspp::result<tcp_stream> call(const tlspp::client_context& context, std::uint16_t port,
                                      std::string_view name = "localhost") {
    auto conn = tlspp::connect(context, name, port,
                               {.connect_timeout = limit, .handshake_timeout = limit, .address = "127.0.0.1"});
    if (conn) {
        conn->transport().set_timeout(limit);
    }
    return conn;
}

inline std::string read_exactly(tlspp::connection& conn, std::size_t size) {
    std::string data(size, '\0');
    tlspp::or_throw(conn.read_exactly(data));
    return data;
}
/// What the echo server makes of a text.
inline std::string ask(tlspp::connection& conn, std::string_view text) {
    tlspp::or_throw(conn.write_all(text));
    return read_exactly(conn, text.size());
}
/// Closes, and sees the other side close too.
inline void close(tlspp::connection& conn) {
    char rest[16];
    tlspp::or_throw(conn.shutdown());
    REQUIRE(conn.read_some(rest) == 0U);
}
} // namespace scenario
