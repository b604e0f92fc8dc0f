// SPDX-License-Identifier: BSL-1.0

// Asio with coroutines: an echo server, and a client that reads and writes at the same time. Both run in one thread here.
//
//     asio_coroutines
#include <asio.hpp>

#include <tlspp/asio.hpp>
#include <tlspp/dev.hpp>
#include <tlspp/tlspp.hpp>

#include <array>
#include <iostream>
#include <string>
#include <tuple>
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;
using tlspp::or_throw;

namespace {

using tls_socket = tlspp::asio_stream<tcp::socket>;

/// Reads until the peer closes: `asio::error::eof` is its close_notify, and everything else a failure.
awaitable<void> echo(tls_socket conn) {
    co_await conn.async_handshake(use_awaitable);
    std::array<char, 4096> buffer;
    for (;;) {
        asio::error_code ec;
        auto const size = co_await conn.async_read_some(asio::buffer(buffer), asio::redirect_error(use_awaitable, ec));
        if (ec == asio::error::eof) {
            break;
        }
        if (ec) {
            throw asio::system_error(ec);
        }
        co_await asio::async_write(conn, asio::buffer(buffer, size), use_awaitable);
    }
    co_await conn.async_shutdown(use_awaitable);
}

awaitable<void> listen(tcp::acceptor& acceptor, const tlspp::server_context& context) {
    for (;;) {
        auto socket = co_await acceptor.async_accept(use_awaitable);
        asio::co_spawn(acceptor.get_executor(), echo({std::move(socket), context}), [](std::exception_ptr why) {
            try {
                if (why) {
                    std::rethrow_exception(why);
                }
            } catch (const std::exception& e) {
                std::cerr << "server: " << e.what() << '\n';
            }
        });
    }
}

awaitable<void> send(tls_socket& conn, const std::string& text) {
    co_await asio::async_write(conn, asio::buffer(text), use_awaitable);
}

awaitable<std::size_t> call(tcp::endpoint server, const tlspp::client_context& context) {
    auto const executor = co_await asio::this_coro::executor;
    tls_socket conn{executor, context, "localhost"};
    co_await conn.next_layer().async_connect(server, use_awaitable);
    co_await conn.async_handshake(use_awaitable);
    std::cout << "connected: " << conn.tls().cipher().name << '\n';

    std::string const text(1'000'000, 'x'); // more than sockets hold: who only writes gets stuck
    asio::co_spawn(executor, send(conn, text), asio::detached);
    std::string answer(text.size(), '\0');
    co_await asio::async_read(conn, asio::buffer(answer), use_awaitable);
    co_await conn.async_shutdown(use_awaitable);
    co_return answer == text ? answer.size() : 0;
}
} // namespace

int main() try {
    auto const ca = or_throw(tlspp::dev::authority::create());
    auto const serving = or_throw(tlspp::server_context::create({
        .identities = {or_throw(ca.issue({.dns_names = {"localhost"}}))},
    }));
    auto const trusting = or_throw(tlspp::client_context::create({.trust = or_throw(ca.trust())}));

    asio::io_context io;
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    asio::co_spawn(io, listen(acceptor, serving), asio::detached);
    auto answered = asio::co_spawn(io, call(acceptor.local_endpoint(), trusting), asio::use_future);
    while (answered.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        io.run_one();
    }
    auto const size = answered.get();
    std::cout << "echoed: " << size << " bytes\n";
    return size != 0 ? 0 : 1;
} catch (const std::exception& e) {
    std::cerr << "asio_coroutines: " << e.what() << '\n';
    return 1;
}
