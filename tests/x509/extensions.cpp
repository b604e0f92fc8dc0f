// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/extensions.hpp>

#include "samples.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

namespace {
std::optional<x509::key_usages> usage(std::string_view der) { return x509::read_key_usage(bytes(der)); }
std::optional<x509::basic_constraints> constraints(std::string_view der) {
    return x509::read_basic_constraints({x509::oids::basic_constraints, true, bytes(der)});
}
} // namespace

TEST_CASE("key usage", "[extensions]") {
    CHECK(usage({"\x03\x02\x07\x80", 4})->bits() == 1);
    CHECK(usage({"\x03\x02\x01\x06", 4})->has(x509::key_usage::key_cert_sign));
    CHECK(usage({"\x03\x02\x01\x06", 4})->has(x509::key_usage::crl_sign));
    CHECK(usage({"\x03\x03\x07\x00\x80", 5})->has(x509::key_usage::decipher_only));
    CHECK(usage({"\x03\x01\x00", 3})->empty());
    CHECK_FALSE(usage({"\x03\x00", 2}));
    CHECK_FALSE(usage(""));
    CHECK_FALSE(usage({"\x04\x02\x07\x80", 4}));
}

TEST_CASE("basic constraints", "[extensions]") {
    CHECK_FALSE(constraints({"\x30\x00", 2})->ca);
    CHECK(constraints({"\x30\x00", 2})->critical);
    CHECK(constraints("\x30\x03\x01\x01\xFF")->ca);
    CHECK_FALSE(constraints("\x30\x03\x01\x01\xFF")->path_length);
    CHECK(constraints({"\x30\x06\x01\x01\xFF\x02\x01\x00", 8})->path_length == 0U);
    CHECK(constraints({"\x30\x07\x01\x01\xFF\x02\x02\x01\x00", 9})->path_length == 256U);
    CHECK_FALSE(constraints("\x30\x0b\x01\x01\xFF\x02\x06\x01\x01\x01\x01\x01\x01")->path_length);
    CHECK_FALSE(constraints({"\x30\x03\x01\x01\x00", 5})->ca);
    CHECK_FALSE(constraints(""));
}

TEST_CASE("the extensions of a certificate in their order", "[extensions]") {
    auto const c = samples::issue({.dns_names = {"a.example"},
                                   .extensions = {{"1.2.3", samples::octets({"\x05\x00", 2}), true},
                                                  {"1.2.4", samples::octets({"\x05\x00", 2}), false}}});
    unsigned found = 0;
    for (const auto& e : c.extensions()) {
        char buffer[32];
        std::string_view const id(buffer, e.id.describe(buffer));
        if (id == "1.2.3") {
            CHECK(e.critical);
            CHECK(e.value.size() == 2);
            ++found;
        }
        if (id == "1.2.4") {
            CHECK_FALSE(e.critical);
            ++found;
        }
    }
    CHECK(found == 2);
    CHECK(x509::find_extension(*c.native_handle(), x509::oids::subject_alt_name));
    CHECK_FALSE(x509::find_extension(*c.native_handle(), x509::oids::name_constraints));

    auto const v1 = samples::issue({.common_name = "old", .version = 1});
    CHECK(v1.version() == 1);
    CHECK(v1.extensions().empty());
    CHECK(v1.subject_alt_names().empty());
    CHECK_FALSE(v1.key_usage());
}
