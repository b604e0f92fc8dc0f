// SPDX-License-Identifier: BSL-1.0

// The programs that the design promises, as a user would write them: only host, port, trust and the names that they
// leave undeclared are filled in. The umbrella header stands beside the system's and `using namespace tlspp`, as it
// will in programs.
#include <sys/socket.h>
#include <unistd.h>

#include <tlspp/dev.hpp>
#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <catch2/catch_test_macros.hpp>

#include "support/certificates.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

using namespace tlspp;

namespace {

/// Reads until the other side closes.
std::string read_to_end(connection& conn) {
    std::string all;
    std::array<char, 4096> buffer;
    for (std::size_t n = or_throw(conn.read_some(buffer)); n != 0; n = or_throw(conn.read_some(buffer))) {
        all.append(buffer.data(), n);
    }
    return all;
}

/// Runs `f` in a thread; what it throws comes out of `get`.
template <class F>
auto in_background(F f) {
    return std::async(std::launch::async, std::move(f));
}

/// Serves one client as hamburg.python.pizza would; returns what it asked for.
std::string serve_page(server_context context, bsd_listener& listener) {
    auto conn = or_throw(accept(context, listener, {.accept_timeout = 20'000}));
    conn.transport().set_timeout(20'000);
    std::string request(45, '\0');
    or_throw(conn.read_exactly(request));
    or_throw(conn.write_all("HTTP/1.1 200 OK\r\n\r\n"));
    request += read_to_end(conn);
    or_throw(conn.shutdown());
    return request;
}
} // namespace

TEST_CASE("slides 9 and 10 as a program") {
    auto const server =
        or_throw(server_context::create({.identities = {test::shared_certificates().localhost.identity}}));
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto served = in_background([&] { return serve_page(server, listener); });
    std::ostringstream shown;
    auto* const before = std::cout.rdbuf(shown.rdbuf());
    struct give_back {
        std::streambuf* buffer;
        ~give_back() { std::cout.rdbuf(buffer); }
    } const restore{before};

    {
        auto context = or_throw(client_context::create({.trust = test::shared_certificates().trust}));
        auto conn = or_throw(connect(context, "localhost", listener.port())); // resolve, connect, SNI, handshake
        or_throw(conn.write_all("GET / HTTP/1.1\r\nHost: hamburg.python.pizza\r\n\r\n"));
        std::array<char, 4096> buffer;
        std::size_t n = or_throw(conn.read_some(buffer)); // 0: the peer closed cleanly
        std::cout.write(buffer.data(), static_cast<std::streamsize>(n));
        std::cout << conn.cipher() << '\n'                       // TLS_AES_256_GCM_SHA384 TLSv1.3 256
                  << describe(*conn.peer_certificate()) << '\n'; // subject, issuer, SAN, validity, serial, version
        or_throw(conn.shutdown());
    }

    CHECK(served.get() == "GET / HTTP/1.1\r\nHost: hamburg.python.pizza\r\n\r\n");
    std::string const text = shown.str();
    CHECK(text.starts_with("HTTP/1.1 200 OK\r\n\r\n"));
    CHECK(text.find(" TLSv1.3 256\n") != std::string::npos);
    for (const char* field : {"\nsubject: ", "\nissuer: ", "\nsubjectAltName: ", "\nnotBefore: ", "\nnotAfter: ",
                              "\nserialNumber: ", "\nversion: "}) {
        INFO(field);
        CHECK(text.find(field) != std::string::npos);
    }
    CHECK(text.find("DNS:localhost") != std::string::npos);
    CHECK(text.find("commonName=Test CA") != std::string::npos);
}

TEST_CASE("slides 9 and 10 as a program: the server has another name") {
    auto const server =
        or_throw(server_context::create({.identities = {test::shared_certificates().wrong_name.identity}}));
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto served = in_background([&] { return accept(server, listener, {.accept_timeout = 20'000}); });

    std::string told;
    try {
        auto context = or_throw(client_context::create({.trust = test::shared_certificates().trust}));
        auto conn = or_throw(connect(context, "localhost", listener.port()));
        (void)conn.write_all("GET / HTTP/1.1\r\nHost: hamburg.python.pizza\r\n\r\n");
    } catch (const failure& e) {
        told = e.what();
        CHECK(e.error() == errc::certificate_rejected);
        CHECK(e.error().flags().has(verify_flag::name_mismatch));
        CHECK(e.error().subject() == "localhost");
    }
    CHECK(told.find("localhost") != std::string::npos);
    CHECK(told.find("the certificate is not for this name") != std::string::npos);
    auto const seen = served.get();
    REQUIRE(!seen);
    CHECK(seen.error() == errc::alert_received); // and no reset: the server learns why
}

namespace {

/// A modem, and a broker behind it.
class modem_line {
public:
    explicit modem_line(const server_context& context) : broker_(or_throw(context.wrap(memory_transport{}))) {}

    io_result send(std::span<const std::byte> out) {
        if (++calls_ % 3 == 0) {
            return std::unexpected(would_block);
        }
        auto const part = out.first(std::min<std::size_t>(out.size(), 50));
        broker_.transport().feed(part);
        return part.size();
    }
    io_result receive(std::span<std::byte> in) {
        auto const there = broker_.transport().outgoing();
        if (there.empty() || ++calls_ % 3 == 0) {
            return std::unexpected(would_block);
        }
        auto const n = std::min({there.size(), in.size(), std::size_t{50}});
        std::copy_n(there.begin(), n, in.begin());
        broker_.transport().consume(n);
        return n;
    }
    void wait() {
        REQUIRE(++waits_ < 10'000);
        (void)broker_.handshake();
    }
    engine& broker() { return broker_; }

private:
    engine broker_;
    unsigned calls_ = 0;
    unsigned waits_ = 0;
};

/// The program over a transport of one's own; `speak` is what comes after it.
template <class Fail, class Speak>
int modem_program(const client_context& context, modem_line& line, Fail fail, Speak speak) {
    auto const modem_send = [&line](std::span<const std::byte> out) { return line.send(out); };
    auto const modem_receive = [&line](std::span<std::byte> in) { return line.receive(in); };
    auto const wait_for_modem = [&line] { line.wait(); };

    auto link = callbacks{[&](std::span<const std::byte> out) -> io_result {
                              return modem_send(out);
                          }, // bytes taken, or std::unexpected(would_block) …
                          [&](std::span<std::byte> in) -> io_result {
                              return modem_receive(in);
                          }}; // bytes put, 0 = end of stream, or std::unexpected(would_block) …
    auto conn = context.wrap(std::move(link), "broker.example"); // result<stream<…>>, no I/O yet
    if (!conn)
        return fail(conn.error());
    for (auto done = conn->handshake(); !done; done = conn->handshake()) {
        if (done.error() != errc::want_read && done.error() != errc::want_write)
            return fail(done.error());
        wait_for_modem();
    }

    speak(*conn);
    return 0;
}
} // namespace

TEST_CASE("a transport of one's own, nothing blocking") {
    auto ca = or_throw(dev::authority::create());
    auto const server = or_throw(server_context::create({
        .identities = {or_throw(ca.issue({.dns_names = {"broker.example"}}))},
    }));
    auto const context = or_throw(client_context::create({.trust = or_throw(ca.trust())}));
    modem_line line(server);
    auto const unexpected = [](const error& e) -> int {
        FAIL(e.message().view());
        return 1;
    };
    int const status = modem_program(context, line, unexpected, [&line](connection& conn) {
        CHECK(conn.peer_status() == peer_status::verified);
        auto written = conn.write_all("hello");
        while (!written && written.error() == errc::want_write) {
            written = conn.write_all("hello");
        }
        REQUIRE(written);
        std::array<char, 16> buffer;
        auto const n = line.broker().read_some(buffer);
        REQUIRE(n);
        CHECK(std::string_view(buffer.data(), *n) == "hello");
    });
    CHECK(status == 0);
}

TEST_CASE("a transport of one's own: the broker of somebody else") {
    auto ca = or_throw(dev::authority::create());
    auto const server = or_throw(server_context::create({
        .identities = {or_throw(ca.issue({.dns_names = {"other.example"}}))},
    }));
    auto const context = or_throw(client_context::create({.trust = or_throw(ca.trust())}));
    modem_line line(server);
    std::optional<error> why;
    int const status = modem_program(
        context, line,
        [&why](const error& e) {
            why = e;
            return 7;
        },
        [](connection&) { FAIL("must not get here"); });
    CHECK(status == 7);
    REQUIRE(why);
    CHECK(*why == errc::certificate_rejected);
    CHECK(why->subject() == "broker.example");
}

namespace {

// An EC key, and the same encrypted with "password" (PKCS#8, PBES2, AES-256-CBC).
constexpr const char* api_key = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggaQN8DPFKiUcnc48
bdo/f0wpufBLPktzmF5qpAuvuNahRANCAARioZo8h0VvwX9sdYmur1huIPZYZSt5
73iYaGsMpiEKxK16msgQszICgYdlnTgDh6Tn7sylU550SI0zzhlROsVS
-----END PRIVATE KEY-----
)";
constexpr const char* encrypted_api_key = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhuZkW8KnDD0wICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEGSO5EC6uS9ezAUcuorGLL8EgZAT
VevI1oIff2D9WtBKGl7xnBnF/bxMApvSmkKxhZhC39X07dmz41AjHB5JpWQ1v/9/
YWeEGq8Wx0Yuc8Dis7o+SZbwSZiZ3ujxRCIVHbOfZQPfBkDqNuSn28mdKeNDKOVb
EROueSz9TLWPD8EOjRcXiskvPPFJ6fWyD1ReURN1JW9jRdmjjT4APMOB8tG1vFQ=
-----END ENCRYPTED PRIVATE KEY-----
)";

/// A client of the server program: what it saw, or the error that it ended with.
struct visit {
    std::string names;
    std::string alpn;
    std::string answer;
};
result<visit> call(std::uint16_t port, std::string_view name, std::optional<identity> own) {
    auto const context = client_context::create({
        .trust = test::shared_certificates().trust,
        .alpn = {"http/1.1", "h2"},
        .identity = std::move(own),
    });
    if (!context) {
        return std::unexpected(context.error());
    }
    auto conn = connect(*context, name, port, {.address = "localhost"});
    if (!conn) {
        return std::unexpected(conn.error());
    }
    conn->transport().set_timeout(20'000);
    std::array<char, 64> buffer;
    auto const n = conn->read_some(buffer); // under TLS 1.3 the server's refusal arrives here
    if (!n) {
        return std::unexpected(n.error());
    }
    visit out;
    for (auto const& san : or_throw(conn->peer_certificate()).subject_alt_names()) {
        out.names += to_string(san) + " ";
    }
    out.alpn = conn->alpn().value_or("(none)");
    out.answer.assign(buffer.data(), *n);
    (void)conn->shutdown();
    return out;
}
} // namespace

TEST_CASE("a server with client certificates, ALPN and SNI") {
    auto const& shared = test::shared_certificates();
    test::temporary_folder folder;
    auto const site_pem = or_throw(shared.ca.issue_pem({.dns_names = {"site.example", "www.site.example"}}));
    auto const api_pem = or_throw(shared.ca.issue_pem({.dns_names = {"api.site.example"}, .key_pem = api_key}));
    auto const in = [&folder](const char* name) { return folder.path_of(name); };
    folder.write("site.pem", site_pem.certificate_pem);
    folder.write("site.key", site_pem.key_pem);
    folder.write("api.pem", api_pem.certificate_pem);
    folder.write("api.key", encrypted_api_key);
    folder.write("clients.pem", shared.ca.root_pem());

    auto site = or_throw(identity::from_files(in("site.pem"), in("site.key")));
    auto api = or_throw(identity::from_files(in("api.pem"), in("api.key"), "password"));
    auto context = or_throw(server_context::create({
        .identities = {site, api}, // chosen by SNI against their names
        .client_auth = client_auth::required,
        .trust = or_throw(trust_store::from_file(in("clients.pem"))),
        .alpn = {"h2", "http/1.1"},
    }));
    auto listener = or_throw(bsd_listener::bind("::", 0)); // port 0: the system's choice, listener.port()

    SECTION("both ways of accepting") {
        auto first = in_background([&] { return call(listener.port(), "www.site.example", shared.client.identity); });
        auto socket = or_throw(listener.accept());
        auto conn = or_throw(context.wrap(std::move(socket))); // handshake() when it suits the caller
        or_throw(conn.handshake());
        CHECK(conn.server_name() == "www.site.example");
        CHECK(conn.peer_status() == peer_status::verified);
        CHECK(to_string(or_throw(conn.peer_certificate()).subject()).find("Test client") != std::string::npos);
        or_throw(conn.write_all("welcome"));
        or_throw(conn.shutdown());
        auto const seen = or_throw(first.get());
        CHECK(seen.names == "DNS:site.example DNS:www.site.example ");
        CHECK(seen.alpn == "h2"); // the server's preference counts
        CHECK(seen.answer == "welcome");

        auto second = in_background([&] { return call(listener.port(), "api.site.example", shared.client.identity); });
        auto next = or_throw(accept(context, listener)); // both at once, with a handshake deadline by default
        or_throw(next.write_all("hello"));
        or_throw(next.shutdown());
        CHECK(or_throw(second.get()).names == "DNS:api.site.example ");
    }
    SECTION("a client without a certificate, or with one that nobody trusts, or an expired one") {
        struct {
            std::optional<identity> own;
            errc expected;
        } const clients[] = {{std::nullopt, errc::no_certificate},
                             {shared.other_client.identity, errc::certificate_rejected},
                             {shared.expired_client.identity, errc::certificate_rejected}};
        for (auto const& client : clients) {
            auto called = in_background([&] { return call(listener.port(), "site.example", client.own); });
            auto const refused = accept(context, listener);
            REQUIRE(!refused);
            CHECK(refused.error() == client.expected);
            CHECK(!called.get()); // under TLS 1.3 the alert is not always readable; interop/openssl.cpp says why
        }
    }
    SECTION("a name that none of the certificates has") {
        auto called = in_background([&] { return call(listener.port(), "elsewhere.example", shared.client.identity); });
        REQUIRE(!accept(context, listener));
        auto const told = called.get();
        REQUIRE(!told);
        CHECK(told.error() == errc::certificate_rejected);
    }
    SECTION("a wrong password, and none") {
        CHECK(identity::from_files(in("api.pem"), in("api.key"), "guess").error() == errc::password);
        CHECK(identity::from_files(in("api.pem"), in("api.key")).error() == errc::password);
    }
}

TEST_CASE("no I/O at all") {
    auto const server_side =
        or_throw(server_context::create({.identities = {test::shared_certificates().localhost.identity}}));
    engine server = or_throw(server_side.wrap(memory_transport{}));
    auto context = or_throw(client_context::create({.trust = test::shared_certificates().trust}));
    std::size_t n = 0;
    auto const send_somehow = [&](std::span<const std::byte> out) {
        server.transport().feed(out);
        n = out.size();
    };

    engine client = or_throw(context.wrap(memory_transport{}, "localhost")); // engine = stream<memory_transport>
    (void)client.handshake();                                                // want_read
    send_somehow(client.transport().outgoing());                             // span of bytes to send
    client.transport().consume(n);                                           // n of them are on their way
    CHECK(n != 0);
    CHECK(client.transport().outgoing().empty());
    CHECK(client.handshake().error() == errc::want_read);

    CHECK(server.handshake().error() == errc::want_read);
    auto const received = server.transport().outgoing();
    client.transport().feed(received); // bytes that arrived;  .feed_end(): the peer's end of stream
    REQUIRE(client.handshake());
    CHECK(client.peer_status() == peer_status::verified);

    client.transport().feed_end();
    std::array<char, 16> buffer;
    CHECK(client.read_some(buffer).error() == errc::truncated);
    CHECK(client.read_some(buffer).error() == errc::truncated);
}

TEST_CASE("own certificates, no files needed") {
    auto ca = or_throw(dev::authority::create());
    auto server = or_throw(ca.issue({.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1"}})); // an identity
    auto trust = or_throw(ca.trust());                                                             // a trust_store

    auto const context = or_throw(server_context::create({.identities = {server}}));
    auto const client = or_throw(client_context::create({.trust = trust}));
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    for (std::string_view const name : {"localhost", "127.0.0.1"}) {
        auto served = in_background([&] { return accept(context, listener, {.accept_timeout = 20'000}).has_value(); });
        auto const conn = connect(client, name, listener.port());
        CHECK(conn);
        CHECK(served.get());
    }
    auto served = in_background([&] { return accept(context, listener, {.accept_timeout = 20'000}).has_value(); });
    auto const other = connect(client, "::1", listener.port(), {.address = "127.0.0.1"}); // an address it is not for
    REQUIRE(!other);
    CHECK(other.error() == errc::certificate_rejected);
    CHECK(!served.get());
}
