// SPDX-License-Identifier: BSL-1.0
#include "../support/sockets.hpp"

#include <tlspp/transport/endpoint.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstring>

using namespace tlspp;

namespace {
endpoint of_ipv6(const char* address, std::uint16_t port) {
    sockaddr_storage storage{};
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    REQUIRE(::inet_pton(AF_INET6, address, &v6.sin6_addr) == 1);
    std::memcpy(&storage, &v6, sizeof v6);
    return endpoint::from(storage);
}
} // namespace

TEST_CASE("an endpoint is text and a port") {
    auto const v6 = of_ipv6("2001:db8::7", 65535);
    CHECK(v6.address() == "2001:db8::7");
    CHECK(v6.port() == 65535);
    CHECK(of_ipv6("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1).address() == "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    CHECK(of_ipv6("::ffff:192.0.2.1", 80).address() == "192.0.2.1");
    CHECK(of_ipv6("::1", 1) == of_ipv6("0:0::1", 1));
    CHECK_FALSE(of_ipv6("::1", 1) == of_ipv6("::1", 2));
    CHECK_FALSE(of_ipv6("::1", 1) == of_ipv6("::2", 1));
}

TEST_CASE("both ends of a connection agree on who they are") {
    test::connected pair;
    CHECK(pair.client.peer_endpoint().address() == "127.0.0.1");
    CHECK(pair.client.peer_endpoint().port() == pair.listener.port());
    CHECK(pair.client.local_endpoint() == pair.server.peer_endpoint());
    CHECK(pair.server.local_endpoint() == pair.listener.local_endpoint());
}

TEST_CASE("without a connection an endpoint is empty") {
    CHECK(endpoint{}.address().empty());
    CHECK(endpoint{}.port() == 0);
    CHECK(bsd_socket{}.peer_endpoint() == endpoint{});
    CHECK(endpoint::from(sockaddr_storage{}) == endpoint{});
}
