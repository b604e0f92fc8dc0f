// SPDX-License-Identifier: BSL-1.0
#include <tlspp/session_cache.hpp>

#include "support/certificates.hpp"
#include "support/sessions.hpp"

#include <catch2/generators/catch_generators_all.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace tlspp;
using test::meeting;
using test::only;
using test::only_server;

namespace {
session_cache make_cache(session_cache_limits limits = {}) { return or_throw(session_cache::create(limits)); }

bool resumed(const client_context& c, const server_context& s, std::string_view name = "localhost") {
    meeting m(c, s, name);
    REQUIRE(m.ok());
    if (m.resumed()) {
        CHECK(m.client.peer_status() == peer_status::resumed_verified);
    }
    return m.resumed();
}

detail::secure_buffer record(std::size_t size, unsigned char what) {
    detail::secure_buffer made;
    REQUIRE(made.allocate(size));
    for (std::size_t i = 0; i != size; ++i) {
        made.data()[i] = what;
    }
    return made;
}
sha256_digest key(unsigned number) {
    sha256_digest k{};
    k[0] = static_cast<std::byte>(number);
    return k;
}
} // namespace

TEST_CASE("a client with a session cache resumes by itself") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    auto cache = make_cache();
    auto const client = test::make_client(only(v, {.session_cache = cache}));
    auto const server = test::make_server(only_server(v, {}));
    CHECK_FALSE(resumed(client, server));
    for (int i = 0; i != 5; ++i) {
        CHECK(resumed(client, server));
    }
    CHECK(cache.misses() == 1);
    CHECK(cache.hits() == 5);
    CHECK(cache.size() >= 1);
    SECTION("in another context of the same options") {
        CHECK(resumed(test::make_client(only(v, {.session_cache = cache})), server));
    }
    SECTION("not in one of other options") {
        CHECK_FALSE(resumed(test::make_client(only(v, {.alpn = {"h2"}, .session_cache = cache})), server));
        auto const both = or_throw(
            trust_store::from_pem(test::the_world().ca.root_pem() + test::shared_certificates().other_ca.root_pem()));
        CHECK_FALSE(resumed(test::make_client(only(v, {.trust = both, .session_cache = cache})), server));
    }
    SECTION("not for another name") {
        CHECK_FALSE(resumed(client, server, "127.0.0.1"));
        CHECK(resumed(client, server, "127.0.0.1"));
        CHECK(resumed(client, server));
    }
    SECTION("not after it was cleared") {
        cache.clear();
        CHECK(cache.size() == 0);
        CHECK_FALSE(resumed(client, server));
    }
    SECTION("sessions are not given out besides") {
        meeting m(client, server);
        REQUIRE(m.ok());
        CHECK(m.client.session().error().why() == reason::session_in_cache);
    }
    SECTION("an impostor is found out") {
        auto const impostor =
            test::make_server(only_server(v, {.identities = {test::shared_certificates().other_issuer.identity}}));
        meeting m(client, impostor);
        CHECK(m.shake().client.error() == errc::certificate_rejected);
    }
    SECTION("without a name, nothing is kept") {
        auto const before = cache.size();
        auto conn = or_throw(client.wrap(memory_transport{}, insecure_any_name));
        auto other = or_throw(server.wrap(memory_transport{}));
        REQUIRE(test::shake_hands(conn, other).ok());
        test::read_all(conn);
        CHECK(cache.size() == before);
    }
}

TEST_CASE("a ticket of TLS 1.3 is shown once") {
    auto cache = make_cache();
    auto const client = test::make_client(only(version::tls1_3, {.session_cache = cache}));
    auto const server = test::make_server();
    REQUIRE_FALSE(resumed(client, server));
    CHECK(cache.size() == 2);
    std::string hellos[3];
    for (auto& hello : hellos) { // none of these gets an answer
        auto conn = or_throw(client.wrap(memory_transport{}, "localhost"));
        CHECK(conn.handshake().error() == errc::want_read);
        auto const out = conn.transport().outgoing();
        hello.assign(reinterpret_cast<const char*>(out.data()), out.size());
    }
    CHECK(cache.size() == 0);
    CHECK(hellos[0].size() == hellos[1].size());
    CHECK(hellos[2].size() < hellos[1].size()); // no ticket is left
    bool shared = false;
    for (std::size_t i = hellos[0].size() - 200; i + 32 <= hellos[0].size(); ++i) { // the ticket is the last
        shared = shared || hellos[1].find(hellos[0].substr(i, 32)) != std::string::npos;
    }
    CHECK_FALSE(shared);
}

