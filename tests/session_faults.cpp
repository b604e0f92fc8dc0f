// SPDX-License-Identifier: BSL-1.0

// Resumption where memory runs out, and between machines whose clocks began at other times. The linker puts the functions
// below in the place of calloc and of Mbed TLS's clock, where Mbed TLS is linked statically.
#include "support/sessions.hpp"

#include <catch2/generators/catch_generators_all.hpp>

#include <climits>
#include <string>

namespace {
int allocations_left = INT_MAX;
bool failed = false;
long long clock_offset = 0;
} // namespace

extern "C" {
void* __real_calloc(std::size_t count, std::size_t size); // NOLINT: the linker's names
void* __wrap_calloc(std::size_t count, std::size_t size);
mbedtls_ms_time_t __real_mbedtls_ms_time(); // NOLINT
mbedtls_ms_time_t __wrap_mbedtls_ms_time();

void* __wrap_calloc(std::size_t count, std::size_t size) {
    if (allocations_left == 0) {
        failed = true;
        return nullptr;
    }
    if (allocations_left != INT_MAX) {
        --allocations_left;
    }
    return __real_calloc(count, size);
}
mbedtls_ms_time_t __wrap_mbedtls_ms_time() { return __real_mbedtls_ms_time() + clock_offset; }
}

using namespace tlspp;
using test::meeting;
using test::only;
using test::only_server;

namespace {
/// Fails each allocation of `act` in turn, until nothing fails; returns how many did. `act` tells whether it
/// succeeded.
template <class Act>
int starve(Act&& act) {
    for (int n = 0;; ++n) {
        failed = false;
        allocations_left = n;
        bool const good = act();
        allocations_left = INT_MAX;
        if (!failed) {
            CHECK(good);
            return n;
        }
    }
}
} // namespace

TEST_CASE("sessions where memory is out") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    auto const client = test::make_client(only(v));
    auto const server = test::make_server(only_server(v, {}));
    SECTION("taken from a connection") {
        int count = 0;
        for (int n = 0;; ++n) {
            meeting m(client, server);
            REQUIRE(m.ok());
            failed = false;
            allocations_left = n;
            auto const given = m.client.session();
            allocations_left = INT_MAX;
            if (!failed) {
                CHECK(given);
                break;
            }
            ++count;
            CAPTURE(n);
            CHECK((!given && given.error() == errc::out_of_memory));
        }
        CHECK(count > 2);
    }
    SECTION("sealed and opened") {
        bytes const key("0123456789abcdef0123456789abcdef");
        auto given = test::make_session(client, server);
        std::string sealed(given.sealed_size(), '\0');
        or_throw(given.seal(key, sealed));
        CHECK(starve([&] {
                  auto const opened = session::unseal(key, sealed);
                  CHECK((opened || opened.error() == errc::out_of_memory || opened.error() == errc::internal));
                  return opened.has_value();
              }) > 0);
    }
    SECTION("given to a connection") {
        int count = 0;
        for (int n = 0;; ++n) {
            auto given = test::make_session(client, server);
            auto conn = or_throw(client.wrap(memory_transport{}, "localhost"));
            failed = false;
            allocations_left = n;
            auto const taken = conn.resume(std::move(given));
            allocations_left = INT_MAX;
            if (!failed) {
                CHECK(taken);
                break;
            }
            ++count;
            CAPTURE(n);
            REQUIRE_FALSE(taken);
            // 4.x says of a certificate's key that it is invalid, where memory ran out while PSA looked at it
            CHECK((taken.error() == errc::out_of_memory ||
                   (detail::mbedtls4 && taken.error().mbedtls_code() == MBEDTLS_ERR_PK_INVALID_PUBKEY)));
        }
        CHECK(count > 2);
    }
    SECTION("while a server reads and writes tickets: the handshake is a full one, or it fails, and nothing else") {
        bool resumed = false;
        for (int n = 0; n < (detail::mbedtls4 ? 1500 : 60); n += n < 60 ? 1 : 20) { // PSA allocates more
            auto given = test::make_session(client, server);
            meeting m(client, server);
            or_throw(m.client.resume(std::move(given)));
            (void)m.client.handshake();
            test::carry(m.client, m.server);
            allocations_left = n;
            auto const answered = m.server.handshake();
            allocations_left = INT_MAX;
            CAPTURE(n);
            if (answered || answered.error() == errc::want_read) {
                auto const done = m.shake();
                if (done.ok()) {
                    resumed = m.resumed() || resumed;
                    CHECK(m.client.peer_status() ==
                          (m.resumed() ? peer_status::resumed_verified : peer_status::verified));
                }
            } else {
                CHECK_FALSE(m.server.is_handshake_complete());
            }
        }
        CHECK((resumed || v == version::tls1_3)); // whose handshake has thousands of allocations
    }
}

TEST_CASE("tickets between machines that were started at different times") {
    auto const v = GENERATE(from_range(test::versions));
    auto const offset = GENERATE(-1'000'000LL, 86'400'000LL, 3'000LL);
    CAPTURE(name(v), offset);
    auto const keys = or_throw(ticket_keys::create(std::string(32, 'k')));
    auto const options = only_server(v, {.tickets = {.keys = keys}});
    auto const one = test::make_server(options);
    auto const other = test::make_server(options);
    auto const client = test::make_client(only(v));
    meeting m(client, other);
    or_throw(m.client.resume(test::make_session(client, one)));
    for (int i = 0; i != 10; ++i) { // the client's clock goes on, the other server's is elsewhere
        (void)m.client.handshake();
        test::carry(m.client, m.server);
        clock_offset = offset;
        (void)m.server.handshake();
        clock_offset = 0;
        test::carry(m.server, m.client);
    }
    REQUIRE(m.client.is_handshake_complete());
    REQUIRE(m.server.is_handshake_complete());
    CHECK(m.resumed());
}
