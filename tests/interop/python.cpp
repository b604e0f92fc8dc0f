// SPDX-License-Identifier: BSL-1.0

// Python's ssl module on the other side (tests/interop/peer.py), as server and as client.
#include "interop/peers.hpp"

#include <catch2/generators/catch_generators_all.hpp>

using namespace tlspp;
using namespace interop;

namespace {

constexpr std::size_t bulk = 300'000; // many records, more than sockets hold

std::string script() {
    const char* const root = std::getenv("TLSPP_ROOT");
    REQUIRE(root != nullptr); // meson test sets it
    return std::string(root) + "/tests/interop/peer.py";
}

/// The system's Python, or the one of PATH; the test case is skipped where neither has an ssl module.
std::string python_or_skip() {
    static std::optional<std::string> const found = []() -> std::optional<std::string> {
        for (auto const& path : {std::optional<std::string>("/usr/bin/python3"), test::find_program("python3")}) {
            if (path) {
                auto const said = test::run({*path, script(), "version"});
                if (said.status == 0) {
                    std::cout << *path << ": " << said.out;
                    return path;
                }
            }
        }
        return std::nullopt;
    }();
    if (!found) {
        SKIP("there is no python3 with an ssl module");
    }
    return *found;
}

std::vector<std::string> command(std::string_view role, version v, std::vector<std::string> more) {
    std::vector<std::string> out{python_or_skip(), script(), std::string(role), "--version",
                                 std::string(short_name(v))};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

/// What our client asks of peer.py.
void ask(connection& conn) {
    or_throw(conn.write_all("echo hello\n"));
    CHECK(read_line(conn) == "hello");
    or_throw(conn.write_all("send " + std::to_string(bulk) + "\n"));
    CHECK(read_exactly(conn, bulk) == pattern(bulk));
    or_throw(conn.write_all("take " + std::to_string(bulk) + "\n"));
    or_throw(conn.write_all(pattern(bulk)));
    CHECK(read_line(conn) == sha256(pattern(bulk)));
}

/// What peer.py asks of our server; true where it wants us to close first.
bool answer(connection& conn) {
    for (std::string line = read_line(conn); !line.empty(); line = read_line(conn)) {
        auto const space = line.find(' ');
        auto const verb = line.substr(0, space);
        auto const rest = space == std::string::npos ? "" : line.substr(space + 1);
        if (verb == "echo") {
            or_throw(conn.write_all(rest + "\n"));
        } else if (verb == "send") {
            or_throw(conn.write_all(pattern(std::stoul(rest))));
        } else if (verb == "take") {
            or_throw(conn.write_all(sha256(read_exactly(conn, std::stoul(rest))) + "\n"));
        } else {
            REQUIRE(verb == "close");
            return true;
        }
    }
    return false;
}

/// Both sides tell the same about the session.
void check_session(const connection& conn, test::process& python) {
    INFO(output_of(python));
    CHECK(line_after(python, "version: ") == std::string(conn.cipher().protocol));
    CHECK(line_after(python, "cipher: ") == std::string(conn.cipher().name));
    CHECK(line_after(python, "bits: ") == std::to_string(conn.cipher().secret_bits));
    CHECK(line_after(python, "alpn: ") == std::string(conn.alpn().value_or("None")));
}
void check_clean_end(test::process& python) {
    int const status = python.wait(limit);
    INFO(output_of(python));
    CHECK(status == 0);
    CHECK(line_after(python, "closed: ") == "cleanly");
}
} // namespace

TEST_CASE("our client with Python's server") {
    auto const v = GENERATE(from_range(versions));
    auto const certificate = GENERATE(&files::localhost, &files::chained, &files::rsa);
    bool const we_close = GENERATE(true, false);
    CAPTURE(short_name(v), we_close);
    auto const& own = shared_files().*certificate;
    test::process python(command("server", v, {"--cert", own.certificate, "--key", own.key, "--alpn", "h2,http/1.1"}));
    auto conn = or_throw(call(make_client(v, {.alpn = {"spdy", "http/1.1"}}), port_in(line_after(python, "port: "))));
    CHECK(conn.version() == v);
    CHECK(conn.peer_status() == peer_status::verified);
    CHECK(conn.alpn() == "http/1.1");
    check_session(conn, python);
    ask(conn);
    if (we_close) {
        close_first(conn);
    } else {
        or_throw(conn.write_all("close\n"));
        close_second(conn);
    }
    check_clean_end(python);
}

TEST_CASE("our client refuses Python's server") {
    auto const v = GENERATE(from_range(versions));
    for (auto const& bad : bad_servers()) {
        CAPTURE(short_name(v), bad.what);
        test::process python(command("server", v, {"--cert", bad.file.certificate, "--key", bad.file.key}));
        auto const refused = call(make_client(v), port_in(line_after(python, "port: ")));
        REQUIRE(!refused);
        CHECK(refused.error() == errc::certificate_rejected);
        CHECK(refused.error().flags() == verify_flags(bad.flag));
        CHECK(refused.error().subject() == "localhost");
        CHECK(python.wait(limit) == 1); // and learns why, by an alert, not by a reset
        INFO(output_of(python));
        CHECK(line_after(python, "error: ").value_or("").find("ALERT") != std::string::npos);
    }
}

TEST_CASE("our client proves itself to Python's server") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto const& f = shared_files();
    auto const& c = test::shared_certificates();
    auto const start = [&] {
        return command("server", v, {"--cert", f.localhost.certificate, "--key", f.localhost.key, "--ca", f.ca});
    };
    SECTION("with a good certificate") {
        test::process python(start());
        auto conn =
            or_throw(call(make_client(v, {.identity = c.client.identity}), port_in(line_after(python, "port: "))));
        CHECK(line_after(python, "peer: ").value_or("").find("commonName=Test client") != std::string::npos);
        ask(conn);
        close_first(conn);
        check_clean_end(python);
    }
    SECTION("with one of another CA, and with none") {
        std::optional<identity> const wrong[] = {c.other_client.identity, std::nullopt};
        for (auto const& own : wrong) {
            test::process python(start());
            auto conn = call(make_client(v, {.identity = own}), port_in(line_after(python, "port: ")));
            std::array<char, 16> buffer;
            auto const read = conn ? conn->read_some(buffer) : std::unexpected(conn.error()); // TLS 1.3: refused here
            REQUIRE(!read);
            INFO(read.error().message().view());
            CHECK(is_refusal(read.error(), v));
            CHECK(python.wait(limit) == 1);
            INFO(output_of(python));
            CHECK(line_after(python, "error: "));
        }
    }
}

