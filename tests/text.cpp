// SPDX-License-Identifier: BSL-1.0
#include <tlspp/text.hpp>

#include "support/process.hpp"
#include "support/temporary_folder.hpp"
#include "x509/samples.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sstream>

using namespace tlspp;

namespace {
dev::certificate_options slide() {
    return {.dns_names = {"*.naples.python.pizza", "*.python.pizza", "python.pizza"},
            .common_name = "*.naples.python.pizza",
            .not_before = 1572016439,
            .not_after = 1579792439,
            .organisation = "",
            .serial = "04475BA2081686AAEE9701B751A5F6597107"};
}
} // namespace

TEST_CASE("a certificate is printed as on the slides", "[text]") {
    auto const issuer =
        or_throw(dev::authority::create({.subject = "C=US,O=Let's Encrypt,CN=Let's Encrypt Authority X3"}));
    auto const c = samples::issue(slide(), issuer);
    CHECK(describe(c) == "subject:        commonName=*.naples.python.pizza\n"
                         "issuer:         countryName=US, organizationName=Let's Encrypt, commonName=Let's Encrypt "
                         "Authority X3\n"
                         "subjectAltName: DNS:*.naples.python.pizza, DNS:*.python.pizza, DNS:python.pizza\n"
                         "notBefore:      Oct 25 15:13:59 2019 GMT\n"
                         "notAfter:       Jan 23 15:13:59 2020 GMT\n"
                         "serialNumber:   04475BA2081686AAEE9701B751A5F6597107\n"
                         "version:        3");
    std::ostringstream out;
    out << c;
    CHECK(out.str() == describe(c));
    CHECK(describe(certificate()) == "(no certificate)");
    CHECK(
        to_json(c) ==
        R"({"subject": [[["commonName", "*.naples.python.pizza"]]], )"
        R"("issuer": [[["countryName", "US"]], [["organizationName", "Let's Encrypt"]], )"
        R"([["commonName", "Let's Encrypt Authority X3"]]], "version": 3, )"
        R"("serialNumber": "04475BA2081686AAEE9701B751A5F6597107", )"
        R"("notBefore": "Oct 25 15:13:59 2019 GMT", "notAfter": "Jan 23 15:13:59 2020 GMT", )"
        R"("subjectAltName": [["DNS", "*.naples.python.pizza"], ["DNS", "*.python.pizza"], ["DNS", "python.pizza"]]})");
    CHECK(to_json(certificate()) == "{}");
}

TEST_CASE("nothing in a certificate reaches a terminal or breaks JSON", "[text]") {
    auto const c = samples::issue({.dns_names = {"a\x1b[2J\n\"\\"}, .subject = "CN=a\x1b]0;b\x07\"\\\\c\xC3\xA4"});
    for (char const bad : {'\x1b', '\x07', '\n'}) {
        CHECK(to_json(c).find(bad) == std::string::npos);
        CHECK((bad == '\n' || describe(c).find(bad) == std::string::npos));
    }
    CHECK(describe(c).find("subjectAltName: DNS:a\\x1B[2J\\x0A\"") != std::string::npos);
    CHECK(to_json(c).find(R"("a\u001b[2J\n\"\\")") != std::string::npos);
}

TEST_CASE("JSON is what Python's getpeercert() gives", "[text][interop]") {
    if (!test::find_program("python3")) {
        SKIP("needs python3");
    }
    test::temporary_folder const folder;
    // Python's own decoder of certificates, the one behind getpeercert()
    constexpr const char* script =
        "import ssl,json,sys;print(json.dumps(ssl._ssl._test_decode_cert(sys.argv[1]), ensure_ascii=False))";
    std::vector<certificate> all{
        samples::issue(slide()),
        or_throw(samples::ca().certificate()),
        samples::issue({.dns_names = {"a.example"},
                        .ip_addresses = {"192.0.2.1", "2001:db8::ff00:1", "::"},
                        .not_before = 1515144883,
                        .email_addresses = {"me@a.example"},
                        .uris = {"https://a.example/\"x\""},
                        .alternative_names = {"dirName:C=DE,O=Example"},
                        .subject = "C=DE,O=\xC3\x84rzte,CN=a",
                        .serial = "0a",
                        .crl_distribution_points = {"http://crl.example/1", "http://crl.example/2"}}),
    };
    for (auto const& c : all) {
        auto const path = folder.write("c.pem", to_pem(c));
        auto const r = test::run({"python3", "-c", script, path});
        INFO(r.err);
        REQUIRE(r.status == 0);
        CHECK(r.out == to_json(c) + "\n");
    }
}

TEST_CASE("small things in words", "[text]") {
    CHECK(to_string(error(errc::no_trust)) == error(errc::no_trust).message().view());
    std::ostringstream out;
    out << version::tls1_3 << ' ' << version::tls1_2 << ' ' << error(errc::closed);
    CHECK(out.str().starts_with("TLSv1.3 TLSv1.2 this side"));
    CHECK(to_hex("\x01\xAB") == "01AB");
    CHECK(to_hex("") == "");
    CHECK(serial_to_string({"\x00\xF1", 2}) == "F1");
    CHECK(serial_to_string({"\x00", 1}) == "00");
    CHECK(serial_to_string("\x01") == "01");
    CHECK(serial_to_string("\xFF") == "-01");
    CHECK(serial_to_string({"\xFF\x00", 2}) == "-0100");
    CHECK(serial_to_string("\x80") == "-80"); // the number whose negative has the same bits
    CHECK(serial_to_string({"\x80\x00", 2}) == "-8000");
    CHECK(time_to_string(0) == "Jan  1 00:00:00 1970 GMT");
    CHECK(to_string(x509::oids::common_name) == "2.5.4.3");
    auto const c = samples::issue({.dns_names = {std::string(200, 'a') + ".example"}, .subject = "CN=a"});
    CHECK(to_string(c.subject()) == "CN=a");
    CHECK(to_string(*c.subject().begin()) == "a");
    CHECK(to_string(*c.subject_alt_names().begin()) == "DNS:" + std::string(200, 'a') + ".example");
    CHECK(or_throw(certificate::from_pem(to_pem(c))) == c);
    CHECK(to_pem(certificate()).empty());
}
