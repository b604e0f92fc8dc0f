// SPDX-License-Identifier: BSL-1.0
#include <tlspp/pem.hpp>

#include "support/certificates.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace tlspp;

TEST_CASE("certificates between PEM and DER and back", "[py:BasicSocketTests.test_DER_to_PEM][same]") {
    std::string const pem = test::shared_certificates().ca.root_pem();
    auto const der = or_throw(certificate_to_der(pem));
    auto const again = or_throw(certificate_to_pem(der));
    CHECK(or_throw(certificate_to_der(again)) == der);
    CHECK(again.starts_with("-----BEGIN CERTIFICATE-----\n"));
    CHECK(again.ends_with("\n-----END CERTIFICATE-----\n"));
    CHECK(again == pem);
    std::size_t longest = 0;
    for (std::size_t at = 0; at < again.size();) {
        auto const end = again.find('\n', at);
        longest = std::max(longest, end - at);
        at = end + 1;
    }
    CHECK(longest == 64);
    CHECK(or_throw(certificate_to_der("a comment\n" + pem + pem)) == der);
}

TEST_CASE("what is no certificate is not converted") {
    auto der = or_throw(certificate_to_der(test::shared_certificates().ca.root_pem()));
    CHECK(certificate_to_pem(bytes()).error() == errc::malformed);
    CHECK(certificate_to_pem("rubbish").error() == errc::malformed);
    der.push_back(std::byte{0});
    CHECK(certificate_to_pem(der).error() == errc::malformed);
    der.resize(der.size() - 10);
    CHECK(certificate_to_pem(der).error() == errc::malformed);
    CHECK(certificate_to_der("rubbish").error() == errc::malformed);
    std::string broken = test::shared_certificates().ca.root_pem();
    broken.erase(100, 7);
    CHECK(certificate_to_der(broken).error() == errc::malformed);
    CHECK(certificate_to_der(test::shared_certificates().localhost.pem.key_pem).error() == errc::malformed);
}
