// SPDX-License-Identifier: BSL-1.0
// What CPython's test_ssl.py asks of certificates as data: BasicSocketTests.
#include "support/temporary_folder.hpp"
#include "x509/samples.hpp"

#include <tlspp/text.hpp>
#include <tlspp/x509/identity.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace tlspp;

namespace {
/// One DER element; short enough for a length in one or two bytes.
std::string der(unsigned char tag, std::string_view content) {
    std::string out(1, static_cast<char>(tag));
    if (content.size() > 127) {
        out += '\x81';
    }
    out += static_cast<char>(content.size());
    return out.append(content);
}
std::string uri(std::string_view text) { return der(0x86, text); }

/// Replaces bytes in the part that is signed by others of the same length; they must be there.
dev::tamper_function replacing(std::string from, std::string to) {
    return [from, to](std::vector<std::byte>& data) {
        auto const* const begin = reinterpret_cast<const std::byte*>(from.data());
        for (auto at = data.begin();;) {
            at = std::search(at, data.end(), begin, begin + from.size());
            if (at == data.end()) {
                return;
            }
            at = std::copy_n(reinterpret_cast<const std::byte*>(to.data()), to.size(), at);
        }
    };
}

const x509::general_name_kind every_kind[] = {x509::general_name_kind::dns,   x509::general_name_kind::dns,
                                              x509::general_name_kind::other, x509::general_name_kind::other,
                                              x509::general_name_kind::email, x509::general_name_kind::directory,
                                              x509::general_name_kind::uri,   x509::general_name_kind::ip,
                                              x509::general_name_kind::ip,    x509::general_name_kind::registered_id};
} // namespace

