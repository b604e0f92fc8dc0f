// SPDX-License-Identifier: BSL-1.0
#include <tlspp/server_name.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace tlspp;

TEST_CASE("A-labels pass through", "[idn]") {
    CHECK(or_throw(server_name::parse("xn--bcher-kva.example")).text() == "xn--bcher-kva.example");
}

#if TLSPP_IDN
TEST_CASE("U-labels become A-labels", "[idn]") {
    struct sample {
        std::string_view unicode, ascii;
    };
    for (auto const& [unicode, ascii] : {
             sample{"b\xC3\xBC"
                    "cher.example",
                    "xn--bcher-kva.example"},
             {"B\xC3\x9C"
              "CHER.Example",
              "xn--bcher-kva.example"},
             {"stra\xC3\x9F"
              "e.example",
              "xn--strae-oqa.example"},                // not "strasse": that is another name
             {"u\xCC\x88.example", "xn--tda.example"}, // a letter and its dots apart
             {"\xE4\xBE\x8B\xE3\x81\x88\xE3\x80\x82\xE3\x83\x86\xE3\x82\xB9\xE3\x83\x88", "xn--r8jz45g.xn--zckzah"},
             {"a.b\xC3\xBC"
              "cher.example.",
              "a.xn--bcher-kva.example"},
         }) {
        INFO(ascii);
        auto const name = server_name::parse(unicode);
        REQUIRE(name);
        CHECK(name->text() == ascii);
        CHECK(name->kind() == name_kind::dns);
        CHECK(*name == or_throw(server_name::parse(ascii)));
    }
}

TEST_CASE("what IDNA does not allow is refused", "[idn]") {
    auto const why = [](std::string_view text) {
        auto const name = server_name::parse(text);
        REQUIRE_FALSE(name);
        CHECK(name.error() == errc::invalid_name);
        return name.error().why();
    };
    CHECK(why("\xFF.example") == reason::name_idna);                          // no UTF-8
    CHECK(why("\xE2\x98\x83\xE2\x80\x8D.example") == reason::name_idna);      // a joiner that joins nothing
    CHECK(why("\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1") != reason::none); // 127 in wide digits is no address
    CHECK(why("\xE2\x84\x80.example") != reason::none);                       // maps to "a/c"
    CHECK(why("b\xC3\xBC*.example") != reason::none);
    CHECK(why(std::string("b\xC3\xBC\0.example", 12)) == reason::name_nul);
    std::string label;
    for (int i = 0; i != 70; ++i) {
        label += "\xC3\xBC";
    }
    CHECK(why(label + ".example") != reason::none);
}
#else
TEST_CASE("U-labels are refused with a sentence", "[idn]") {
    auto const name = server_name::parse("b\xC3\xBC"
                                         "cher.example");
    REQUIRE_FALSE(name);
    CHECK(name.error().why() == reason::name_not_ascii);
    CHECK(name.error().message().view().find("A-labels") != std::string_view::npos);
}
#endif
