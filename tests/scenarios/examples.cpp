// SPDX-License-Identifier: BSL-1.0

// The programs of examples/, run as a user would: against each other, and against what they must not believe.
#include "support/certificates.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <regex>
#include <set>
#include <string>

using namespace tlspp;

namespace {

constexpr auto limit = std::chrono::seconds(30);

/// The path of an example; the test case is skipped where they were not built.
std::string example(const char* name) {
    const char* const folder = std::getenv("TLSPP_EXAMPLES");
    if (folder == nullptr || *folder == '\0') {
        SKIP("the examples were not built");
    }
    return std::string(folder) + "/" + name;
}

struct files {
    test::temporary_folder folder;
    const test::certificates& c = test::shared_certificates();
    std::string ca = folder.write("ca.pem", c.ca.root_pem());
    std::string other_ca = folder.write("other.pem", c.other_ca.root_pem());
    std::string path(const char* name) const { return folder.path_of(name); }

    void write(const std::string& name, const test::issued& what) const {
        folder.write(name + ".pem", what.pem.certificate_pem);
        folder.write(name + ".key", what.pem.key_pem);
    }
};

/// The example server, up and running.
class running_server {
public:
    running_server(const files& f, const test::issued& own, std::vector<std::string> more = {})
        : program_((f.write("server", own), arguments(f, std::move(more)))) {
        INFO(program_.err());
        REQUIRE(program_.wait_for("listening on port ", limit));
        REQUIRE(program_.wait_for("\n", limit));
        auto const at = program_.out().find("port ");
        port_ = static_cast<std::uint16_t>(std::stoul(program_.out().substr(at + 5)));
    }
    std::uint16_t port() const { return port_; }
    std::string url(const std::string& host = "localhost") const {
        return "https://" + host + ":" + std::to_string(port_) + "/";
    }
    bool logs(std::string_view text) { return program_.wait_for(text, limit); }

private:
    static std::vector<std::string> arguments(const files& f, std::vector<std::string> more) {
        std::vector<std::string> out{example("server"),    "--port",    "0",
                                     "--address",          "127.0.0.1", "--cert",
                                     f.path("server.pem"), "--key",     f.path("server.key")};
        out.insert(out.end(), more.begin(), more.end());
        return out;
    }
    test::process program_;
    std::uint16_t port_ = 0;
};

test::process_result get(std::vector<std::string> arguments, const std::vector<std::string>& environment = {}) {
    arguments.insert(arguments.begin(), example("get"));
    return test::run(arguments, {}, limit, environment);
}
bool is_one_sentence(const std::string& text) {
    return text.starts_with("get: ") && text.find('\n') == text.size() - 1;
}

/// Serves one request with a fixed answer, and closes; `clean` tells whether with close_notify.
std::uint16_t serve_once(std::future<std::string>& request, std::string answer, bool clean = true) {
    auto listener = std::make_shared<bsd_listener>(or_throw(bsd_listener::bind("127.0.0.1", 0)));
    auto const port = listener->port();
    request = std::async(std::launch::async, [listener, answer = std::move(answer), clean]() -> std::string {
        auto const context =
            or_throw(server_context::create({.identities = {test::shared_certificates().localhost.identity}}));
        auto conn = accept(context, *listener, {.accept_timeout = limit});
        if (!conn) {
            return "(refused)";
        }
        std::string asked;
        std::array<char, 1000> buffer;
        while (asked.find("\r\n\r\n") == std::string::npos) {
            auto const n = conn->read_some(buffer);
            if (!n || *n == 0) {
                return asked + "(broken off)";
            }
            asked.append(buffer.data(), *n);
        }
        or_throw(conn->write_all(answer));
        if (clean) {
            or_throw(conn->shutdown());
            (void)conn->read_some(buffer);
        }
        return asked;
    });
    return port;
}
std::string local_url(std::uint16_t port, std::string_view rest = "/") {
    return "https://localhost:" + std::to_string(port) + std::string(rest);
}
} // namespace

