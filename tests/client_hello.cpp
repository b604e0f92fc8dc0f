// SPDX-License-Identifier: BSL-1.0
#include <tlspp/client_hello.hpp>

#include "support/certificates.hpp"
#include "support/contexts.hpp"
#include "support/flaky.hpp"

#include <tlspp/context_slot.hpp>
#include <tlspp/text.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace tlspp;

namespace {
identity issue(std::string_view name, dev::key_type key = dev::key_type::ec_p256) {
    dev::certificate_options options{.dns_names = {std::string(name)}};
    options.key_type = key;
    return or_throw(test::the_world().ca.issue(options));
}
std::string serial_of(const identity& own) { return to_hex(or_throw(own.leaf()).serial_number()); }
std::string shown_to(const connection& client) { return to_hex(or_throw(client.peer_certificate()).serial_number()); }

const identity& rsa_localhost() {
    static identity const made = issue("localhost", dev::key_type::rsa_2048);
    return made;
}

/// The server does all key agreement on this group, so that a client that guessed another has to say hello twice.
void only_p521(const server_context& context) {
    static std::uint16_t const groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1, 0};
    mbedtls_ssl_conf_groups(const_cast<mbedtls_ssl_config*>(context.native_handle()), groups);
}

struct two {
    two(const client_context& c, const server_context& s, std::string_view name = "localhost")
        : client(or_throw(c.wrap(memory_transport{}, name))), server(or_throw(s.wrap(memory_transport{}))) {}
    two(const client_context& c, const server_context& s, insecure_any_name_t any)
        : client(or_throw(c.wrap(memory_transport{}, any))), server(or_throw(s.wrap(memory_transport{}))) {}
    test::outcome shake(std::size_t step = SIZE_MAX) { return test::shake_hands(client, server, step); }
    engine client;
    engine server;
};
} // namespace

TEST_CASE("on_client_hello sees what the client offers") {
    auto const v = GENERATE(from_range(test::versions));
    std::size_t const step = GENERATE(std::size_t{1}, std::size_t{7}, SIZE_MAX);
    unsigned calls = 0;
    auto const server = test::make_server({.alpn = {"h2"}, .on_client_hello = [&](client_hello& hello) {
                                               ++calls;
                                               CHECK(hello.server_name() == "localhost");
                                               CHECK_FALSE(hello.is_retry());
                                               std::vector<std::string> names;
                                               for (auto const name : hello.alpn()) {
                                                   names.emplace_back(name);
                                               }
                                               CHECK(names == std::vector<std::string>{"spdy/1", "h2"});
                                               CHECK(hello.offers_alpn("h2"));
                                               CHECK_FALSE(hello.offers_alpn("h"));
                                               CHECK(hello.offers(v));
                                               CHECK(hello.offers(version::tls1_3) == (v == version::tls1_3));
                                               CHECK(hello.offers(version::tls1_2));
                                               CHECK(hello.cipher_suites().size() > 1);
                                               bool found = false;
                                               for (auto const id : hello.cipher_suites()) {
                                                   found = found || id == 0xC02B; // ECDHE-ECDSA-AES128-GCM-SHA256
                                               }
                                               CHECK(found);
                                               CHECK(hello.offers(static_cast<cipher_suite>(0xC02B)));
                                               CHECK_FALSE(hello.offers(static_cast<cipher_suite>(0x0005)));
                                               CHECK(hello.offers(named_group::x25519));
                                               CHECK_FALSE(hello.offers(static_cast<named_group>(0x0100 - 1)));
                                               CHECK(hello.offers(signature_scheme::ecdsa_secp256r1_sha256));
                                               CHECK(hello.extension(0));
                                               CHECK(hello.extension(10)->size() > 2);
                                               CHECK_FALSE(hello.extension(0x1234));
                                           }});
    two pair(test::make_client({.maximum_version = v, .alpn = {"spdy/1", "h2"}}), server);
    REQUIRE(pair.shake(step).ok());
    CHECK(calls == 1);
    CHECK(pair.server.server_name() == "localhost");
    CHECK(pair.client.version() == v);
    CHECK(pair.client.alpn() == "h2");
    or_throw(pair.client.write_all("data"));
    test::carry_all(pair.client, pair.server);
    CHECK(test::read_all(pair.server) == "data");
}

