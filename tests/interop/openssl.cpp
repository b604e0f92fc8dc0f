// SPDX-License-Identifier: BSL-1.0

// The openssl program on the other side, s_server and s_client.
#include "interop/peers.hpp"

#include <catch2/generators/catch_generators_all.hpp>

#include <fstream>
#include <sstream>

using namespace tlspp;
using namespace interop;

namespace {

std::vector<std::string> command(const char* what, version v, std::vector<std::string> more) {
    std::vector<std::string> out{program_or_skip("openssl", "version"), what,
                                 v == version::tls1_3 ? "-tls1_3" : "-tls1_2"};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

/// A server for one connection, on a port of the system's choice, which it prints.
std::vector<std::string> server(version v, const credential_files& own, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"-accept", "127.0.0.1:0", "-naccept", "1", "-cert", own.certificate, "-cert_chain",
                             own.certificate, "-key", own.key});
    return command("s_server", v, more);
}
std::uint16_t port_of(test::process& openssl) { return port_in(line_after(openssl, "ACCEPT ")); }

/// A client that checks chain and name, and gives up where they do not hold.
std::vector<std::string> client(version v, const bsd_listener& listener, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"-connect", "127.0.0.1:" + std::to_string(listener.port()), "-servername", "localhost",
                             "-CAfile", shared_files().ca, "-verify_hostname", "localhost", "-verify_return_error"});
    return command("s_client", v, more);
}

bool says(test::process& program, std::string_view text) {
    bool const there = program.wait_for(text, limit);
    if (!there) {
        UNSCOPED_INFO("waited for \"" << text << "\" in:\n" << output_of(program));
    }
    return there;
}
std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::move(std::ostringstream() << in.rdbuf()).str();
}
std::string reversed(std::string text) {
    std::ranges::reverse(text);
    return text;
}
} // namespace

TEST_CASE("our client with s_server") {
    auto const v = GENERATE(from_range(versions));
    auto const certificate = GENERATE(&files::localhost, &files::chained, &files::rsa);
    CAPTURE(short_name(v));
    SECTION("we close") {
        test::process openssl(server(v, shared_files().*certificate, {"-alpn", "h2,http/1.1"}));
        auto conn = or_throw(call(make_client(v, {.alpn = {"http/1.1"}}), port_of(openssl)));
        CHECK(conn.version() == v);
        CHECK(conn.peer_status() == peer_status::verified);
        CHECK(conn.alpn() == "http/1.1");
        CHECK(says(openssl, "CIPHER is " + std::string(conn.cipher().name)));
        or_throw(conn.write_all("hello from tlspp\n"));
        CHECK(says(openssl, "hello from tlspp\n"));
        give(openssl, "hello from openssl\n");
        CHECK(read_line(conn) == "hello from openssl");
        close_first(conn);
        CHECK(openssl.wait(limit) == 0);
    }
    SECTION("s_server leaves without a word") { // see the large file for one that closes as it should
        test::process openssl(server(v, shared_files().*certificate));
        auto conn = or_throw(call(make_client(v), port_of(openssl)));
        give(openssl, "goodbye\n");
        CHECK(read_line(conn) == "goodbye");
        give(openssl, "Q\n");
        for (int i = 0; i != 2; ++i) {
            std::array<char, 16> buffer;
            CHECK(conn.read_some(buffer).error() == errc::truncated);
        }
        CHECK(openssl.wait(limit) == 0);
    }
}