TEST_CASE("example engine") {
    auto const run = test::run({example("engine")});
    CHECK(run.status == 0);
    CHECK(run.err.empty());
    CHECK(run.out.find("connected: TLS_") != std::string::npos);
    CHECK(run.out.find("server reads: hello\n") != std::string::npos);
    CHECK(run.out.ends_with("the client has closed the connection\n"));
}

TEST_CASE("example callbacks_client") {
    auto const run = test::run({example("callbacks_client")});
    CHECK(run.status == 0);
    CHECK(run.err.empty());
    CHECK(run.out.starts_with("connected to broker.example with TLSv1.3"));
    CHECK(run.out.ends_with("broker: welcome to broker.example\n"));
}

// A serial line of 16 bytes at a time, with openssl at its other end.
TEST_CASE("example uart_client") {
    auto const openssl = test::find_program("openssl");
    if (!openssl) {
        SKIP("needs the openssl program");
    }
    files const f;
    f.write("server", test::shared_certificates().localhost);
    auto const version = GENERATE("-tls1_2", "-tls1_3");
    test::process server({*openssl, "s_server", version, "-accept", "127.0.0.1:0", "-www", "-cert",
                          f.path("server.pem"), "-key", f.path("server.key")});
    REQUIRE(server.wait_for("ACCEPT 127.0.0.1:", limit));
    REQUIRE(server.wait_for("\n", limit));
    auto const at = server.out().find("127.0.0.1:") + 10;
    std::string const port = server.out().substr(at, server.out().find('\n', at) - at);
    CAPTURE(version, port);

    auto const page = test::run({example("uart_client"), port, f.ca}, {}, limit);
    CHECK(page.err.empty());
    CHECK(page.status == 0);
    CHECK(page.out.starts_with("HTTP/1.0 200 ok"));
    CHECK(page.out.find("</HTML>") != std::string::npos); // more than the rings hold

    auto const wrong_name = test::run({example("uart_client"), port, f.ca, "broker.example"}, {}, limit);
    CHECK(wrong_name.status == 1);
    CHECK(wrong_name.err.find("not for this name") != std::string::npos);
    auto const wrong_ca = test::run({example("uart_client"), port, f.other_ca}, {}, limit);
    CHECK(wrong_ca.status == 1);
    CHECK(wrong_ca.out.empty());
    CHECK(wrong_ca.err.find("does not end at a trusted CA") != std::string::npos);
}
TEST_CASE("example uart_client knows a whole answer from one that was cut") {
    files const f;
    bool const clean = GENERATE(true, false);
    CAPTURE(clean);
    std::string const answer(20'000, 'x');
    std::future<std::string> request;
    auto const port = serve_once(request, answer, clean);
    auto const run = test::run({example("uart_client"), std::to_string(port), f.ca}, {}, limit);
    CHECK(request.get() == "GET / HTTP/1.0\r\n\r\n");
    CHECK(run.out == answer);
    CHECK(run.status == (clean ? 0 : 1));
    CHECK(run.err.starts_with(clean ? "" : "uart_client: read: "));
}

TEST_CASE("example client") {
    files const f;
    running_server server(f, f.c.localhost);
    auto const port = std::to_string(server.port());
    auto const good = test::run({example("client"), "localhost", port}, {}, limit, {"SSL_CERT_FILE=" + f.ca});
    CHECK(good.status == 0);
    CHECK(good.out.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(good.out.find("subject: ") != std::string::npos);
    CHECK(server.logs(": closed"));

    auto const bad = test::run({example("client"), "localhost", port}, {}, limit, {"SSL_CERT_FILE=" + f.other_ca});
    CHECK(bad.status == 1);
    CHECK(bad.out.empty());
    CHECK(bad.err.find("the chain does not end at a trusted CA") != std::string::npos);
    CHECK(test::run({example("client")}).status == 2);
}

TEST_CASE("example get and example server") {
    files const f;
    running_server server(f, f.c.localhost);
    SECTION("the page") {
        auto const run = get({"--ca", f.ca, server.url()});
        CHECK(run.status == 0);
        CHECK(run.err.empty());
        CHECK(run.out.starts_with("<!doctype html>\n"));
        CHECK(run.out.find("Hello over TLSv1.3") != std::string::npos);
    }
    SECTION("the system's trust store is that of the environment") {
        CHECK(get({server.url()}, {"SSL_CERT_FILE=" + f.ca}).status == 0);
        auto const bad = get({server.url()}, {"SSL_CERT_FILE=" + f.other_ca});
        CHECK(bad.status == 4);
        CHECK(bad.out.empty());
        CHECK(is_one_sentence(bad.err));
    }
    SECTION("an address") { CHECK(get({"--ca", f.ca, server.url("127.0.0.1")}).status == 0); }
    SECTION("another place, another name") {
        auto const there = "127.0.0.1:" + std::to_string(server.port());
        CHECK(get({"--ca", f.ca, "--connect", there, "https://localhost/"}).status == 0);
        CHECK(get({"--ca", f.ca, "--connect", there, "--name", "localhost", "https://site.invalid/"}).status == 0);
        auto const wrong = get({"--ca", f.ca, "--connect", there, "https://site.invalid/"});
        CHECK(wrong.status == 4);
        CHECK(is_one_sentence(wrong.err));
        CHECK(wrong.err.find("'site.invalid'") + wrong.err.find("(site.invalid") != 2 * std::string::npos);
        CHECK(wrong.err.find("the certificate is not for this name") != std::string::npos);
    }
    SECTION("verbose") {
        auto const run = get({"--verbose", "--ca", f.ca, server.url()});
        CHECK(run.status == 0);
        CHECK(run.err.find("localhost verified\n") != std::string::npos);
        CHECK(run.err.find("HTTP/1.1 200 OK\n") != std::string::npos);
    }
    SECTION("a page that is not there") {
        auto const run = get({"--ca", f.ca, server.url() + "nothing"});
        CHECK(run.status == 1);
        CHECK(run.out.find("Not found") != std::string::npos);
        CHECK(run.err == "get: the server answered with status 404\n");
    }
    SECTION("other lines come back, whatever others do") {
        auto stranger = or_throw(bsd_socket::connect("127.0.0.1", server.port()));
        std::string const garbage = "GET / HTTP/1.1\r\n\r\n";
        CHECK(stranger.send(std::as_bytes(std::span(garbage))));
        CHECK(server.logs("the peer does not speak TLS"));
        auto const silent = or_throw(bsd_socket::connect("127.0.0.1", server.port()));

        auto const context = or_throw(client_context::create({.trust = f.c.trust, .alpn = {"http/1.1"}}));
        auto conn = or_throw(connect(context, "localhost", server.port(), {.address = "127.0.0.1"}));
        CHECK(conn.alpn() == "http/1.1");
        or_throw(conn.write_all("one\ntwo\r\n"));
        std::array<char, 8> buffer;
        or_throw(conn.read_exactly(buffer));
        CHECK(std::string_view(buffer.data(), 8) == "one\ntwo\n");
        or_throw(conn.shutdown());
        CHECK(or_throw(conn.read_some(buffer)) == 0); // it closes with close_notify, too
    }
}

TEST_CASE("example server with client certificates and one version") {
    files const f;
    running_server server(
        f, f.c.localhost,
        {"--client-ca", f.ca, "--min-version", "1.2", "--max-version", "1.2", "--port-file", f.path("port")});
    std::ifstream in(f.path("port"));
    unsigned port = 0;
    CHECK(in >> port);
    CHECK(port == server.port());
    CHECK(get({"--ca", f.ca, server.url()}).status == 5); // no certificate
    CHECK(server.logs("the client sent no certificate"));

    auto const with = [&](const test::issued& own, std::optional<version> minimum = {}) {
        auto const context = or_throw(
            client_context::create({.trust = f.c.trust, .minimum_version = minimum, .identity = own.identity}));
        return connect(context, "localhost", server.port(), {.address = "127.0.0.1"});
    };
    auto good = or_throw(with(f.c.client));
    CHECK(good.version() == version::tls1_2);
    CHECK(server.logs("CN=Test client"));
    or_throw(good.shutdown());
    CHECK(!with(f.c.other_client));
    CHECK(server.logs("the chain does not end at a trusted CA"));
    CHECK(!with(f.c.client, version::tls1_3));
}

TEST_CASE("example server and example get take the parameters of connections from outside") {
    files const f;
    SECTION("a policy, versions, suites and groups") {
        running_server modern(f, f.c.localhost);
        running_server compatible(f, f.c.localhost, {"--policy", "compatible", "--groups", "secp384r1"});
        std::vector<std::string> old{
            "--ca",          f.ca,  "--policy", "compatible",
            "--max-version", "1.2", "--suites", "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256"};
        auto const from = [&](std::vector<std::string> arguments, const running_server& server) {
            arguments.push_back(server.url());
            return get(arguments).status;
        };
        CHECK(from(old, modern) == 5);
        CHECK(from(old, compatible) == 0);
        CHECK(compatible.logs("AES128-SHA256"));
        CHECK(from({"--ca", f.ca, "--groups", "x25519"}, compatible) == 5);
        CHECK(from({"--ca", f.ca, "--groups", "secp384r1"}, compatible) == 0);
        running_server newest(f, f.c.localhost, {"--min-version", "1.3", "--suites", "TLS_AES_128_GCM_SHA256"});
        CHECK(from({"--ca", f.ca, "--max-version", "1.2"}, newest) == 5);
        CHECK(from({"--ca", f.ca, "--min-version", "1.3"}, newest) == 0);
        CHECK(newest.logs("TLS_AES_128_GCM_SHA256"));
    }
    SECTION("a page") {
        std::string const page(100'000, 'x');
        running_server server(f, f.c.localhost, {"--page", f.folder.write("page.txt", page)});
        CHECK(get({"--ca", f.ca, server.url()}).out == page);
    }
    SECTION("sessions, in both versions, and none without tickets") {
        for (std::string const version : {"1.2", "1.3"}) {
            CAPTURE(version);
            running_server server(f, f.c.localhost, {"--max-version", version});
            auto const run = get({"--ca", f.ca, "--resume", server.url()});
            CHECK(run.status == 0);
            CHECK(run.out.find("Hello over TLSv" + version) == run.out.rfind("Hello over")); // once
            CHECK(server.logs(", resumed"));
            running_server without(f, f.c.localhost, {"--max-version", version, "--tickets", "0"});
            CHECK(get({"--ca", f.ca, "--resume", without.url()}).status == 8);
        }
    }
    SECTION("a certificate that is asked for and may be missing") {
        running_server server(f, f.c.localhost, {"--client-ca", f.ca, "--client-auth", "optional"});
        CHECK(get({"--ca", f.ca, server.url()}).status == 0);
        f.write("client", f.c.client);
        CHECK(get({"--ca", f.ca, "--cert", f.path("client.pem"), "--key", f.path("client.key"), server.url()}).status ==
              0);
        CHECK(server.logs("CN=Test client"));
        f.write("stranger", f.c.other_client);
        CHECK(get({"--ca", f.ca, "--cert", f.path("stranger.pem"), "--key", f.path("stranger.key"), server.url()})
                  .status == 5);
    }
}

TEST_CASE("example server and example get with keys instead of certificates") {
    files const f;
    auto const keys = f.folder.write("keys", "thermometer:000102030405060708090A0B0C0D0E0F\n"
                                             "lamp:ffeeddccbbaa99887766554433221100\n");
    auto const lamp = f.folder.write("lamp", "lamp:ffeeddccbbaa99887766554433221100\n");
    auto const wrong = f.folder.write("wrong", "lamp:00eeddccbbaa99887766554433221100\n");
    auto const stranger = f.folder.write("stranger", "kettle:ffeeddccbbaa99887766554433221100\n");
    for (std::string const version : {"1.2", "1.3"}) {
        CAPTURE(version);
        test::process server(
            {example("server"), "--port", "0", "--address", "127.0.0.1", "--psk", keys, "--max-version", version});
        REQUIRE(server.wait_for("listening on port ", limit));
        REQUIRE(server.wait_for("\n", limit));
        auto const url = "https://127.0.0.1:" + server.out().substr(18, server.out().find('\n') - 18) + "/";
        auto const good = get({"--psk", lamp, url});
        CHECK(good.status == 0);
        CHECK(good.out.find("Hello over TLSv" + version) != std::string::npos);
        CHECK(server.wait_for("key of lamp", limit));
        CHECK(get({"--psk", wrong, url}).status == 5);
        CHECK(get({"--psk", stranger, url}).status == 5);
        CHECK(get({"--ca", f.ca, url}).status == 5);
        CHECK(get({"--psk", keys, url}).status == 0); // its first
        CHECK(server.wait_for("key of thermometer", limit));
    }
    CHECK(get({"--psk", f.folder.write("none", ""), "https://localhost/"}).status == 2);
    CHECK(get({"--psk", f.folder.write("odd", "lamp:123\n"), "https://localhost/"}).status == 2);
}

TEST_CASE("example server and example get export what OpenSSL exports") {
    auto const openssl = test::find_program("openssl");
    if (!openssl) {
        SKIP("openssl is not installed");
    }
    files const f;
    auto const digits_behind = [](const std::string& text, std::string_view word) {
        std::smatch found;
        std::regex const pattern(std::string(word) + ": ([0-9A-F]{40})\\b");
        return std::regex_search(text, found, pattern) ? found[1].str() : std::string();
    };
    for (std::string const version : {"1.2", "1.3"}) {
        CAPTURE(version);
        test::process server((f.write("server", f.c.localhost),
                              std::vector<std::string>{example("server"), "--port", "0", "--address", "127.0.0.1",
                                                       "--cert", f.path("server.pem"), "--key", f.path("server.key"),
                                                       "--max-version", version, "--export", "EXPORTER-tlspp:20"}));
        REQUIRE(server.wait_for("listening on port ", limit));
        REQUIRE(server.wait_for("\n", limit));
        auto const port = server.out().substr(18, server.out().find('\n') - 18);
        auto const theirs = test::run({*openssl, "s_client", "-connect", "127.0.0.1:" + port, "-keymatexport",
                                       "EXPORTER-tlspp", "-keymatexportlen", "20"},
                                      "GET / HTTP/1.0\r\n\r\n", limit);
        REQUIRE(server.wait_for("exported: ", limit));
        REQUIRE(server.wait_for(": closed", limit));
        auto const ours = digits_behind(server.out(), "exported");
        CHECK(!ours.empty());
        CHECK(digits_behind(theirs.out, "Keying material") == ours);
        // the client's side, against the server's, which was just compared
        auto const get_side = get({"--ca", f.ca, "--export", "EXPORTER-tlspp:20", "https://localhost:" + port + "/"});
        CHECK(get_side.status == 0);
        auto const exported = digits_behind(get_side.err, "exported");
        CHECK(server.wait_for("exported: " + exported, limit));
        CHECK(exported != ours);
        auto const other = get({"--ca", f.ca, "--export", "EXPORTER-other:20", "https://localhost:" + port + "/"});
        CHECK(server.out().find(digits_behind(other.err, "exported")) == std::string::npos);
    }
}

TEST_CASE("example server cannot start") {
    files const f;
    f.write("server", f.c.localhost);
    f.write("other", f.c.chained);
    auto const start = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), example("server"));
        return test::run(arguments, {}, limit);
    };
    CHECK(start({}).status == 2);
    CHECK(start({"--help"}).status == 0);
    CHECK(start({"--port", "70000", "--cert", "a", "--key", "b"}).status == 2);
    CHECK(start({"--port", "0", "--cert", "a"}).status == 2);
    for (std::vector<std::string> more : {std::vector<std::string>{"--policy", "none"},
                                          {"--min-version", "1.1"},
                                          {"--client-auth", "perhaps"},
                                          {"--export", "label"},
                                          {"--tickets", "many"},
                                          {"--psk", f.path("nothing")},
                                          {"--colour", "red"},
                                          {"--policy"}}) {
        CAPTURE(more.front());
        more.insert(more.end() - (more.size() == 1 ? 1 : 2), {"--port", "0", "--cert", "a", "--key", "b"});
        CHECK(start(more).status == 2);
    }
    auto const missing = start({"--port", "0", "--cert", f.path("nothing.pem"), "--key", f.path("server.key")});
    CHECK(missing.status == 1);
    CHECK(missing.err.find("nothing.pem': No such file or directory") != std::string::npos);
    auto const mixed = start({"--port", "0", "--cert", f.path("server.pem"), "--key", f.path("other.key")});
    CHECK(mixed.status == 1);
    CHECK(mixed.err.find("does not belong to the certificate") != std::string::npos);
}