TEST_CASE("on_client_hello picks an identity, with a name and without",
          "[py:ThreadedTests.test_sni_callback][py:ContextTests.test_sni_callback][same]") {
    auto const v = GENERATE(from_range(test::versions));
    identity const first = test::the_world().localhost;
    identity const other = issue("other.example");
    std::vector<std::string> asked;
    auto const server = test::make_server({.identities = {first}, .on_client_hello = [&](client_hello& hello) {
                                               asked.emplace_back(hello.server_name());
                                               if (hello.server_name() == "other.example") {
                                                   hello.use(other);
                                               }
                                           }});
    auto const client = test::make_client({.maximum_version = v});
    {
        two pair(client, server, "other.example");
        REQUIRE(pair.shake().ok());
        CHECK(shown_to(pair.client) == serial_of(other));
    }
    {
        two pair(client, server, insecure_any_name);
        REQUIRE(pair.shake().ok());
        CHECK(shown_to(pair.client) == serial_of(first));
    }
    CHECK(asked == std::vector<std::string>{"other.example", ""});
}

TEST_CASE("of several identities for one name the client gets the one that it can use",
          "[py:ThreadedTests.test_dual_rsa_ecc][same]") {
    identity const ec = test::the_world().localhost;
    identity const rsa = rsa_localhost();
    bool const rsa_first = GENERATE(false, true);
    bool const by_hook = GENERATE(false, true);
    CAPTURE(rsa_first, by_hook);
    option_list<identity> const both = rsa_first ? option_list<identity>{rsa, ec} : option_list<identity>{ec, rsa};
    server_options options{.identities = both};
    if (by_hook) {
        options.identities = {issue("unused.example")};
        options.on_client_hello = [&](client_hello& hello) {
            for (auto const& one : both) {
                hello.use(one);
            }
        };
    }
    auto const server = test::make_server(options);
    auto const shown = [&](const client_context& client) {
        two pair(client, server);
        REQUIRE(pair.shake().ok());
        return shown_to(pair.client);
    };
    SECTION("TLS 1.2: the suites decide") {
        auto const with = [](cipher_suite suite) {
            return test::make_client({.maximum_version = version::tls1_2, .cipher_suites = {suite}});
        };
        CHECK(shown(with(static_cast<cipher_suite>(0xC02B))) == serial_of(ec));
        CHECK(shown(with(static_cast<cipher_suite>(0xC02F))) == serial_of(rsa));
    }
    SECTION("TLS 1.3: the client's signature algorithms decide, in its order") {
        static std::uint16_t const ec_only[] = {MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, 0};
        static std::uint16_t const rsa_first_of_client[] = {MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256,
                                                            MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, 0};
        static std::uint16_t const ec_first_of_client[] = {MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256,
                                                           MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256, 0};
        auto const with = [](const std::uint16_t* list) {
            auto made = test::make_client({.minimum_version = version::tls1_3});
            mbedtls_ssl_conf_sig_algs(const_cast<mbedtls_ssl_config*>(made.native_handle()), list);
            return made;
        };
        CHECK(shown(with(ec_only)) == serial_of(ec));
        CHECK(shown(with(ec_first_of_client)) == serial_of(ec));
        CHECK(shown(with(rsa_first_of_client)) == serial_of(rsa));
    }
}

