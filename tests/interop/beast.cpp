// SPDX-License-Identifier: BSL-1.0

// HTTP and WebSockets of Boost.Beast over asio_stream, with curl, Python and Beast itself on the other side.
#define TLSPP_TEST_BOOST_ASIO 1
#include "support/asio.hpp"

#include "interop/peers.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <fstream>
#include <future>
#include <iterator>
#include <thread>

using namespace tlspp;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using net::use_future;

namespace {
using tls_stream = asio_stream<beast::tcp_stream>;

/// Runs what is asynchronous beside the test, which waits for futures.
class background {
public:
    background() : guard_(net::make_work_guard(io_)), thread_([this] { io_.run(); }) {}
    ~background() {
        guard_.reset();
        io_.stop();
        thread_.join();
    }
    net::io_context& io() { return io_; }

    /// What came of it, in time; a failure is thrown.
    template <class T>
    static T get(std::future<T> future) {
        if (future.wait_for(patience) != std::future_status::ready) {
            throw std::runtime_error("the operation does not end");
        }
        return future.get();
    }

private:
    net::io_context io_;
    net::executor_work_guard<net::io_context::executor_type> guard_;
    std::thread thread_;
};

template <class T>
T get(std::future<T> future) {
    return background::get(std::move(future));
}
template <class T>
asio_error error_of(std::future<T> future) {
    try {
        background::get(std::move(future));
    } catch (const asio_failure& e) {
        return e.code();
    }
    return {};
}

std::string script() { return std::string(std::getenv("TLSPP_ROOT")) + "/tests/interop/websocket.py"; }
std::vector<std::string> python(std::vector<std::string> more) {
    more.insert(more.begin(), {interop::program_or_skip("python3", "--version"), script()});
    return more;
}
std::vector<std::string> python_server(const char* role) {
    auto const& own = interop::shared_files().localhost;
    return python({role, "--cert", own.certificate, "--key", own.key});
}

tls_stream call(background& run, const client_context& context, std::uint16_t port) {
    tls_stream conn{run.io(), context, "localhost"};
    get(conn.next_layer().async_connect(tcp::endpoint(net::ip::address_v4::loopback(), port), use_future));
    conn.next_layer().expires_after(patience);
    return conn;
}

struct listener {
    explicit listener(background& run) : acceptor(run.io(), {net::ip::address_v4::loopback(), 0}) {}
    std::uint16_t port() const { return acceptor.local_endpoint().port(); }
    tls_stream accept(const server_context& context) {
        tls_stream conn{get(acceptor.async_accept(use_future)), context};
        conn.next_layer().expires_after(patience);
        return conn;
    }
    tcp::acceptor acceptor;
};

/// Echoes until the client closes; what ended it.
asio_error echo(websocket::stream<tls_stream>& ws) {
    for (int i = 0; i != 100; ++i) {
        beast::flat_buffer buffer;
        if (auto const why = error_of(ws.async_read(buffer, use_future))) {
            return why;
        }
        ws.text(ws.got_text());
        get(ws.async_write(buffer.data(), use_future));
    }
    return {};
}
} // namespace

TEST_CASE("Beast's HTTP server with curl") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    auto const curl = interop::program_or_skip("curl", "--version");
    background run;
    listener here(run);
    auto const context = server_of(v, {.alpn = {"http/1.1"}});
    std::string const page = interop::pattern(300'000);
    auto const path = interop::shared_files().folder.write("beast-page", "");
    auto const arguments = [&](const std::string& ca) {
        auto const port = std::to_string(here.port());
        return std::vector<std::string>{curl,
                                        "-q",
                                        "--noproxy",
                                        "*",
                                        "--silent",
                                        "--show-error",
                                        "--max-time",
                                        "30",
                                        "--resolve",
                                        "localhost:" + port + ":127.0.0.1",
                                        "--cacert",
                                        ca,
                                        "--output",
                                        path,
                                        "--data",
                                        "asked",
                                        "https://localhost:" + port + "/page"};
    };
    SECTION("which trusts it") {
        test::process peer(arguments(interop::shared_files().ca));
        auto conn = here.accept(context);
        get(conn.async_handshake(tls_stream::server, use_future));
        CHECK(conn.tls().alpn() == "http/1.1");
        beast::flat_buffer buffer;
        http::request<http::string_body> request;
        get(http::async_read(conn, buffer, request, use_future));
        CHECK(request.target() == "/page");
        CHECK(request.body() == "asked");
        http::response<http::string_body> response(http::status::ok, 11);
        response.body() = page;
        response.keep_alive(false);
        response.prepare_payload();
        get(http::async_write(conn, response, use_future));
        CHECK(!error_of(conn.async_shutdown(use_future)));
        conn.next_layer().close();
        CHECK(peer.wait(interop::limit) == 0);
        CHECK(interop::output_of(peer).empty());
        std::ifstream in(path, std::ios::binary);
        CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == page);
    }
    SECTION("which does not") {
        test::process peer(arguments(interop::shared_files().other_ca));
        auto conn = here.accept(context);
        auto const why = error_of(conn.async_handshake(use_future));
        CHECK((why == errc::alert_received || why == net::error::connection_reset));
        conn.next_layer().close();
        CHECK(peer.wait(interop::limit) == 60); // curl's number for it
    }
}