TEST_CASE("sessions of a client's cache expire") {
    auto const v = GENERATE(from_range(test::versions));
    test::hand_clock clock{test::now()};
    auto const client = test::make_client(only(v, {.session_cache = make_cache(), .clock = clock.source()}));
    auto const server = test::make_server(only_server(v, {}));
    CHECK_FALSE(resumed(client, server));
    CHECK(resumed(client, server));
    clock.now += 7200;
    CHECK_FALSE(resumed(client, server));
}

TEST_CASE("a server's cache serves session ids of TLS 1.2") {
    auto cache = make_cache();
    auto const client = test::make_client(only(version::tls1_2));
    auto const server = test::make_server({.tickets = {.count = 0}, .session_cache = cache});
    auto given = test::make_session(client, server);
    CHECK_FALSE(given.has_ticket());
    CHECK(given.id().size() == 32);
    CHECK(cache.size() == 1);
    SECTION("again and again") {
        for (int i = 0; i != 3; ++i) {
            meeting m(client, server);
            or_throw(m.client.resume(std::move(given)));
            REQUIRE(m.ok());
            CHECK(m.resumed());
            given = or_throw(m.client.session());
        }
        CHECK(cache.size() == 1);
    }
    SECTION("and of other contexts that share it") {
        CHECK(test::resumes(client, test::make_server({.tickets = {.count = 0}, .session_cache = cache}),
                            std::move(given)));
    }
    SECTION("not where the client's certificate is to be judged") {
        auto const strict = test::make_server({.client_auth = client_auth::optional,
                                               .trust = test::shared_certificates().trust,
                                               .tickets = {.count = 0},
                                               .session_cache = cache});
        CHECK_FALSE(test::resumes(client, strict, std::move(given)));
    }
    SECTION("not after it was cleared") {
        cache.clear();
        CHECK_FALSE(test::resumes(client, server, std::move(given)));
    }
    SECTION("with both, tickets are taken") {
        auto const both = test::make_server({.session_cache = cache});
        CHECK(test::make_session(client, both).has_ticket());
        CHECK(cache.size() == 1);
    }
}

TEST_CASE("a server's cache forgets after its lifetime") {
    test::hand_clock clock{test::now()};
    auto const client = test::make_client(only(version::tls1_2));
    auto const server = test::make_server(
        {.tickets = {.count = 0}, .session_cache = make_cache({.lifetime = 100}), .clock = clock.source()});
    auto early = test::make_session(client, server);
    auto late = test::make_session(client, server);
    clock.now += 99;
    CHECK(test::resumes(client, server, std::move(early)));
    clock.now += 1;
    CHECK_FALSE(test::resumes(client, server, std::move(late)));
}