TEST_CASE("on_client_hello refuses with an alert of its choice", "[py:ThreadedTests.test_sni_callback_alert][same]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const say = GENERATE(alert::unrecognized_name, alert::access_denied, alert::handshake_failure);
    auto const server = test::make_server({.on_client_hello = [&](client_hello& hello) {
        hello.use(test::the_world().localhost);
        hello.refuse(say);
    }});
    two pair(test::make_client({.maximum_version = v}), server);
    auto const o = pair.shake();
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::handshake_failed);
    CHECK(o.server.error().why() == reason::client_hello_refused);
    CHECK(o.server.error().subject() == "localhost");
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error() == errc::alert_received);
    CHECK(o.client.error().alert() == say);
    CHECK(pair.server.handshake().error() == errc::handshake_failed); // latched
}

TEST_CASE("what on_client_hello throws ends the handshake", "[py:ThreadedTests.test_sni_callback_raising][same]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const server = test::make_server({.on_client_hello = [](client_hello&) { throw std::runtime_error("no"); }});
    two pair(test::make_client({.maximum_version = v}), server);
    auto const o = pair.shake();
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::callback);
    CHECK(o.server.error().why() == reason::callback_threw);
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error().alert() == alert::handshake_failure);
}

TEST_CASE("decisions of on_client_hello that make no sense end the handshake") {
    auto const fault = GENERATE(reason::empty_handle, reason::too_many_identities);
    bool const of_context = GENERATE(false, true);
    auto gone = test::make_server();
    auto const taken = std::move(gone);
    auto const server = test::make_server({.on_client_hello = [&](client_hello& hello) {
        if (fault == reason::too_many_identities) {
            for (int i = 0; i != 5; ++i) {
                hello.use(test::the_world().localhost);
            }
        } else if (of_context) {
            hello.use(gone);
        } else {
            hello.use(identity{});
        }
    }});
    two pair(test::make_client(), server);
    auto const o = pair.shake();
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::callback);
    CHECK(o.server.error().why() == fault);
    CHECK_FALSE(o.client);
}

TEST_CASE("on_client_hello picks another context, which takes effect as a whole") {
    auto const v = GENERATE(from_range(test::versions));
    std::size_t const step = GENERATE(std::size_t{3}, SIZE_MAX);
    auto const& certificates = test::shared_certificates();
    identity const inner = issue("inner.example");
    auto const strict = test::make_server({
        .identities = {inner},
        .client_auth = client_auth::required,
        .trust = certificates.trust,
        .alpn = {"inner"},
    });
    auto const front = test::make_server({.alpn = {"front"}, .on_client_hello = [&](client_hello& hello) {
                                              if (hello.server_name() == "inner.example") {
                                                  hello.use(strict);
                                              }
                                          }});
    SECTION("its identity, its ALPN, its client authentication") {
        two pair(test::make_client({.maximum_version = v, .alpn = {"inner"}, .identity = certificates.client.identity}),
                 front, "inner.example");
        REQUIRE(pair.shake(step).ok());
        CHECK(shown_to(pair.client) == serial_of(inner));
        CHECK(pair.server.alpn() == "inner");
        CHECK(pair.server.peer_status() == peer_status::verified);
        CHECK(pair.server.peer_certificate());
        CHECK(pair.server.verified_chain());
        CHECK(pair.server.server_name() == "inner.example");
    }
    SECTION("it refuses a client without certificate") {
        two pair(test::make_client({.maximum_version = v}), front, "inner.example");
        auto const o = pair.shake(step);
        REQUIRE_FALSE(o.server);
        CHECK(o.server.error() == errc::no_certificate);
    }
    SECTION("it refuses a client of another CA") {
        two pair(test::make_client({.maximum_version = v, .identity = certificates.other_client.identity}), front,
                 "inner.example");
        auto const o = pair.shake(step);
        REQUIRE_FALSE(o.server);
        CHECK(o.server.error() == errc::certificate_rejected);
        CHECK(o.server.error().flags().has(verify_flag::not_trusted));
    }
    SECTION("other clients stay with the first") {
        two pair(test::make_client({.maximum_version = v, .alpn = {"front"}}), front);
        REQUIRE(pair.shake(step).ok());
        CHECK(pair.server.alpn() == "front");
        CHECK(pair.server.peer_status() == peer_status::none);
    }
    SECTION("its versions") {
        auto const only = test::make_server({.minimum_version = v, .maximum_version = v});
        auto const dispatch =
            test::make_server({.minimum_version = v == version::tls1_2 ? version::tls1_3 : version::tls1_2,
                               .maximum_version = v == version::tls1_2 ? version::tls1_3 : version::tls1_2,
                               .on_client_hello = [&](client_hello& hello) { hello.use(only); }});
        two pair(test::make_client({.minimum_version = v, .maximum_version = v}), dispatch);
        REQUIRE(pair.shake(step).ok());
        CHECK(pair.server.version() == v);
    }
    SECTION("an identity chosen besides") {
        auto const other = test::make_server({.alpn = {"x"}});
        auto const dispatch = test::make_server({.on_client_hello = [&](client_hello& hello) {
            hello.use(inner);
            hello.use(other);
        }});
        two pair(test::make_client({.maximum_version = v, .alpn = {"x"}}), dispatch, "inner.example");
        REQUIRE(pair.shake(step).ok());
        CHECK(shown_to(pair.client) == serial_of(inner));
        CHECK(pair.server.alpn() == "x");
    }
    SECTION("itself") {
        std::optional<server_context> self;
        self = test::make_server({.on_client_hello = [&](client_hello& hello) { hello.use(*self); }});
        two pair(test::make_client({.maximum_version = v}), *self);
        CHECK(pair.shake(step).ok());
    }
}