TEST_CASE("certificates are parsed into their parts", "[py:BasicSocketTests.test_parse_cert][same]") {
    auto const own = or_throw(dev::authority::create({.dns_names = {"localhost"},
                                                      .not_before = 1535533203,
                                                      .not_after = 1850893203,
                                                      .subject = "C=XY,L=Castle Anthrax,O=Python Software Foundation,"
                                                                 "CN=localhost",
                                                      .serial = "98A7CF88C74A32ED"}));
    CHECK(to_json(or_throw(own.certificate())) ==
          R"({"subject": [[["countryName", "XY"]], [["localityName", "Castle Anthrax"]], )"
          R"([["organizationName", "Python Software Foundation"]], [["commonName", "localhost"]]], )"
          R"("issuer": [[["countryName", "XY"]], [["localityName", "Castle Anthrax"]], )"
          R"([["organizationName", "Python Software Foundation"]], [["commonName", "localhost"]]], )"
          R"("version": 3, "serialNumber": "98A7CF88C74A32ED", )"
          R"("notBefore": "Aug 29 09:00:03 2018 GMT", "notAfter": "Aug 26 09:00:03 2028 GMT", )"
          R"("subjectAltName": [["DNS", "localhost"]]})");

    auto const access =
        der(0x30, der(0x30, der(0x06, "\x2B\x06\x01\x05\x05\x07\x30\x01") + uri("http://ocsp.example")) +
                      der(0x30, der(0x06, "\x2B\x06\x01\x05\x05\x07\x30\x02") + uri("http://ca.example/ca.cer")));
    auto const other =
        samples::issue({.dns_names = {"projects.developer.nokia.com", "projects.forum.nokia.com"},
                        .subject = "C=US,O=T61 teletex,CN=projects.developer.nokia.com",
                        .crl_distribution_points = {"http://crl.example/ca.crl"},
                        .extensions = {{.oid = "1.3.6.1.5.5.7.1.1", .der = samples::octets(access)}},
                        .tamper_before_signing = replacing("\x0C\x0BT61 teletex", "\x14\x0BT61 teletex")});
    CHECK(std::ranges::any_of(other.subject(), [](auto const& a) { return a.encoding == 0x14; }));
    auto const json = to_json(other);
    CHECK(json.find(R"(["organizationName", "T61 teletex"])") != std::string::npos);
    CHECK(json.find(
              R"("subjectAltName": [["DNS", "projects.developer.nokia.com"], ["DNS", "projects.forum.nokia.com"]])") !=
          std::string::npos);
    CHECK(json.find(R"("OCSP": ["http://ocsp.example"])") != std::string::npos);
    CHECK(json.find(R"("caIssuers": ["http://ca.example/ca.cer"])") != std::string::npos);
    CHECK(json.find(R"("crlDistributionPoints": ["http://crl.example/ca.crl"])") != std::string::npos);
}

TEST_CASE("a malformed CRL distribution point is no crash",
          "[py:BasicSocketTests.test_parse_cert_CVE_2019_5010][same]") {
    for (std::string_view const value :
         {std::string_view("\x30\x00", 2), std::string_view("\x30\x02\x30\x00", 4),
          std::string_view("\x30\x04\x30\x02\xA0\x00", 6), std::string_view("\x30\x06\x30\x04\xA0\x02\xA0\x00", 8),
          std::string_view("\x30\x7F", 2), std::string_view("\x05\x00", 2), std::string_view("\x00", 1)}) {
        auto const c = samples::issue({.dns_names = {"codenomi.example"},
                                       .serial = "02",
                                       .extensions = {{.oid = "2.5.29.31", .der = samples::octets(value)}}});
        CHECK(c.crl_distribution_points().empty());
        auto const json = to_json(c);
        CHECK(json.find("crlDistributionPoints") == std::string::npos);
        CHECK(json.find(R"("subjectAltName": [["DNS", "codenomi.example"]])") != std::string::npos);
        CHECK(json.find(R"("serialNumber": "02")") != std::string::npos);
    }
}

TEST_CASE("a NUL in a name cuts nothing", "[py:BasicSocketTests.test_parse_cert_CVE_2013_4238][same]") {
    auto const c = samples::issue({.dns_names = {"altnull.python.org|example.com"},
                                   .ip_addresses = {"192.0.2.1", "2001:db8::1"},
                                   .email_addresses = {"null@python.org|user@example.org"},
                                   .uris = {"http://null.python.org|http://example.org"},
                                   .subject = "CN=null.python.org|example.org",
                                   .tamper_before_signing = replacing(".org|", std::string(".org\0", 5))});
    CHECK(to_string(c.subject().find(x509::oids::common_name)) == std::string("null.python.org\0example.org", 27));
    std::vector<std::string> texts;
    std::vector<std::string> addresses;
    for (auto const& n : c.subject_alt_names()) {
        if (n.kind() == x509::general_name_kind::ip) {
            addresses.push_back(to_string(n));
        } else {
            texts.emplace_back(n.text());
        }
    }
    std::ranges::sort(texts);
    CHECK(texts == std::vector<std::string>{std::string("altnull.python.org\0example.com", 30),
                                            std::string("http://null.python.org\0http://example.org", 41),
                                            std::string("null@python.org\0user@example.org", 32)});
    CHECK(addresses == std::vector<std::string>{"IP Address:192.0.2.1", "IP Address:2001:db8::1"});
    CHECK(to_json(c).find(R"("null.python.org\u0000example.org")") != std::string::npos);
}

TEST_CASE("alternative names of every kind", "[py:BasicSocketTests.test_parse_all_sans][same]") {
    auto const other = der(0xA0, der(0x06, "\x2A\x03\x04") + der(0xA0, der(0x0C, "some other identifier")));
    auto const directory =
        der(0xA4, der(0x30, der(0x31, der(0x30, der(0x06, "\x55\x04\x06") + der(0x13, "XY"))) +
                                der(0x31, der(0x30, der(0x06, "\x55\x04\x03") + der(0x0C, "dirname example")))));
    auto const all =
        der(0x30, der(0x82, "allsans") + der(0x82, "www.allsans") + other + other + der(0x81, "user@example.org") +
                      directory + uri("https://www.python.org/") + der(0x87, std::string("\x7F\0\0\1", 4)) +
                      der(0x87, std::string("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16)) + der(0x88, "\x2A\x03\x04\x05"));
    auto const c = samples::issue({.extensions = {{.oid = "2.5.29.17", .der = samples::octets(all)}}});
    std::size_t at = 0;
    for (auto const& n : c.subject_alt_names()) {
        REQUIRE(at < std::size(every_kind));
        CHECK(n.kind() == every_kind[at++]);
    }
    CHECK(at == std::size(every_kind));
    CHECK(to_json(c).find(R"("subjectAltName": [["DNS", "allsans"], ["DNS", "www.allsans"], )"
                          R"(["othername", "<unsupported>"], ["othername", "<unsupported>"], )"
                          R"(["email", "user@example.org"], )"
                          R"(["DirName", [[["countryName", "XY"]], [["commonName", "dirname example"]]]], )"
                          R"(["URI", "https://www.python.org/"], ["IP Address", "127.0.0.1"], )"
                          R"(["IP Address", "0:0:0:0:0:0:0:1"], ["Registered ID", "1.2.3.4.5"]])") !=
          std::string::npos);
}

TEST_CASE("an empty file is no certificate", "[py:BasicSocketTests.test_empty_cert][same]") {
    test::temporary_folder const folder;
    auto const r = identity::from_files(folder.write("nullcert.pem", ""));
    REQUIRE_FALSE(r);
    CHECK(r.error() == errc::file);
    CHECK(r.error().why() == reason::empty_file);
}

TEST_CASE("a certificate with a corrupt body is none", "[py:BasicSocketTests.test_malformed_cert][same]") {
    test::temporary_folder const folder;
    auto const made = or_throw(samples::ca().issue_pem({.dns_names = {"localhost"}}));
    auto bad = made.certificate_pem;
    bad[bad.size() / 2] = '#';
    CHECK(identity::from_files(folder.write("badcert.pem", bad + made.key_pem)).error() == errc::malformed);
    CHECK(identity::from_files(folder.write("goodcert.pem", made.certificate_pem + made.key_pem)));
}

TEST_CASE("a key with a corrupt body is none", "[py:BasicSocketTests.test_malformed_key][same]") {
    test::temporary_folder const folder;
    auto const made = or_throw(samples::ca().issue_pem({.dns_names = {"localhost"}}));
    auto bad = made.key_pem;
    bad[bad.size() / 2] = '#';
    CHECK(identity::from_files(folder.write("badkey.pem", made.certificate_pem + bad)).error() == errc::malformed);
}
