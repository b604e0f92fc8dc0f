// SPDX-License-Identifier: BSL-1.0

// Asio with handlers: an echo server for many clients, and a client that blocks.
#include <asio.hpp>

#include <tlspp/asio.hpp>
#include <tlspp/tlspp.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>
using asio::ip::tcp;
using tlspp::or_throw;

namespace {

constexpr std::string_view usage = R"(usage: asio_echo serve PORT CERT KEY
       asio_echo call HOST PORT CA TEXT ...

The server sends back what its clients send; CERT and KEY are PEM files, and PORT 0 is the system's choice. The client
connects to this machine, wants to see HOST in a certificate of CA's, and says TEXT.
)";

using tls_socket = tlspp::asio_stream<tcp::socket>;

/// One client. Its handlers keep it alive, so it goes with the last of them.
class session : public std::enable_shared_from_this<session> {
public:
    session(tcp::socket socket, const tlspp::server_context& context) : conn_(std::move(socket), context) {}

    void start() {
        conn_.async_handshake([self = shared_from_this()](asio::error_code ec) {
            if (ec) {
                self->complain("handshake", ec);
            } else {
                self->read();
            }
        });
    }

private:
    void read() {
        conn_.async_read_some(asio::buffer(buffer_),
                              [self = shared_from_this()](asio::error_code ec, std::size_t size) {
                                  if (ec == asio::error::eof) {
                                      self->close();
                                  } else if (ec) { // errc::truncated, too: what came before may be a part only
                                      self->complain("read", ec);
                                  } else {
                                      self->write(size);
                                  }
                              });
    }
    void write(std::size_t size) {
        asio::async_write(conn_, asio::buffer(buffer_, size),
                          [self = shared_from_this()](asio::error_code ec, std::size_t) {
                              if (ec) {
                                  self->complain("write", ec);
                              } else {
                                  self->read();
                              }
                          });
    }
    void close() {
        conn_.async_shutdown(std::chrono::seconds(2), [self = shared_from_this()](asio::error_code) {});
    }
    void complain(const char* what, const asio::error_code& ec) const {
        auto const& why = conn_.last_error(); // says more than the code
        std::cerr << what << ": " << (why ? std::string(why->message().view()) : ec.message()) << std::endl;
    }

    tls_socket conn_;
    std::array<char, 4096> buffer_;
};

void accept(tcp::acceptor& acceptor, const tlspp::server_context& context) {
    acceptor.async_accept([&](asio::error_code ec, tcp::socket socket) {
        if (!ec) {
            std::make_shared<session>(std::move(socket), context)->start();
        }
        accept(acceptor, context);
    });
}

int serve(std::uint16_t port, std::string_view certificate, std::string_view key) {
    auto const context = or_throw(tlspp::server_context::create({
        .identities = {or_throw(tlspp::identity::from_files(certificate, key))},
    }));
    asio::io_context io;
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), port});
    std::cout << "listening on port " << acceptor.local_endpoint().port() << std::endl;
    accept(acceptor, context);
    io.run();
    return 0;
}

int call(std::string_view host, std::uint16_t port, std::string_view ca, std::vector<std::string_view> texts) {
    auto const context =
        or_throw(tlspp::client_context::create({.trust = or_throw(tlspp::trust_store::from_file(ca))}));
    asio::io_context io;
    tls_socket conn{io, context, host};
    conn.next_layer().connect({asio::ip::address_v4::loopback(), port});
    asio::error_code ec;
    conn.handshake(ec);
    if (ec) {
        std::cerr << "asio_echo: " << (conn.last_error() ? conn.last_error()->message().view() : ec.message()) << '\n';
        return 1;
    }
    for (auto const text : texts) {
        asio::write(conn, asio::buffer(text.data(), text.size()));
        std::string answer(text.size(), '\0');
        asio::read(conn, asio::buffer(answer));
        std::cout << answer << '\n';
    }
    conn.shutdown();
    return 0;
}

std::uint16_t number(std::string_view text) {
    std::uint16_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}
} // namespace

int main(int argc, char** argv) try {
    std::vector<std::string_view> const given(argv + 1, argv + argc);
    if (given.size() == 4 && given[0] == "serve") {
        return serve(number(given[1]), given[2], given[3]);
    }
    if (given.size() > 4 && given[0] == "call") {
        return call(given[1], number(given[2]), given[3], {given.begin() + 4, given.end()});
    }
    std::cerr << usage;
    return 2;
} catch (const std::exception& e) {
    std::cerr << "asio_echo: " << e.what() << '\n';
    return 1;
}
