// SPDX-License-Identifier: BSL-1.0
#include <tlspp/context_slot.hpp>

#include "support/contexts.hpp"
#include "support/sockets.hpp"

#include <tlspp/accept.hpp>
#include <tlspp/connect.hpp>
#include <tlspp/text.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace tlspp;

namespace {
std::string serial_of(const identity& own) { return to_hex(or_throw(own.leaf()).serial_number()); }
std::string peer_serial(const connection& c) { return to_hex(or_throw(c.peer_certificate()).serial_number()); }
identity fresh_identity() { return or_throw(test::the_world().ca.issue({.dns_names = {"localhost"}})); }
} // namespace

TEST_CASE("context_slot: what is connected keeps its context, what connects takes the new one") {
    identity const old_one = test::the_world().localhost;
    identity const new_one = fresh_identity();
    context_slot slot{test::make_server({.identities = {old_one}})};

    auto client_a = or_throw(test::make_client().wrap(memory_transport{}, "localhost"));
    auto server_a = or_throw(slot.get().wrap(memory_transport{}));
    REQUIRE(slot.set(test::make_server({.identities = {new_one}})));
    auto client_b = or_throw(test::make_client().wrap(memory_transport{}, "localhost"));
    auto server_b = or_throw(slot.get().wrap(memory_transport{}));

    REQUIRE(test::shake_hands(client_a, server_a).ok());
    REQUIRE(test::shake_hands(client_b, server_b).ok());
    CHECK(peer_serial(client_a) == serial_of(old_one));
    CHECK(peer_serial(client_b) == serial_of(new_one));
    or_throw(client_a.write_all("old"));
    test::carry_all(client_a, server_a);
    CHECK(test::read_all(server_a) == "old");
}

TEST_CASE("context_slot: an empty context is refused, and the current one stays") {
    context_slot slot{test::make_server()};
    auto gone = test::make_server();
    auto const taken = std::move(gone);
    auto const refused = slot.set(std::move(gone)); // NOLINT(bugprone-use-after-move)
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::invalid_argument);
    CHECK(refused.error().why() == reason::empty_handle);
    CHECK(slot.get());
}

TEST_CASE("context_slot: for clients too") {
    context_slot slot{test::make_client()};
    static_assert(std::is_same_v<decltype(slot.get()), client_context>);
    CHECK(slot.get().wrap(memory_transport{}, "localhost"));
}

TEST_CASE("context_slot: connections come and go in threads while the certificate is changed") {
    static_assert(thread_safe);
    constexpr int threads = 3;
    constexpr int each = 6;
    std::vector<identity> const known{test::the_world().localhost, fresh_identity()};
    std::set<std::string> const serials{serial_of(known[0]), serial_of(known[1])};
    std::vector<server_context> contexts;
    for (auto const& one : known) {
        contexts.push_back(test::make_server({.identities = {one}}));
    }
    context_slot slot{contexts[0]};
    auto const client = test::make_client();
    std::atomic<int> good = 0;
    std::atomic<int> strange = 0;
    std::atomic<bool> done = false;
    std::atomic<unsigned> swaps = 0;
    std::thread changer([&] {
        for (unsigned i = 1; !done; ++i) {
            if (i % 64 == 0) { // and contexts that nobody else holds: the last connection frees them
                (void)slot.set(test::make_server({.identities = {known[i / 64 % 2]}}));
            } else {
                (void)slot.set(contexts[i % 2]);
            }
            swaps = i;
        }
    });
    std::vector<std::thread> users;
    for (int t = 0; t != threads; ++t) {
        users.emplace_back([&] {
            for (int i = 0; i != each; ++i) {
                auto c = client.wrap(memory_transport{}, "localhost");
                auto s = slot.get().wrap(memory_transport{});
                if (!c || !s || !test::shake_hands(*c, *s).ok()) {
                    continue;
                }
                strange += serials.contains(peer_serial(*c)) ? 0 : 1;
                ++good;
            }
        });
    }
    for (auto& user : users) {
        user.join();
    }
    done = true;
    changer.join();
    CHECK(good == threads * each);
    CHECK(strange == 0);
    CHECK(swaps > 64);
}