TEST_CASE("the other context's own on_client_hello is not called") {
    unsigned calls = 0;
    auto const other = test::make_server({.on_client_hello = [&](client_hello& hello) {
        ++calls;
        hello.refuse(alert::access_denied);
    }});
    auto const front = test::make_server({.on_client_hello = [&](client_hello& hello) { hello.use(other); }});
    two pair(test::make_client(), front);
    CHECK(pair.shake().ok());
    CHECK(calls == 0);
}

TEST_CASE("after a HelloRetryRequest on_client_hello is asked again",
          "[py:SSLObjectTests.test_sni_callback_context_released_before_second_client_hello][same]") {
    std::size_t const step = GENERATE(std::size_t{1}, SIZE_MAX);
    std::vector<bool> retries;
    identity const other = issue("localhost");
    auto const client = test::make_client({.minimum_version = version::tls1_3});
    auto const count = [&](client_hello& hello) {
        retries.push_back(hello.is_retry());
        CHECK(hello.server_name() == "localhost");
    };
    SECTION("it decides nothing") {
        auto const server = test::make_server({.on_client_hello = count});
        only_p521(server);
        two pair(client, server);
        REQUIRE(pair.shake(step).ok());
    }
    SECTION("it chooses an identity the second time") {
        auto const server = test::make_server({.on_client_hello = [&](client_hello& hello) {
            count(hello);
            if (hello.is_retry()) {
                hello.use(other);
            }
        }});
        only_p521(server);
        two pair(client, server);
        REQUIRE(pair.shake(step).ok());
        CHECK(shown_to(pair.client) == serial_of(other));
    }
    SECTION("what it chose the first time does not last") {
        auto const server = test::make_server({.on_client_hello = [&](client_hello& hello) {
            count(hello);
            if (!hello.is_retry()) {
                hello.use(other);
            }
        }});
        only_p521(server);
        two pair(client, server);
        REQUIRE(pair.shake(step).ok());
        CHECK(shown_to(pair.client) == serial_of(test::the_world().localhost));
    }
    SECTION("it chooses the same context twice, and both contexts are gone by then") {
        std::optional<server_context> target = test::make_server({.identities = {other}});
        only_p521(*target);
        std::optional<server_context> front = test::make_server({.on_client_hello = [&, target](client_hello& hello) {
            count(hello);
            hello.use(*target);
        }});
        two pair(client, *front);
        target.reset();
        front.reset();
        REQUIRE(pair.shake(step).ok());
        CHECK(shown_to(pair.client) == serial_of(other));
    }
    SECTION("a context chosen once stays") {
        auto const target = test::make_server({.identities = {other}});
        only_p521(target);
        auto const front = test::make_server({.on_client_hello = [&](client_hello& hello) {
            count(hello);
            if (!hello.is_retry()) {
                hello.use(target);
            }
        }});
        two pair(client, front);
        REQUIRE(pair.shake(step).ok());
        CHECK(shown_to(pair.client) == serial_of(other));
    }
    SECTION("another context is too late") {
        auto const target = test::make_server({.identities = {other}});
        auto const front = test::make_server({.on_client_hello = [&](client_hello& hello) {
            count(hello);
            if (hello.is_retry()) {
                hello.use(target);
            }
        }});
        only_p521(front);
        two pair(client, front);
        auto const o = pair.shake(step);
        REQUIRE_FALSE(o.server);
        CHECK(o.server.error() == errc::callback);
        CHECK(o.server.error().why() == reason::other_context_too_late);
        CHECK_FALSE(o.client);
    }
    SECTION("it refuses the second time") {
        auto const server = test::make_server({.on_client_hello = [&](client_hello& hello) {
            count(hello);
            if (hello.is_retry()) {
                hello.refuse(alert::access_denied);
            }
        }});
        only_p521(server);
        two pair(client, server);
        auto const o = pair.shake(step);
        REQUIRE_FALSE(o.server);
        CHECK(o.server.error().why() == reason::client_hello_refused);
        REQUIRE_FALSE(o.client);
        CHECK(o.client.error().alert() == alert::access_denied);
    }
    CHECK(retries == std::vector<bool>{false, true});
}