TEST_CASE("our client in an event loop with Python's server") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto const& own = shared_files().localhost;
    test::process python(command("server", v, {"--cert", own.certificate, "--key", own.key}));
    auto const context = make_client(v);
    auto conn = start_call(context, port_in(line_after(python, "port: ")));
    event_loop loop(conn);
    REQUIRE(loop.run([&] { return conn.handshake(); }));
    std::string const data = pattern(bulk);
    std::string const order = "take " + std::to_string(bulk) + "\n" + data;
    REQUIRE(loop.run([&] { return conn.write_all(order); }));
    std::string digest(65, '\0');
    REQUIRE(loop.run([&] { return conn.read_exactly(digest); }));
    CHECK(digest == sha256(data) + "\n");
    REQUIRE(loop.run([&] { return conn.write_all("send " + std::to_string(bulk) + "\n"); }));
    std::string received(bulk, '\0');
    REQUIRE(loop.run([&] { return conn.read_exactly(received); }));
    CHECK(received == data);
    REQUIRE(loop.run([&] { return conn.shutdown(); }));
    std::array<char, 16> buffer;
    auto const end = loop.run([&] { return conn.read_some(buffer); });
    REQUIRE(end);
    CHECK(*end == 0);
    check_clean_end(python);
}

TEST_CASE("our server with Python's client") {
    auto const v = GENERATE(from_range(versions));
    std::string const closes = GENERATE("client", "server");
    auto const certificate = GENERATE(&test::certificates::localhost, &test::certificates::chained);
    CAPTURE(short_name(v), closes);
    auto listener = listen();
    test::process python(command("client", v,
                                 {"--ca", shared_files().ca, "--port", std::to_string(listener.port()), "--closes",
                                  closes, "--alpn", "http/1.1,h2"}));
    auto const& own = test::shared_certificates().*certificate;
    auto conn = or_throw(take(make_server(v, {.identities = {own.identity}, .alpn = {"h2", "http/1.1"}}), listener));
    CHECK(conn.version() == v);
    CHECK(conn.server_name() == "localhost");
    CHECK(conn.alpn() == "h2");
    CHECK(conn.peer_status() == peer_status::none);
    check_session(conn, python);
    CHECK(answer(conn) == (closes == "server"));
    if (closes == "server") {
        close_first(conn);
    } else {
        close_second(conn);
    }
    check_clean_end(python);
    CHECK(line_after(python, "echo: ") == "hello from Python");
    CHECK(line_after(python, "received: ") == "True");
    CHECK(line_after(python, "sent: ") == "True");
}

TEST_CASE("Python's client refuses our server") {
    auto const v = GENERATE(from_range(versions));
    for (auto const& bad : bad_servers()) {
        CAPTURE(short_name(v), bad.what);
        auto listener = listen();
        test::process python(
            command("client", v, {"--ca", shared_files().ca, "--port", std::to_string(listener.port())}));
        auto const conn = take(make_server(v, {.identities = {bad.certificate.identity}}), listener);
        REQUIRE(!conn);
        INFO(conn.error().message().view());
        CHECK(is_refusal(conn.error(), v));
        CHECK(python.wait(limit) == 1);
        INFO(output_of(python));
        CHECK(line_after(python, "error: ").value_or("").find("SSLCertVerificationError") != std::string::npos);
    }
}