TEST_CASE("a cache is bounded") {
    CHECK(session_cache::create({.entries = 0}).error().why() == reason::session_cache_limits);
    CHECK(session_cache::create({.bytes = 0}).error().why() == reason::session_cache_limits);
    CHECK(session_cache::create({.lifetime = 0}).error().why() == reason::session_cache_limits);
    CHECK(session_cache::create({.entries = SIZE_MAX}).error().why() == reason::session_cache_limits);

    SECTION("in entries: what was used longest ago goes") {
        auto const cache = make_cache({.entries = 3});
        auto& store = *cache.store();
        for (unsigned i = 0; i != 3; ++i) {
            store.put(key(i), record(10, static_cast<unsigned char>(i)), -1, false);
        }
        detail::secure_buffer found;
        store.find(key(0), -1, found);
        REQUIRE(found.size() == 10);
        store.put(key(3), record(10, 3), -1, false);
        CHECK(cache.size() == 3);
        for (auto const& [number, there] : {std::pair{0U, true}, {1U, false}, {2U, true}, {3U, true}}) {
            found.reset();
            store.find(key(number), -1, found);
            CAPTURE(number);
            CHECK((found.size() == 10) == there);
            CHECK((!there || found.data()[0] == number));
        }
    }
    SECTION("in bytes") {
        auto const cache = make_cache({.entries = 100, .bytes = 100});
        auto& store = *cache.store();
        for (unsigned i = 0; i != 20; ++i) {
            store.put(key(i), record(30, 1), -1, false);
            CHECK(cache.size() <= 3);
        }
        store.put(key(50), record(101, 1), -1, false); // is dropped, and drops nothing
        CHECK(cache.size() == 3);
        store.put(key(51), record(100, 1), -1, false);
        CHECK(cache.size() == 1);
    }
    SECTION("in tickets of one server") {
        auto const cache = make_cache();
        for (unsigned char i = 0; i != 20; ++i) {
            cache.store()->put(key(0), record(10, i), -1, true);
        }
        CHECK(cache.size() == detail::session_store::tickets_of_one);
        for (unsigned char i = 19; i != 15; --i) { // the newest first
            detail::secure_buffer found;
            cache.store()->find(key(0), -1, found);
            REQUIRE(found.size() == 10);
            CHECK(found.data()[0] == i);
        }
        CHECK(cache.size() == 0);
    }
    SECTION("in time") {
        auto const cache = make_cache();
        cache.store()->put(key(0), record(10, 1), 1000, false);
        detail::secure_buffer found;
        cache.store()->find(key(0), 999, found);
        CHECK(found.size() == 10);
        found.reset();
        cache.store()->find(key(0), 1000, found);
        CHECK(found.size() == 0);
        CHECK(cache.size() == 0);
    }
}

TEST_CASE("an empty cache is no option") {
    CHECK(client_context::create({.trust = test::the_world().trust, .session_cache = session_cache{}}).error() ==
          errc::invalid_argument);
    CHECK(server_context::create({.identities = {test::the_world().localhost}, .session_cache = session_cache{}})
              .error() == errc::invalid_argument);
}

TEST_CASE("threads share a cache, a context and its ticket keys", "[threads]") {
    if constexpr (thread_safe) {
        auto const v = GENERATE(from_range(test::versions));
        auto cache = make_cache({.entries = 4});
        auto keys = or_throw(ticket_keys::create(std::string(32, 'a')));
        auto const client = test::make_client(only(v, {.session_cache = cache}));
        auto const server = test::make_server(only_server(v, {.tickets = {.keys = keys}}));
        std::vector<std::thread> threads;
        std::array<unsigned, 4> good{};
        std::atomic<bool> stop = false;
        bool watched_well = true;
        std::thread watcher([&] { // who asks while it happens
            std::size_t last = 0;
            while (!stop) {
                auto const all = client.session_stats().connect + server.session_stats().accept;
                watched_well = watched_well && all >= last && client.session_stats().number <= 4;
                last = all;
            }
        });
        for (auto& count : good) {
            threads.emplace_back([&, mine = &count] {
                for (int i = 0; i != 6; ++i) {
                    auto a = client.wrap(memory_transport{}, "localhost");
                    auto b = server.wrap(memory_transport{});
                    if (a && b && test::shake_hands(*a, *b).ok()) {
                        test::read_all(*a);
                        ++*mine;
                    }
                    if (mine == &good[0] && i % 2 == 0) {
                        (void)keys.rotate(std::string(32, static_cast<char>('b' + i)));
                    }
                }
            });
        }
        for (auto& t : threads) {
            t.join();
        }
        stop = true;
        watcher.join();
        CHECK(watched_well);
        CHECK(good == std::array<unsigned, 4>{6, 6, 6, 6});
        CHECK(client.session_stats().connect_good == 24);
        CHECK(server.session_stats().accept_good == 24);
        CHECK(client.session_stats().hits == server.session_stats().hits);
        CHECK(client.session_stats().number == cache.size());
        CHECK(cache.hits() + cache.misses() == 24);
        CHECK(cache.size() <= 4);
    } else {
        SKIP("this build of Mbed TLS has no threads");
    }
}