TEST_CASE("a callback that switches, drops the context and throws",
          "[py:SSLObjectTests.test_sni_callback_context_released_and_callback_raises][same]") {
    std::optional<server_context> front;
    auto const other = test::make_server();
    front = test::make_server({.on_client_hello = [&](client_hello& hello) {
        hello.use(other);
        front.reset();
        throw std::runtime_error("no");
    }});
    auto const client = test::make_client();
    two pair(client, *front);
    auto const o = pair.shake();
    CHECK_FALSE(front);
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::callback);
}

TEST_CASE("a server that is gone calls nobody", "[py:ContextTests.test_sni_callback_on_dead_references][same]") {
    unsigned calls = 0;
    auto const server = test::make_server({.on_client_hello = [&](client_hello&) { ++calls; }});
    two pair(test::make_client(), server);
    CHECK(pair.client.handshake().error() == errc::want_read);
    test::carry(pair.client, pair.server, 20);
    CHECK(pair.server.handshake().error() == errc::want_read);
    {
        auto const gone = std::move(pair.server);
    }
    CHECK(calls == 0);
}

TEST_CASE("what is no ClientHello is not shown, and ends as ever") {
    unsigned calls = 0;
    auto const with_hook = test::make_server({.on_client_hello = [&](client_hello&) { ++calls; }});
    auto const without = test::make_server();
    auto const outcome = [](const server_context& context, std::string_view input) {
        auto conn = or_throw(context.wrap(memory_transport{}));
        conn.transport().feed(input);
        conn.transport().feed_end();
        return conn.handshake().error();
    };
    using namespace std::string_literals;
    std::string const input =
        GENERATE(""s, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"s, "\x16\x03\x01"s, "\x15\x03\x03\x00\x02\x02\x28"s,
                 "\x16\x03\x01\x00\x04\x02\x00\x00\x00"s, "\x16\x03\x01\x00\x04\x01\xff\xff\xff"s,
                 std::string(100, '\0'), "\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03"s);
    CAPTURE(input);
    auto const a = outcome(with_hook, input);
    auto const b = outcome(without, input);
    CHECK(a.code() == b.code());
    CHECK(a.why() == b.why());
    CHECK(calls == 0);
}