TEST_CASE("a large file from s_server") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    std::string const content = pattern(1'000'000);
    auto const path = shared_files().folder.write("large", content);
    auto more = server(v, shared_files().localhost, {"-WWW"});
    // it serves the folder it runs in
    std::string shell = "cd '" + shared_files().folder.path() + "' && exec";
    for (auto const& word : more) {
        shell += " '" + word + "'";
    }
    test::process openssl({"/bin/sh", "-c", shell});
    auto conn = or_throw(call(make_client(v), port_of(openssl)));
    or_throw(conn.write_all("GET /large HTTP/1.0\r\n\r\n"));
    std::string answer;
    std::array<char, 20000> buffer;
    for (std::size_t n = or_throw(conn.read_some(buffer)); n != 0; n = or_throw(conn.read_some(buffer))) {
        answer.append(buffer.data(), n);
    }
    auto const body = answer.find("\r\n\r\n");
    REQUIRE(body != std::string::npos);
    CHECK(answer.substr(body + 4) == content);
    or_throw(conn.shutdown());
    CHECK(openssl.wait(limit) == 0);
}

TEST_CASE("our client refuses s_server") {
    auto const v = GENERATE(from_range(versions));
    for (auto const& bad : bad_servers()) {
        CAPTURE(short_name(v), bad.what);
        test::process openssl(server(v, bad.file));
        auto const refused = call(make_client(v), port_of(openssl));
        REQUIRE(!refused);
        CHECK(refused.error() == errc::certificate_rejected);
        CHECK(refused.error().flags() == verify_flags(bad.flag));
        CHECK(refused.error().subject() == "localhost");
        CHECK(says(openssl, "alert")); // it learns why, and no reset comes first
    }
}

TEST_CASE("our client proves itself to s_server") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto const& c = test::shared_certificates();
    auto const start = [&] {
        return server(v, shared_files().localhost,
                      {"-Verify", "1", "-verify_return_error", "-CAfile", shared_files().ca});
    };
    SECTION("with a good certificate") {
        test::process openssl(start());
        auto conn = or_throw(call(make_client(v, {.identity = c.client.identity}), port_of(openssl)));
        CHECK(says(openssl, "CN = Test client"));
        or_throw(conn.write_all("hello from tlspp\n"));
        CHECK(says(openssl, "hello from tlspp\n"));
        close_first(conn);
        CHECK(openssl.wait(limit) == 0);
    }
    SECTION("with one of another CA, and with none") {
        std::optional<identity> const wrong[] = {c.other_client.identity, std::nullopt};
        for (auto const& own : wrong) {
            test::process openssl(start());
            auto conn = call(make_client(v, {.identity = own}), port_of(openssl));
            std::array<char, 16> buffer;
            auto const read = conn ? conn->read_some(buffer) : std::unexpected(conn.error()); // TLS 1.3: refused here
            REQUIRE(!read);
            INFO(read.error().message().view());
            CHECK(is_refusal(read.error(), v));
            CHECK(says(openssl, own ? "certificate verify failed" : "peer did not return a certificate"));
        }
    }
}

// In TLS 1.3 s_server sends two tickets behind the handshake, as most servers do. They are messages of the protocol:
// no operation may end with them, and an event loop that was woken by them must not wait for what has come already.
TEST_CASE("the tickets of s_server never surface") {
    SECTION("to a blocking client") {
        test::process openssl(server(version::tls1_3, shared_files().localhost, {"-rev"}));
        auto conn = or_throw(call(make_client(version::tls1_3), port_of(openssl)));
        for (int i = 0; i != 3; ++i) {
            or_throw(conn.write_all("tickets\n"));
            CHECK(read_line(conn) == "stekcit");
        }
        close_first(conn);
    }
    SECTION("to an event loop that reads as soon as there is something") {
        test::process openssl(server(version::tls1_3, shared_files().localhost, {"-num_tickets", "2"}));
        auto const context = make_client(version::tls1_3);
        auto conn = start_call(context, port_of(openssl));
        event_loop loop(conn);
        REQUIRE(loop.run([&] { return conn.handshake(); }));
        // s_server sends them when it has our Finished: they cannot have come yet, and there is nothing else to come
        pollfd entry{conn.transport().native_handle(), POLLIN, 0};
        REQUIRE(::poll(&entry, 1, static_cast<int>(std::chrono::milliseconds(limit).count())) == 1);
        std::array<char, 100> buffer;
        auto const read = conn.read_some(buffer);
        REQUIRE(!read);
        CHECK(read.error() == errc::want_read);
        give(openssl, "hello from openssl\n");
        std::string line(19, '\0');
        REQUIRE(loop.run([&] { return conn.read_exactly(line); }));
        CHECK(line == "hello from openssl\n");
    }
    SECTION("to an event loop that gets data with them") {
        test::process openssl(server(version::tls1_3, shared_files().localhost, {"-rev"}));
        auto const context = make_client(version::tls1_3);
        auto conn = start_call(context, port_of(openssl));
        event_loop loop(conn);
        for (int i = 0; i != 3; ++i) { // the first write does the handshake, too
            std::string const text = pattern(5000);
            std::string line;
            for (char c : text) {
                line += c == '\n' || c == '\r' || c == '\0' ? '.' : c;
            }
            REQUIRE(loop.run([&] { return conn.write_all(line + "\n"); }));
            std::string answer(line.size() + 1, '\0');
            REQUIRE(loop.run([&] { return conn.read_exactly(answer); }));
            CHECK(answer == reversed(line) + "\n");
        }
        REQUIRE(loop.run([&] { return conn.shutdown(); }));
        std::array<char, 16> buffer;
        auto const end = loop.run([&] { return conn.read_some(buffer); });
        REQUIRE(end);
        CHECK(*end == 0);
    }
}

