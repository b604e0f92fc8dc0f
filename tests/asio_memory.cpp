// SPDX-License-Identifier: BSL-1.0

// asio_stream where memory runs out. The linker puts the calloc below between Mbed TLS and the C library, where Mbed TLS is
// linked statically.
#if __has_include(<asio/version.hpp>)
#include "support/asio.hpp"
#else
#define TLSPP_TEST_BOOST_ASIO 1
#include "support/asio.hpp"
#endif

#include <climits>

namespace {
int allocations_left = INT_MAX;
bool failed = false;
} // namespace

extern "C" {
void* __real_calloc(std::size_t count, std::size_t size); // NOLINT: the linker's names
void* __wrap_calloc(std::size_t count, std::size_t size);

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
}

using namespace tlspp;

namespace {
/// A whole conversation of a client, whose server is not starved: what its first failure was.
errc talk(version v, int allocations) {
    net::io_context io;
    auto ends = connected<local::socket>(io);
    asio_stream server{std::move(ends.second), server_of(v)};
    auto const context = client_of(v);
    std::array<char, 20> room{};
    std::array<char, 3> const small{'a', 'b', 'c'};
    std::array<net::const_buffer, 2> const parts{net::buffer(small), net::buffer(small)};
    std::optional<asio_stream<local::socket>> client;
    asio_error ec;
    // one direction after the other: memory runs out at the same place each time, and only in the client
    auto const starving = [&](auto&& act) {
        if (ec) {
            return;
        }
        allocations_left = allocations;
        act();
        allocations = allocations_left;
        allocations_left = INT_MAX;
    };
    starving([&] { client.emplace(std::move(ends.first), context, "localhost"); });
    client->next_layer().non_blocking(true);
    server.next_layer().non_blocking(true);
    asio_error served = net::error::would_block;
    ec = net::error::would_block;
    for (int i = 0; i != 30 && (ec == net::error::would_block || (!ec && served)); ++i) {
        ec = {};
        starving([&] { client->handshake(ec); });
        server.handshake(served);
    }
    starving([&] { client->write_some(parts, ec); });
    if (!ec) {
        server.read_some(net::buffer(room), served);
        server.write_some(net::buffer(small), served);
    }
    starving([&] { client->read_some(net::buffer(room), ec); });
    starving([&] { client->shutdown(ec); });
    if (ec == net::error::would_block) { // the server says nothing
        ec = {};
    }
    if (!ec) {
        return errc::want_read;
    }
    CHECK(std::string_view(ec.category().name()) == "tlspp");
    CHECK(client->last_error()->code() == static_cast<errc>(ec.value()));
    return static_cast<errc>(ec.value());
}
} // namespace

ASIO_CASE("memory that runs out ends in an error, never in silence") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    (void)talk(v, INT_MAX); // what is made once
    int failures = 0;
    int plain = 0;
    for (int n = 0; n < 5000; n += n < 50 ? 1 : 11) { // each would take minutes
        failed = false;
        errc const how = talk(v, n);
        CAPTURE(n, failed);
        if (!failed) {
            CHECK(how == errc::want_read);
            break;
        }
        ++failures;
        // gathering small buffers can do without, and so can a ticket; Mbed TLS hides some failures behind other codes
        plain += how == errc::out_of_memory ? 1 : 0;
    }
    CHECK(failures > 20);
    CHECK(plain > failures / 2);
}