TEST_CASE("Python's client proves itself to our server") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto const& f = shared_files();
    auto const& c = test::shared_certificates();
    auto listener = listen();
    auto const context = make_server(v, {.client_auth = client_auth::required, .trust = c.trust});
    auto const start = [&](std::vector<std::string> more) {
        more.insert(more.end(), {"--ca", f.ca, "--port", std::to_string(listener.port())});
        return command("client", v, more);
    };
    SECTION("with a good certificate") {
        test::process python(start({"--cert", f.client.certificate, "--key", f.client.key}));
        auto conn = or_throw(take(context, listener));
        CHECK(conn.peer_status() == peer_status::verified);
        CHECK(to_string(or_throw(conn.peer_certificate()).subject()).find("Test client") != std::string::npos);
        CHECK_FALSE(answer(conn));
        close_second(conn);
        check_clean_end(python);
    }
    SECTION("with one of another CA") {
        test::process python(start({"--cert", f.other_client.certificate, "--key", f.other_client.key}));
        auto const conn = take(context, listener);
        REQUIRE(!conn);
        CHECK(conn.error() == errc::certificate_rejected);
        CHECK(conn.error().flags() == verify_flags(verify_flag::not_trusted));
        CHECK(python.wait(limit) == 1);
        CAPTURE(output_of(python));
        CHECK(line_after(python, "error: ").value_or("").find("SSLError") != std::string::npos);
    }
    SECTION("with none") {
        test::process python(start({}));
        auto const conn = take(context, listener);
        REQUIRE(!conn);
        CHECK(conn.error() == errc::no_certificate);
        CHECK(python.wait(limit) == 1);
        CAPTURE(output_of(python));
        CHECK(line_after(python, "error: ").value_or("").find("SSLError") != std::string::npos);
    }
}

TEST_CASE("Python and we have no version in common") {
    auto const& own = shared_files().localhost;
    SECTION("our client") {
        test::process python(command("server", version::tls1_2, {"--cert", own.certificate, "--key", own.key}));
        auto const conn = call(make_client(version::tls1_3), port_in(line_after(python, "port: ")));
        REQUIRE(!conn);
        CHECK(conn.error() == errc::alert_received);
        CHECK(conn.error().alert() == alert::protocol_version);
        CHECK(python.wait(limit) == 1);
    }
    SECTION("our server") {
        auto listener = listen();
        test::process python(
            command("client", version::tls1_3, {"--ca", shared_files().ca, "--port", std::to_string(listener.port())}));
        auto const conn = take(make_server(version::tls1_2), listener);
        REQUIRE(!conn);
        CHECK(conn.error() == errc::handshake_failed);
        CHECK(python.wait(limit) == 1);
        CAPTURE(output_of(python));
        CHECK(line_after(python, "error: ").value_or("").find("ALERT") != std::string::npos);
    }
}

namespace {
/// Pythons differ in whether they know this alert by name.
bool blames_protocols(std::string_view error) {
    return error.contains("no application protocol") || error.contains("NO_APPLICATION_PROTOCOL");
}
} // namespace

// Python goes on without a protocol where there is none in common (decision 11).
TEST_CASE("our client requires a protocol of Python's server") {
    auto const v = GENERATE(from_range(versions));
    auto const more = GENERATE(std::vector<std::string>{"--alpn", "http/1.1"}, std::vector<std::string>{});
    CAPTURE(short_name(v), more.size());
    auto const& own = shared_files().localhost;
    auto words = command("server", v, {"--cert", own.certificate, "--key", own.key});
    words.insert(words.end(), more.begin(), more.end());
    test::process python(words);
    auto const conn =
        call(make_client(v, {.alpn = {"h2"}, .require_alpn = true}), port_in(line_after(python, "port: ")));
    REQUIRE(!conn);
    CHECK(conn.error() == errc::handshake_failed);
    CHECK(conn.error().why() == reason::alpn_none_agreed);
    CHECK(python.wait(limit) == 1);
    INFO(output_of(python));
    CHECK(blames_protocols(line_after(python, "error: ").value_or("")));
}

TEST_CASE("our server requires a protocol of Python's client") {
    auto const v = GENERATE(from_range(versions));
    auto const more = GENERATE(std::vector<std::string>{"--alpn", "http/1.1"}, std::vector<std::string>{});
    CAPTURE(short_name(v), more.size());
    auto listener = listen();
    auto words = command("client", v, {"--ca", shared_files().ca, "--port", std::to_string(listener.port())});
    words.insert(words.end(), more.begin(), more.end());
    test::process python(words);
    auto const conn = take(make_server(v, {.alpn = {"h2"}, .require_alpn = true}), listener);
    REQUIRE(!conn);
    CHECK(conn.error() == errc::handshake_failed);
    CHECK(conn.error().why() == reason::alpn_none_agreed);
    CHECK(python.wait(limit) == 1);
    INFO(output_of(python));
    CHECK(blames_protocols(line_after(python, "error: ").value_or("")));
}