TEST_CASE("Beast's HTTP client with Python") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    background run;
    test::process peer(python_server("http"));
    auto const port = interop::port_in(interop::line_after(peer, "port: "));
    auto conn = call(run, client_of(v), port);
    get(conn.async_handshake(tls_stream::client, use_future));
    http::request<http::string_body> request(http::verb::post, "/form", 11);
    request.set(http::field::host, "localhost");
    request.body() = "a=b";
    request.prepare_payload();
    get(http::async_write(conn, request, use_future));
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    get(http::async_read(conn, buffer, response, use_future)); // ends with close_notify, and nothing else
    CHECK(response.result() == http::status::ok);
    CHECK(response.body() == "POST /form HTTP/1.1\na=b");
    CHECK(!error_of(conn.async_shutdown(use_future)));
    CHECK(peer.wait(interop::limit) == 0);
}

TEST_CASE("a body that ends without close_notify is not whole for Beast") {
    background run;
    listener here(run);
    std::thread server([&, context = server_of(version::tls1_3)] {
        auto conn = here.accept(context);
        get(conn.async_handshake(use_future));
        std::string const head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of";
        get(net::async_write(conn, net::buffer(head), use_future));
        conn.next_layer().socket().shutdown(tcp::socket::shutdown_send);
        std::array<char, 9> rest{};
        error_of(conn.next_layer().async_read_some(net::buffer(rest), use_future));
    });
    auto conn = call(run, client_of(version::tls1_3), here.port());
    get(conn.async_handshake(use_future));
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    CHECK(error_of(http::async_read(conn, buffer, response, use_future)) == errc::truncated);
    conn.next_layer().close();
    server.join();
}

TEST_CASE("Beast's WebSocket server with Python") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    background run;
    listener here(run);
    test::process peer(python({"client", "--port", std::to_string(here.port()), "--ca", interop::shared_files().ca}));
    websocket::stream<tls_stream> ws{here.accept(server_of(v))};
    beast::get_lowest_layer(ws).expires_never();
    ws.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
    get(ws.next_layer().async_handshake(use_future));
    get(ws.async_accept(use_future));
    CHECK(echo(ws) == websocket::error::closed);
    CHECK(peer.wait(interop::limit) == 0);
    CAPTURE(interop::output_of(peer));
    CHECK(peer.out().find("peer closed: cleanly") != std::string::npos); // teardown has said close_notify
    CHECK(peer.out().find("end: clean") != std::string::npos);
}

TEST_CASE("Beast's WebSocket client with Python") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    background run;
    test::process peer(python_server("server"));
    websocket::stream<tls_stream> ws{call(run, client_of(v), interop::port_in(interop::line_after(peer, "port: ")))};
    beast::get_lowest_layer(ws).expires_never();
    ws.set_option(websocket::stream_base::timeout::suggested(beast::role_type::client));
    get(ws.next_layer().async_handshake(use_future));
    get(ws.async_handshake("localhost", "/chat", use_future));
    std::string const large = interop::pattern(200'000);
    for (auto const& message : {std::string("hello"), large, std::string()}) {
        ws.binary(true);
        get(ws.async_write(net::buffer(message), use_future));
        beast::flat_buffer buffer;
        get(ws.async_read(buffer, use_future));
        CHECK(beast::buffers_to_string(buffer.data()) == message);
    }
    get(ws.async_close(websocket::close_code::normal, use_future));
    CHECK(peer.wait(interop::limit) == 0);
    CAPTURE(interop::output_of(peer));
    CHECK(peer.out().find("GET /chat HTTP/1.1") != std::string::npos);
    CHECK(peer.out().find("end: clean") != std::string::npos);
}

TEST_CASE("Beast's WebSockets, blocking, on both sides") {
    background run;
    listener here(run);
    auto const client = client_of(version::tls1_3);
    std::thread server([&, context = server_of(version::tls1_3)] {
        websocket::stream<asio_stream<tcp::socket>> ws{here.acceptor.accept(), context};
        ws.next_layer().handshake();
        ws.accept();
        beast::flat_buffer buffer;
        ws.read(buffer);
        ws.write(buffer.data());
        asio_error ec;
        ws.read(buffer, ec);
        if (ec != websocket::error::closed) {
            std::abort();
        }
    });
    websocket::stream<asio_stream<tcp::socket>> ws{run.io(), client, "localhost"};
    ws.next_layer().next_layer().connect({net::ip::address_v4::loopback(), here.port()});
    ws.next_layer().handshake();
    ws.handshake("localhost", "/");
    ws.write(net::buffer("hello", 5));
    beast::flat_buffer buffer;
    ws.read(buffer);
    CHECK(beast::buffers_to_string(buffer.data()) == "hello");
    ws.close(websocket::close_code::normal);
    server.join();
}
