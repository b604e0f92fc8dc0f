// SPDX-License-Identifier: BSL-1.0
#include <tlspp/detail/hello_fields.hpp>

#include "support/contexts.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace tlspp;

namespace {
std::string hello_message() {
    auto client = or_throw(test::make_client({.alpn = {"h2", "http/1.1"}}).wrap(memory_transport{}, "localhost"));
    (void)client.handshake();
    auto const out = client.transport().outgoing();
    return std::string(reinterpret_cast<const char*>(out.data()), out.size()).substr(5);
}
} // namespace

TEST_CASE("the fields of a real ClientHello") {
    auto const message = hello_message();
    detail::hello_fields fields;
    REQUIRE(fields.parse(message));
    CHECK(fields.name == "localhost");
    CHECK(fields.protocols.text() == std::string("\x02h2\x08http/1.1"));
    CHECK(fields.versions.text() == std::string("\x03\x04\x03\x03"));
    CHECK(fields.groups.size() >= 4);
    CHECK(fields.schemes.size() >= 4);
    CHECK(fields.suites.size() >= 4);
}

TEST_CASE("a ClientHello that ends too early is malformed, wherever it is cut") {
    auto const whole = hello_message();
    for (std::size_t size = 0; size != whole.size(); ++size) {
        CAPTURE(size);
        std::string cut = whole.substr(0, size); // a copy of that size: reading behind it would show
        cut.shrink_to_fit();
        detail::hello_fields fields;
        CHECK_FALSE(fields.parse(cut));
        if (size >= 4) { // and where the length in front says so
            cut[2] = static_cast<char>((size - 4) >> 8);
            cut[3] = static_cast<char>((size - 4) & 0xFF);
            detail::hello_fields other;
            bool const without_extensions = other.parse(cut) && other.extensions.empty();
            CHECK((!other.parse(cut) || without_extensions));
        }
    }
}

TEST_CASE("no byte of a ClientHello makes reading it leave the message") {
    auto const whole = hello_message();
    for (std::size_t i = 0; i != whole.size(); ++i) {
        for (int const value : {0, 1, 0x7F, 0xFF}) {
            std::string changed = whole;
            changed[i] = static_cast<char>(value);
            detail::hello_fields fields;
            if (fields.parse(changed)) {
                auto const* const begin = reinterpret_cast<const std::byte*>(changed.data());
                auto const* const end = begin + changed.size();
                for (bytes const part : {fields.versions, fields.suites, fields.groups, fields.schemes,
                                         fields.protocols, fields.extensions, bytes(fields.name)}) {
                    CHECK((part.empty() || (part.begin() >= begin && part.end() <= end)));
                }
            }
        }
    }
}
