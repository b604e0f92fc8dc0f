// SPDX-License-Identifier: BSL-1.0

// curl as the client of our server.
#include "interop/peers.hpp"

#include <catch2/generators/catch_generators_all.hpp>

#include <fstream>
#include <sstream>

using namespace tlspp;
using namespace interop;

namespace {

/// curl's own settings, proxies and resolver are out of the game.
std::vector<std::string> curl(version v, const bsd_listener& listener, std::vector<std::string> more = {}) {
    auto const port = std::to_string(listener.port());
    std::vector<std::string> out{program_or_skip("curl", "--version"),
                                 "-q",
                                 "--noproxy",
                                 "*",
                                 "--silent",
                                 "--show-error",
                                 "--verbose",
                                 "--max-time",
                                 "30",
                                 "--resolve",
                                 "localhost:" + port + ":127.0.0.1",
                                 "--cacert",
                                 shared_files().ca,
                                 "--tlsv" + std::string(short_name(v)),
                                 "--tls-max",
                                 std::string(short_name(v))};
    out.insert(out.end(), more.begin(), more.end());
    out.push_back("https://localhost:" + port + "/");
    return out;
}

struct request {
    std::string head;
    std::string body;
};

/// Reads a request and its body.
request read_request(connection& conn) {
    request out;
    for (std::string line = read_line(conn); line != "\r" && !line.empty(); line = read_line(conn)) {
        out.head += line + "\n";
    }
    constexpr std::string_view field = "Content-Length: ";
    if (auto const at = out.head.find(field); at != std::string::npos) {
        out.body = read_exactly(conn, std::stoul(out.head.substr(at + field.size())));
    }
    return out;
}
void answer(connection& conn, std::string_view body) {
    or_throw(conn.write_all("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                            "\r\n\r\n" + std::string(body)));
}
std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::move(std::ostringstream() << in.rdbuf()).str();
}
} // namespace

TEST_CASE("our server with curl") {
    auto const v = GENERATE(from_range(versions));
    auto const certificate = GENERATE(&test::certificates::localhost, &test::certificates::chained);
    CAPTURE(short_name(v));
    auto listener = listen();
    auto const context =
        make_server(v, {.identities = {(test::shared_certificates().*certificate).identity}, .alpn = {"http/1.1"}});
    std::string const content = pattern(1'000'000);
    auto const upload = shared_files().folder.write("upload", content);
    auto const download = shared_files().folder.path_of("download");
    test::process program(
        curl(v, listener, {"--output", download, "--data-binary", "@" + upload, "--header", "Expect:"}));
    auto conn = or_throw(take(context, listener));
    CHECK(conn.version() == v);
    CHECK(conn.server_name() == "localhost");
    CHECK(conn.alpn() == "http/1.1");
    auto const asked = read_request(conn);
    CHECK(asked.head.starts_with("POST / HTTP/1.1\r\nHost: localhost:"));
    CHECK(asked.body == content);
    answer(conn, content);
    close_first(conn);
    CHECK(program.wait(limit) == 0);
    INFO(output_of(program));
    CHECK(content_of(download) == content);
    CHECK(program.err().find("SSL connection using " + std::string(conn.cipher().protocol) + " / " +
                             std::string(conn.cipher().name)) != std::string::npos);
    CHECK(program.err().find("SSL certificate verify ok") != std::string::npos);
    CHECK(program.err().find("server accepted http/1.1") != std::string::npos);
}

TEST_CASE("curl refuses our server") {
    auto const v = GENERATE(from_range(versions));
    for (auto const& bad : bad_servers()) {
        CAPTURE(short_name(v), bad.what);
        auto listener = listen();
        test::process program(curl(v, listener));
        auto const conn = take(make_server(v, {.identities = {bad.certificate.identity}}), listener);
        // curl checks the name after the handshake, the rest within
        bool const late = bad.flag == verify_flag::name_mismatch;
        CHECK(conn.has_value() == late);
        if (!conn) {
            INFO(conn.error().message().view());
            CHECK(is_refusal(conn.error(), v));
        }
        CHECK(program.wait(limit) == 60); // "The peer's SSL certificate … was not OK"
    }
}

TEST_CASE("curl proves itself to our server") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto const& f = shared_files();
    auto const& c = test::shared_certificates();
    auto listener = listen();
    auto const context = make_server(v, {.client_auth = client_auth::required, .trust = c.trust});
    SECTION("with a good certificate") {
        test::process program(curl(v, listener, {"--cert", f.client.certificate, "--key", f.client.key}));
        auto conn = or_throw(take(context, listener));
        CHECK(conn.peer_status() == peer_status::verified);
        CHECK(to_string(or_throw(conn.peer_certificate()).subject()).find("Test client") != std::string::npos);
        (void)read_request(conn);
        answer(conn, "welcome");
        close_first(conn);
        CHECK(program.wait(limit) == 0);
        CHECK(program.out() == "welcome");
    }
    SECTION("with one of another CA, and with none") {
        for (bool const has_one : {true, false}) {
            test::process program(
                has_one ? curl(v, listener, {"--cert", f.other_client.certificate, "--key", f.other_client.key})
                        : curl(v, listener));
            auto const conn = take(context, listener);
            REQUIRE(!conn);
            CHECK(conn.error() == (has_one ? errc::certificate_rejected : errc::no_certificate));
            int const status = program.wait(limit);
            INFO(output_of(program));
            // in the handshake, at the first write or read, or "client certificate required"
            CHECK((status == 35 || status == 55 || status == 56 || status == 98));
        }
    }
}
