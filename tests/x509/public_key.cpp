// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/public_key.hpp>

#include "samples.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

TEST_CASE("keys and signatures are described", "[public_key]") {
    struct row {
        dev::key_type type;
        x509::key_kind kind;
        std::uint32_t bits;
        std::string_view curve;
    };
    for (auto const& r : {row{dev::key_type::ec_p256, x509::key_kind::ec, 256, "secp256r1"},
                          row{dev::key_type::ec_p384, x509::key_kind::ec, 384, "secp384r1"},
                          row{dev::key_type::ec_p521, x509::key_kind::ec, 521, "secp521r1"},
                          row{dev::key_type::rsa_2048, x509::key_kind::rsa, 2048, ""}}) {
        auto const issuer = or_throw(dev::authority::create({.key_type = r.type}));
        auto const c = or_throw(issuer.certificate());
        CHECK(c.public_key().kind == r.kind);
        CHECK(c.public_key().bits == r.bits);
        CHECK(c.public_key().curve == r.curve);
        CHECK(c.public_key().der.size() > r.bits / 8);
        CHECK(c.signature_algorithm().name == (r.type == dev::key_type::rsa_2048  ? "sha256WithRSAEncryption"
                                               : r.type == dev::key_type::ec_p384 ? "ecdsa-with-SHA384"
                                               : r.type == dev::key_type::ec_p521 ? "ecdsa-with-SHA512"
                                                                                  : "ecdsa-with-SHA256"));
    }
    CHECK(name(x509::key_kind::rsa) == "RSA");
    CHECK(name(x509::key_kind::other) == "other");
}