TEST_CASE("example get refuses") {
    files const f;
    struct {
        const test::issued& own;
        const char* sentence;
    } const servers[] = {{f.c.wrong_name, "the certificate is not for this name"},
                         {f.c.other_issuer, "the chain does not end at a trusted CA"},
                         {f.c.expired, "a certificate has expired"}};
    for (auto const& server : servers) {
        running_server running(f, server.own);
        auto const run = get({"--ca", f.ca, running.url()});
        CAPTURE(run.err);
        CHECK(run.status == 4);
        CHECK(run.out.empty());
        CHECK(is_one_sentence(run.err));
        CHECK(run.err.find(server.sentence) != std::string::npos);
        CHECK(running.logs("\n127.0.0.1"));
    }
}

TEST_CASE("example get is called wrongly") {
    struct {
        std::vector<std::string> arguments;
        int status;
    } const calls[] = {
        {{}, 2},
        {{"http://localhost/"}, 2},
        {{"https:///"}, 2},
        {{"https://user@localhost/"}, 2},
        {{"https://localhost:0/"}, 2},
        {{"https://localhost:65536/"}, 2},
        {{"https://local host/"}, 2},
        {{"https://localhost/\r\nX: y"}, 2},
        {{"https://[::1/"}, 2},
        {{"https://-bad-.example/"}, 2},
        {{"--nonsense", "https://localhost/"}, 2},
        {{"--ca"}, 2},
        {{"--ca", "/nonexistent/ca.pem", "https://localhost/"}, 2},
        {{"--connect", "127.0.0.1:1", "https://localhost/"}, 3},
        {{"https://nothing.invalid/"}, 3},
        {{"--help"}, 0},
    };
    files const f;
    for (auto const& call : calls) {
        CAPTURE(call.arguments);
        auto const run = get(call.arguments, {"SSL_CERT_FILE=" + f.ca});
        CAPTURE(run.err);
        CHECK(run.status == call.status);
        CHECK(run.out.empty() == (call.status != 0));
    }
}

