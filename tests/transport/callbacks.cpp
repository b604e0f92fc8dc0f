// SPDX-License-Identifier: BSL-1.0
#include <tlspp/transport/callbacks.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cerrno>
#include <memory>
#include <string>

using namespace tlspp;

TEST_CASE("two callables make a transport") {
    std::string sent;
    auto link = callbacks{[&](std::span<const std::byte> out) -> io_result {
                              if (out.size() > 4) {
                                  return std::unexpected(would_block);
                              }
                              sent.append(reinterpret_cast<const char*>(out.data()), out.size());
                              return out.size();
                          },
                          [&](std::span<std::byte> in) -> io_result {
                              if (sent.empty()) {
                                  return std::unexpected(io_error{EIO});
                              }
                              in[0] = static_cast<std::byte>(sent[0]);
                              sent.erase(0, 1);
                              return 1;
                          }};
    STATIC_REQUIRE(transport<decltype(link)>);

    std::array<std::byte, 5> const data{std::byte{'a'}, std::byte{'b'}, std::byte{}, std::byte{}, std::byte{}};
    std::array<std::byte, 2> in{};
    CHECK(link.send(data) == io_result{std::unexpected(would_block)});
    CHECK(link.send(std::span{data}.first(2)) == 2);
    CHECK(link.receive(in) == 1);
    CHECK(in[0] == std::byte{'a'});
    auto moved = std::move(link);
    CHECK(moved.receive(in) == 1);
    CHECK(in[0] == std::byte{'b'});
    CHECK(moved.receive(in) == io_result{std::unexpected(io_error{EIO})});
}

TEST_CASE("callables may own what cannot be copied, be functions, and return a plain length") {
    auto owner = std::make_unique<int>(3);
    auto link = callbacks{[held = std::move(owner)](std::span<const std::byte>) -> std::size_t {
                              return static_cast<std::size_t>(*held);
                          },
                          +[](std::span<std::byte>) -> io_result { return 0; }};
    STATIC_REQUIRE(transport<decltype(link)>);
    CHECK(link.send({}) == 3);
    CHECK(link.receive({}) == 0);
}