TEST_CASE("our server with s_client") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto const& c = test::shared_certificates();
    auto listener = listen();
    auto const certificate = GENERATE(&test::certificates::localhost, &test::certificates::chained);
    server_options options{.identities = {(c.*certificate).identity}, .alpn = {"h2", "http/1.1"}};
    SECTION("both sides agree, and it closes") {
        test::process openssl(client(v, listener, {"-alpn", "http/1.1,h2"}));
        auto conn = or_throw(take(make_server(v, options), listener));
        CHECK(conn.version() == v);
        CHECK(conn.server_name() == "localhost");
        CHECK(conn.alpn() == "h2");
        CHECK(says(openssl, "Verification: OK"));
        CHECK(says(openssl, "Verified peername: localhost"));
        CHECK(says(openssl, "Cipher is " + std::string(conn.cipher().name)));
        CHECK(says(openssl, "ALPN protocol: h2"));
        give(openssl, "hello from openssl\n");
        CHECK(read_line(conn) == "hello from openssl");
        or_throw(conn.write_all("hello from tlspp\n"));
        CHECK(says(openssl, "hello from tlspp\n"));
        openssl.close_input(); // it says close_notify at the end of its input
        give(openssl, "");
        close_second(conn);
        CHECK(openssl.wait(limit) == 0);
    }
    SECTION("much in both directions, and we close") {
        std::string const content = pattern(1'000'000);
        auto const in = shared_files().folder.write("to-server", content);
        auto const out = shared_files().folder.path_of("from-server");
        std::string shell = "exec";
        for (auto const& word : client(v, listener, {"-quiet", "-ign_eof"})) {
            shell += " '" + word + "'";
        }
        test::process openssl({"/bin/sh", "-c", shell + " <'" + in + "' >'" + out + "'"});
        auto conn = or_throw(take(make_server(v, options), listener));
        CHECK(read_exactly(conn, content.size()) == content);
        or_throw(conn.write_all(content));
        close_first(conn);
        CHECK(openssl.wait(limit) == 0);
        CHECK(content_of(out) == content);
    }
}

TEST_CASE("s_client refuses our server") {
    auto const v = GENERATE(from_range(versions));
    struct {
        std::string_view what, said;
    } const sentences[] = {{"a wrong name", "hostname mismatch"},
                           {"an unknown CA", "unable to get local issuer certificate"},
                           {"expired", "certificate has expired"}};
    for (std::size_t i = 0; auto const& bad : bad_servers()) {
        CAPTURE(short_name(v), bad.what);
        REQUIRE(sentences[i].what == bad.what);
        auto listener = listen();
        test::process openssl(client(v, listener));
        auto const conn = take(make_server(v, {.identities = {bad.certificate.identity}}), listener);
        REQUIRE(!conn);
        INFO(conn.error().message().view());
        CHECK(is_refusal(conn.error(), v));
        CHECK(openssl.wait(limit) != 0);
        CHECK(says(openssl, sentences[i].said));
        ++i;
    }
}

