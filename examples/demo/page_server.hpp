// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/tlspp.hpp>

#include <array>
#include <atomic>
#include <string>
#include <thread>

/// A web server with one page, in one thread, on a port that the system gives.
class page_server {
public:
    explicit page_server(tlspp::server_context context)
        : context_(std::move(context)), listener_(tlspp::or_throw(tlspp::bsd_listener::bind("127.0.0.1", 0))),
          thread_([this] { run(); }) {}
    page_server(const page_server&) = delete;
    page_server& operator=(const page_server&) = delete;
    ~page_server() {
        over_ = true;
        auto const wake = tlspp::bsd_socket::connect("127.0.0.1", port(), 1000); // accept() returns
        thread_.join();
    }
    std::uint16_t port() const { return listener_.port(); }

private:
    static constexpr int limit = 10'000;

    void run() {
        while (!over_) {
            auto conn = tlspp::accept(context_, listener_, {.accept_timeout = limit, .handshake_timeout = limit});
            if (conn) { // a client that refuses us, or speaks something else, is no reason to stop
                (void)serve(*conn);
            }
        }
    }
    static tlspp::result<void> serve(tlspp::stream<tlspp::bsd_socket>& conn) {
        conn.transport().set_timeout(limit);
        std::string request;
        std::array<char, 1000> buffer;
        while (request.find("\r\n\r\n") == std::string::npos && request.size() < 65536) {
            auto const n = conn.read_some(buffer);
            if (!n || *n == 0) {
                return {};
            }
            request.append(buffer.data(), *n);
        }
        std::string const body = "Hello from tlspp.\n";
        auto const written =
            conn.write_all("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n" + body);
        if (!written) {
            return written;
        }
        auto const closed = conn.shutdown();
        (void)conn.read_some(buffer); // the client's close_notify
        return closed;
    }

    tlspp::server_context context_;
    tlspp::bsd_listener listener_;
    std::atomic<bool> over_ = false;
    std::thread thread_;
};