TEST_CASE("example get reads answers of every kind, and takes none for whole that is not") {
    struct {
        std::string answer;
        bool clean;
        int status;
        std::string body;
    } const answers[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true, 0, "hello"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false, 0, "hello"}, // the length says that it is whole
        {"HTTP/1.1 200 OK\r\n\r\nhello", true, 0, "hello"},
        {"HTTP/1.1 200 OK\r\n\r\nhello", false, 5, "hello"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", true, 6, "hello"},
        {"HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\nhello", true, 6, ""},
        {"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nA: b\r\n\r\n",
         true, 0, "hello, world"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true, 6, "hello"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", true, 6, ""},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", true, 6, ""},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!", true, 0, "!"},
        {"HTTP/1.1 204 No Content\r\n\r\n", true, 0, ""},
        {"HTTP/1.1 301 Moved Permanently\r\nContent-Length: 0\r\n\r\n", true, 1, ""},
        {"HTTP/1.1 200 OK\r\nContent-", true, 6, ""},
        {"220 mail.example ESMTP\r\n\r\n", true, 6, ""},
        {"", true, 6, ""},
        {"", false, 5, ""},
    };
    files const f;
    for (auto const& one : answers) {
        CAPTURE(one.answer, one.clean);
        std::future<std::string> request;
        auto const port = serve_once(request, one.answer, one.clean);
        auto const run = get({"--ca", f.ca, local_url(port, "/a/b?c=d#e")});
        CAPTURE(run.err);
        CHECK(run.status == one.status);
        CHECK(run.out == one.body);
        CHECK(run.err.empty() == (one.status == 0));
        CHECK(request.get() == "GET /a/b?c=d HTTP/1.1\r\nHost: localhost:" + std::to_string(port) +
                                   "\r\nUser-Agent: tlspp-get\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    }
}

namespace {
test::process_result inspect(std::vector<std::string> arguments, const std::vector<std::string>& environment = {}) {
    arguments.insert(arguments.begin(), example("inspect"));
    return test::run(arguments, {}, limit, environment);
}
std::string host(const running_server& server) { return "localhost:" + std::to_string(server.port()); }
} // namespace

TEST_CASE("example inspect tells of a server that is trusted") {
    files const f;
    running_server const server(f, f.c.localhost);
    auto const run = inspect({"--ca", f.ca, "--ladder", "--alpn", "h2,http/1.1", host(server)});
    INFO(run.out);
    INFO(run.err);
    CHECK(run.status == 0);
    CHECK(run.err.empty());
    for (auto const* what : {"trusted         yes", "TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256 (256 bits)", "x25519",
                             "ALPN            http/1.1", "resumption      yes, in ", "(trust anchor)", "DNS:localhost",
                             " days left", "ClientHello"}) {
        CAPTURE(what);
        CHECK(run.out.find(what) != std::string::npos);
    }
    CHECK(run.out.find('\x1B') == std::string::npos); // no terminal, no colours
}

TEST_CASE("example inspect tells why a server is not trusted") {
    files const f;
    struct bad {
        const test::issued* shows;
        std::vector<std::string> options;
        std::string_view why;
    };
    for (auto const& [shows, options, why] :
         {bad{&f.c.localhost, {"--ca", f.other_ca}, "the chain does not end at a trusted CA"},
          bad{&f.c.localhost, {"--ca", f.ca, "--name", "elsewhere.example"}, "the certificate is not for this name"},
          bad{&f.c.expired, {"--ca", f.ca}, "a certificate has expired"}}) {
        running_server server(f, *shows);
        auto arguments = options;
        arguments.push_back(host(server));
        auto const run = inspect(arguments);
        INFO(run.out);
        CHECK(run.status == 1);
        CHECK(run.err.empty());
        CHECK(run.out.find("trusted         no") != std::string::npos);
        CHECK(run.out.find(why) != std::string::npos);
        CHECK(run.out.find("as the server sent it") != std::string::npos);
    }
}

TEST_CASE("example inspect speaks JSON, and logs keys where the environment says so") {
    files const f;
    running_server const server(f, f.c.localhost);
    auto const log = f.path("keys.log");
    auto const run = inspect({"--json", "--ca", f.ca, host(server)}, {"SSLKEYLOGFILE=" + log});
    CHECK(run.status == 0);
    std::ifstream keys(log);
    std::string const secrets(std::istreambuf_iterator<char>(keys), {});
    CHECK(secrets.find("CLIENT_TRAFFIC_SECRET_0 ") != std::string::npos);
    auto const python = test::run({"python3", "-c", R"(
import json, sys
found = json.load(sys.stdin)
assert found["trusted"] is True and found["reasons"] == [] and found["protocol"] == "TLSv1.3", found
assert found["resumed"] is True and found["group"] == "x25519" and len(found["chain"]) == 2, found
assert found["ladder"][0]["message"] == "ClientHello", found
)"},
                                  run.out, limit);
    INFO(run.out << python.err);
    CHECK(python.status == 0);
}

TEST_CASE("example inspect gives a terminal nothing to obey") {
    files const f;
    test::issued const hostile(f.c.ca, {.dns_names = {"localhost", "a\x1B[31m\a.example"}});
    running_server const server(f, hostile);
    for (auto const* how : {"--ladder", "--json"}) {
        auto const run = inspect({"--ca", f.ca, how, host(server)});
        CHECK(run.status == 0);
        CHECK(run.out.find("[31m") != std::string::npos); // the name is there, and harmless
        CHECK(run.out.find('\x1B') == std::string::npos);
        CHECK(run.out.find('\a') == std::string::npos);
    }
}

TEST_CASE("example inspect says in one sentence why there is nothing to tell") {
    files const f;
    auto const listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto const nobody = [] {
        auto const gone = or_throw(bsd_listener::bind("127.0.0.1", 0));
        return "127.0.0.1:" + std::to_string(gone.port());
    }();
    struct bad {
        std::vector<std::string> arguments;
        int status;
    };
    for (auto const& [arguments, status] :
         {bad{{nobody}, 3},
          bad{{"--timeout", "0.2", "127.0.0.1:" + std::to_string(listener.port())}, 3}, // accepts, and says nothing
          bad{{"--ca", f.path("missing.pem"), nobody}, 2}, bad{{"a host"}, 3}, bad{{"localhost:99999"}, 2}}) {
        auto const run = inspect(arguments);
        INFO(run.err);
        CHECK(run.status == status);
        CHECK(run.out.empty());
        CHECK(run.err.starts_with("inspect: "));
        CHECK(run.err.find('\n') == run.err.size() - 1);
    }
    CHECK(inspect({}).status == 2);
    CHECK(inspect({"--timeout", "0", "localhost"}).status == 2);
    CHECK(inspect({"--what", "localhost"}).status == 2);
    auto const help = inspect({"--help"});
    CHECK(help.status == 0);
    CHECK(help.out.starts_with("usage: inspect "));
}

TEST_CASE("example inspect paints for terminals, unless NO_COLOR says otherwise") {
    files const f;
    running_server const server(f, f.c.localhost);
    auto const on_terminal = [&](const std::vector<std::string>& environment) {
        return test::run({"python3", "-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)",
                          example("inspect"), "--ca", f.ca, host(server)},
                         {}, limit, environment);
    };
    auto const painted = on_terminal({"TERM=xterm", "NO_COLOR="});
    CHECK(painted.status == 0);
    CHECK(painted.out.find("\x1B[32myes\x1B[0m") != std::string::npos);
    auto const plain = on_terminal({"TERM=xterm", "NO_COLOR=1"});
    CHECK(plain.status == 0);
    CHECK(plain.out.find("yes, the chain") != std::string::npos);
    CHECK(plain.out.find('\x1B') == std::string::npos);
}

TEST_CASE("example https_server serves its page, and makes a CA for itself") {
    files const f;
    auto const ca = f.path("made.pem");
    auto const port_file = f.path("port");
    test::process server({example("https_server"), "--ca-file", ca, "--port-file", port_file});
    REQUIRE(server.wait_for("open https://localhost:", limit));
    REQUIRE(server.wait_for("/", limit));
    std::string port;
    std::ifstream(port_file) >> port;
    auto const url = "https://localhost:" + port + "/";
    CHECK(server.out().find(url) != std::string::npos);
    auto const page = get({"--ca", ca, url});
    CHECK(page.status == 0);
    CHECK(page.out.find("TLSv1.3") != std::string::npos);
    CHECK(page.out.find("http/1.1") != std::string::npos);
    CHECK(get({"--ca", ca, url + "elsewhere"}).status == 1);
    CHECK(get({"--ca", f.ca, url}).status == 4);
    CHECK(get({"--ca", ca, url}).status == 0); // a client that left disturbed nobody
    auto const wrong = test::run({example("https_server"), "--port", "many"}, {}, limit);
    CHECK(wrong.status == 2);
    CHECK(wrong.err == "https_server: not a port: many\n");
    CHECK(test::run({example("https_server"), "--cert", f.ca}, {}, limit).status == 2);
}

TEST_CASE("inspect's manual page has the options that --help has") {
    const char* const root = std::getenv("TLSPP_ROOT");
    REQUIRE(root != nullptr);
    auto const page = std::string(root) + "/docs/inspect.1";
    std::ifstream in(page);
    std::string text(std::istreambuf_iterator<char>(in), {});
    text = std::regex_replace(text, std::regex(R"(\\-)"), "-");
    auto const options_in = [](const std::string& where) {
        std::set<std::string> out;
        std::regex const option("--[a-z]+");
        for (std::sregex_iterator i(where.begin(), where.end(), option), end; i != end; ++i) {
            out.insert(i->str());
        }
        return out;
    };
    CHECK(options_in(text) == options_in(inspect({"--help"}).out));
    for (auto const* variable : {"SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "NO_COLOR"}) {
        CHECK(text.find(variable) != std::string::npos);
    }
    auto const groff = test::run({"groff", "-man", "-Tutf8", "-ww", "-z", page}, {}, limit);
    if (groff.status < 0) {
        SKIP("groff is not installed");
    }
    CHECK(groff.status == 0);
    CHECK(groff.err.empty());
}