TEST_CASE("s_client proves itself to our server") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto const& f = shared_files();
    auto const& c = test::shared_certificates();
    auto listener = listen();
    auto const context = make_server(v, {.client_auth = client_auth::required, .trust = c.trust});
    SECTION("with a good certificate") {
        test::process openssl(client(v, listener, {"-cert", f.client.certificate, "-key", f.client.key}));
        auto conn = or_throw(take(context, listener));
        CHECK(conn.peer_status() == peer_status::verified);
        CHECK(to_string(or_throw(conn.peer_certificate()).subject()).find("Test client") != std::string::npos);
        or_throw(conn.write_all("welcome\n"));
        CHECK(says(openssl, "welcome\n"));
        or_throw(conn.shutdown());
    }
    SECTION("with one of another CA, and with none") {
        for (bool const has_one : {true, false}) {
            test::process openssl(
                has_one ? client(v, listener, {"-cert", f.other_client.certificate, "-key", f.other_client.key})
                        : client(v, listener));
            auto const conn = take(context, listener);
            REQUIRE(!conn);
            CHECK(conn.error() == (has_one ? errc::certificate_rejected : errc::no_certificate));
            CHECK(openssl.wait(limit) != 0);
            // In TLS 1.3 Mbed TLS sends this alert under the keys of the handshake, where the client already expects
            // those of the application (ssl_tls13_server.c): it learns that it failed, and not why.
            bool const told = output_of(openssl).find("alert") != std::string::npos;
            CHECK((told || (v == version::tls1_3 && says(openssl, "bad record mac"))));
        }
    }
}

TEST_CASE("openssl and we choose the same suite") {
    struct {
        version since;
        cipher_suite suite;
        const char* openssl;
        bool rsa;
    } const suites[] = {
        {version::tls1_3, cipher_suite::TLS_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256", false},
        {version::tls1_3, cipher_suite::TLS_AES_256_GCM_SHA384, "TLS_AES_256_GCM_SHA384", false},
        {version::tls1_3, cipher_suite::TLS_CHACHA20_POLY1305_SHA256, "TLS_CHACHA20_POLY1305_SHA256", false},
        {version::tls1_2, cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256",
         false},
        {version::tls1_2, cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384",
         false},
        {version::tls1_2, cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305",
         false},
        {version::tls1_2, cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256", true},
        {version::tls1_2, cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384", true},
        {version::tls1_2, cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305",
         true},
    };
    for (auto const& one : suites) {
        CAPTURE(one.openssl);
        auto const& own = one.rsa ? shared_files().rsa : shared_files().localhost;
        test::process openssl(server(one.since, own));
        auto conn = or_throw(call(make_client(one.since, {.cipher_suites = {one.suite}}), port_of(openssl)));
        CHECK(conn.cipher().name == one.openssl);
        CHECK(conn.cipher().iana_name == name(one.suite));
        CHECK(conn.cipher().id == static_cast<std::uint16_t>(one.suite));
        CHECK(says(openssl, std::string("CIPHER is ") + one.openssl));
        close_first(conn);
    }
}

// No suite without forward secrecy, and none without AEAD, whatever the other side would like.
TEST_CASE("our server and s_client have only old suites in common") {
    auto listener = listen();
    test::process openssl(client(version::tls1_2, listener,
                                 {"-cipher", "AES128-SHA:AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0"}));
    auto const conn = take(make_server(version::tls1_2), listener);
    REQUIRE(!conn);
    CHECK(conn.error() == errc::handshake_failed);
    CHECK(openssl.wait(limit) != 0);
    CHECK(says(openssl, "alert handshake failure"));
}