TEST_CASE("a ClientHello that the callback cannot be shown does not get past it") {
    // Mbed TLS lets an extension come twice (RFC 8446 forbids it); such a hello is answered by nobody.
    auto client =
        or_throw(test::make_client({.maximum_version = version::tls1_2}).wrap(memory_transport{}, "localhost"));
    CHECK(client.handshake().error() == errc::want_read);
    auto const out = client.transport().outgoing();
    std::string hello(reinterpret_cast<const char*>(out.data()), out.size());
    std::string const extra("\xff\x01\x00\x01\x00\xff\x01\x00\x01\x00", 10); // renegotiation_info twice
    bool const there = hello.find(extra.substr(0, 5)) != std::string::npos;
    hello += there ? extra.substr(0, 5) : extra;
    std::size_t const added = there ? 5 : 10;
    auto const octet = [&](std::size_t at) -> std::size_t { return static_cast<unsigned char>(hello[at]); };
    auto const add = [&](std::size_t at) {
        auto const value = (octet(at) << 8 | octet(at + 1)) + added;
        hello[at] = static_cast<char>(value >> 8);
        hello[at + 1] = static_cast<char>(value & 0xFF);
    };
    add(3); // record
    add(7); // message
    std::size_t at = 5 + 4 + 2 + 32;
    at += 1 + octet(at);
    at += 2 + (octet(at) << 8 | octet(at + 1));
    at += 1 + octet(at);
    add(at); // extensions
    unsigned calls = 0;
    auto server =
        or_throw(test::make_server({.on_client_hello = [&](client_hello&) { ++calls; }}).wrap(memory_transport{}));
    server.transport().feed(hello);
    auto const done = server.handshake();
    REQUIRE_FALSE(done);
    CHECK(done.error() == errc::protocol_violation);
    CHECK(calls == 0);
}

TEST_CASE("a ClientHello in many records is shown once it is whole") {
    unsigned calls = 0;
    auto const v = GENERATE(from_range(test::versions));
    std::size_t const size = GENERATE(std::size_t{16}, std::size_t{100});
    auto server = or_throw(test::make_server({.on_client_hello = [&](client_hello& hello) {
                               ++calls;
                               CHECK(hello.server_name() == "localhost");
                           }}).wrap(memory_transport{}));
    auto client = or_throw(test::make_client({.maximum_version = v}).wrap(memory_transport{}, "localhost"));
    CHECK(client.handshake().error() == errc::want_read);
    auto const out = client.transport().outgoing();
    std::string const hello(reinterpret_cast<const char*>(out.data()), out.size());
    client.transport().consume(out.size());
    for (std::size_t at = 5; at < hello.size(); at += size) {
        auto const part = hello.substr(at, size);
        server.transport().feed(std::string("\x16\x03\x01\x00", 4) + static_cast<char>(part.size()) + part);
        (void)server.handshake();
        CHECK((calls == 0 || at + size >= hello.size()));
    }
    CHECK(test::shake_hands(client, server).ok());
    CHECK(calls == 1);
}

TEST_CASE("contexts come and go while connections are dispatched in threads",
          "[py:ContextTests.test_sni_callback_race][py:TestSSLDebug.test_msg_callback_deadlock_bpo43577][same]") {
    static_assert(thread_safe);
    context_slot slot{test::make_server()};
    auto const front = test::make_server({.on_client_hello = [&](client_hello& hello) { hello.use(slot.get()); }});
    auto const client = test::make_client();
    std::atomic<bool> done = false;
    std::atomic<int> good = 0;
    std::thread changer([&] {
        while (!done) {
            (void)slot.set(test::make_server());
        }
    });
    std::vector<std::thread> users;
    for (int t = 0; t != 3; ++t) {
        users.emplace_back([&] {
            for (int i = 0; i != 4; ++i) {
                auto c = client.wrap(memory_transport{}, "localhost");
                auto s = front.wrap(memory_transport{});
                good += c && s && test::shake_hands(*c, *s).ok() ? 1 : 0;
            }
        });
    }
    for (auto& user : users) {
        user.join();
    }
    done = true;
    changer.join();
    CHECK(good == 12);
}
