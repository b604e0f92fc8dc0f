// SPDX-License-Identifier: BSL-1.0
#include <tlspp/detail/der_reader.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace tlspp;
using detail::der_element;
using detail::der_reader;
using detail::der_tag;

TEST_CASE("DER is read element by element", "[der_reader]") {
    // SEQUENCE { BOOLEAN TRUE, INTEGER 5 }, OCTET STRING "ab"
    constexpr std::string_view der("\x30\x06\x01\x01\xFF\x02\x01\x05\x04\x02"
                                   "ab",
                                   12);
    der_reader outer{bytes(der)};
    CHECK(outer.peek() == der_tag::sequence);
    auto inner = outer.enter(der_tag::sequence);
    der_element e;
    CHECK_FALSE(inner.optional(der_tag::integer, e));
    CHECK(inner.optional(der_tag::boolean, e));
    CHECK(e.content.size() == 1);
    CHECK(e.whole.size() == 3);
    CHECK(inner.expect(der_tag::integer, e));
    CHECK(inner.at_end());
    CHECK_FALSE(inner.failed());
    CHECK_FALSE(inner.next(e));
    CHECK_FALSE(inner.failed());
    CHECK(outer.next(e));
    CHECK(e.tag == der_tag::octet_string);
    CHECK(e.content.text() == "ab");
    CHECK(outer.peek() == 0);
}

TEST_CASE("what is no DER ends the walk", "[der_reader]") {
    der_element e;
    for (std::string_view bad :
         {std::string_view("\x04"),
          std::string_view("\x04\x03"
                           "ab"),
          std::string_view("\x04\x80"
                           "ab"),
          std::string_view("\x04\x84\xFF\xFF\xFF\xFF"), std::string_view("\x04\x85\x01\x01\x01\x01\x01")}) {
        std::string const copy(bad);
        der_reader reader{bytes(copy)};
        CHECK_FALSE(reader.next(e));
        CHECK(reader.failed());
        CHECK_FALSE(reader.next(e));
    }
    der_reader reader{bytes("\x04\x01"
                            "a")};
    CHECK(reader.enter(der_tag::sequence).at_end());
    CHECK(reader.failed());
    CHECK(reader.at_end());
    CHECK_FALSE(der_reader().next(e));
}
