// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/certificate.hpp>

#include "samples.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using samples::ca;

TEST_CASE("a certificate is read from PEM and DER", "[certificate]") {
    auto const made = or_throw(ca().issue_pem({.dns_names = {"a.example"}}));
    auto const c = or_throw(certificate::from_pem(made.certificate_pem));
    REQUIRE(c);
    CHECK(c.version() == 3);
    CHECK(c.native_handle()->next == nullptr);

    auto const again = or_throw(certificate::from_der(c.der()));
    CHECK(again == c);
    CHECK(again.native_handle() != c.native_handle());
    CHECK(or_throw(certificate::from_native(*c.native_handle())) == c);
    CHECK(or_throw(certificate::parse(c.der())) == c);
    CHECK(or_throw(certificate::parse(made.certificate_pem)) == c);
    CHECK_FALSE(samples::issue({.dns_names = {"a.example"}}) == c);

    SECTION("with a NUL at the end, CRLF, and text around") {
        std::string text = made.certificate_pem;
        text.push_back('\0');
        CHECK(or_throw(certificate::parse(text)) == c);
        std::string crlf = "subject: a.example\r\n\r\n";
        for (char const ch : made.certificate_pem) {
            crlf += ch == '\n' ? "\r\n" : std::string(1, ch);
        }
        CHECK(or_throw(certificate::from_pem(crlf + "\r\nthe end")) == c);
        CHECK(or_throw(certificate::from_pem(made.key_pem + made.certificate_pem)) == c);
    }
    SECTION("and written") {
        std::string text(c.pem_size(), '\0');
        auto const size = or_throw(c.to_pem(text));
        CHECK(size + 1 <= text.size());
        CHECK(or_throw(certificate::from_pem(text)) == c);
        CHECK(text.substr(0, size) == made.certificate_pem.substr(0, size));
        std::string small(size, '\0');
        CHECK(c.to_pem(small).error() == errc::invalid_argument);
    }
}

TEST_CASE("what is no certificate is refused", "[certificate]") {
    auto const c = samples::issue({.dns_names = {"a.example"}});
    std::string const der(c.der().text());

    CHECK(certificate::parse("").error() == errc::malformed);
    CHECK(certificate::from_der("").error() == errc::malformed);
    CHECK(certificate::from_pem("").error().why() == reason::no_pem);
    CHECK(certificate::parse("hello").error() == errc::malformed);
    CHECK(certificate::from_pem(samples::ec_key).error().why() == reason::no_pem);
    CHECK(certificate::from_pem("-----BEGIN CERTIFICATE-----\n").error() == errc::malformed);
    CHECK(certificate::from_pem("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n").error() == errc::malformed);
    CHECK(certificate::from_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").error() ==
          errc::malformed);
    CHECK(certificate::from_pem("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n").error() ==
          errc::malformed);

    SECTION("with bytes behind it") {
        CHECK(certificate::from_der(der + '\0').error().why() == reason::trailing_bytes);
        CHECK(certificate::from_der(der + der).error().why() == reason::trailing_bytes);
    }
    SECTION("cut anywhere") {
        for (std::size_t n = 0; n != der.size(); ++n) {
            std::string const cut = der.substr(0, n); // its own block of memory: a read beyond is seen
            auto const r = certificate::from_der(cut);
            REQUIRE_FALSE(r);
            REQUIRE(r.error() == errc::malformed);
        }
    }
    SECTION("one byte wrong: refused, or another certificate, never a crash") {
        for (std::size_t n = 0; n != der.size(); ++n) {
            for (unsigned flip : {0x01U, 0x80U, 0xFFU}) {
                std::string bad = der;
                bad[n] = static_cast<char>(static_cast<unsigned char>(bad[n]) ^ flip);
                auto const r = certificate::parse(bad);
                if (r) {
                    REQUIRE_FALSE(*r == c);
                    for (const auto& a : r->subject()) {
                        (void)a.long_name();
                    }
                    for (const auto& name : r->subject_alt_names()) {
                        char buffer[64];
                        (void)name.describe(buffer);
                    }
                    (void)r->key_usage();
                    (void)r->basic_constraints();
                    (void)r->authority_key_identifier();
                    (void)r->extended_key_usage().size();
                    (void)r->crl_distribution_points().size();
                    (void)r->authority_information_access().size();
                }
            }
        }
    }
}

TEST_CASE("a certificate as data", "[certificate]") {
    auto const c = samples::issue({.dns_names = {"a.example", "*.b.example"},
                                   .ip_addresses = {"192.0.2.1", "2001:db8::1"},
                                   .common_name = "a.example",
                                   .not_before = 1'500'000'000,
                                   .not_after = 32'503'679'999, // 2999-12-31
                                   .email_addresses = {"me@a.example"},
                                   .uris = {"https://a.example/"},
                                   .organisation = "Example",
                                   .serial = "00f1",
                                   .path_length = std::nullopt,
                                   .crl_distribution_points = {"http://crl.example/1", "http://crl.example/2"}});
    CHECK(c.not_before() == 1'500'000'000);
    CHECK(c.not_after() == 32'503'679'999);
    CHECK(samples::hex(c.serial_number()) == "00f1");
    CHECK(c.subject().find(x509::oids::common_name).value.text() == "a.example");
    CHECK(c.issuer().find(x509::oids::common_name).value.text() == "Test CA");
    CHECK(c.issuer() == or_throw(ca().certificate()).subject());
    CHECK_FALSE(c.is_ca());
    REQUIRE(c.key_usage());
    CHECK(c.key_usage()->has(x509::key_usage::digital_signature));
    CHECK_FALSE(c.key_usage()->has(x509::key_usage::key_cert_sign));
    CHECK(c.public_key().kind == x509::key_kind::ec);
    CHECK(c.public_key().bits == 256);
    CHECK(c.public_key().curve == "secp256r1");
    CHECK(c.signature_algorithm().name == "ecdsa-with-SHA256");
    CHECK_FALSE(c.subject_key_identifier().empty());
    CHECK(samples::hex(c.authority_key_identifier().key_identifier) ==
          samples::hex(or_throw(ca().certificate()).subject_key_identifier()));
    CHECK(c.authority_key_identifier().issuer.empty());
    CHECK(c.authority_key_identifier().serial_number.empty());

    std::vector<std::string> names;
    for (const auto& n : c.subject_alt_names()) {
        char buffer[80];
        names.emplace_back(buffer, n.describe(buffer));
    }
    CHECK(names == std::vector<std::string>{"DNS:a.example", "DNS:*.b.example", "IP Address:192.0.2.1",
                                            "IP Address:2001:db8::1", "email:me@a.example", "URI:https://a.example/"});
    CHECK(c.subject_alt_names().size() == 6);

    std::vector<std::string> points;
    for (const auto& p : c.crl_distribution_points()) {
        points.emplace_back(p.text());
    }
    CHECK(points == std::vector<std::string>{"http://crl.example/1", "http://crl.example/2"});

    std::vector<std::string_view> purposes;
    for (const auto& p : c.extended_key_usage()) {
        purposes.push_back(p.der());
    }
    CHECK(purposes == std::vector{x509::oids::server_auth.der(), x509::oids::client_auth.der()});
    CHECK(c.policies().empty());
    CHECK(c.authority_information_access().empty());

    auto const root = or_throw(ca().certificate());
    CHECK(root.is_ca());
    REQUIRE(root.basic_constraints());
    CHECK(root.basic_constraints()->ca);
    CHECK_FALSE(root.basic_constraints()->path_length);
}

TEST_CASE("extensions that Mbed TLS does not parse", "[certificate]") {
    // AIA with an OCSP server and the issuer's certificate; two policies, the second with a qualifier
    auto const c = samples::issue(
        {.dns_names = {"a.example"},
         .extensions = {
             {"1.3.6.1.5.5.7.1.1", samples::octets("\x30\x36\x30\x19\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x0d"
                                                   "http://o.test"
                                                   "\x30\x19\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x0d"
                                                   "http://i.test")},
             {"2.5.29.32", samples::octets({"\x30\x0c\x30\x03\x06\x01\x2a\x30\x05\x06\x01\x2b\x30\x00", 14})}}});
    std::vector<std::string> where;
    for (const auto& a : c.authority_information_access()) {
        where.emplace_back(std::string(a.method == x509::oids::access_ocsp ? "OCSP " : "CA ") +
                           std::string(a.location.text()));
    }
    CHECK(where == std::vector<std::string>{"OCSP http://o.test", "CA http://i.test"});
    std::vector<std::string> policies;
    for (const auto& p : c.policies()) {
        char dotted[32];
        policies.emplace_back(dotted, p.describe(dotted));
    }
    CHECK(policies == std::vector<std::string>{"1.2", "1.3"});
    bool seen = false;
    for (const auto& e : c.extensions()) {
        seen = seen || e.id == x509::oids::certificate_policies;
    }
    CHECK(seen);

    SECTION("broken ones end the range") {
        auto const bad = samples::issue({.dns_names = {"a.example"},
                                         .extensions = {{"1.3.6.1.5.5.7.1.1", samples::octets("\x30\x03\x30\x05\x06")},
                                                        {"2.5.29.31", samples::octets("\x04\x00")}}});
        CHECK(bad.authority_information_access().empty());
        CHECK(bad.crl_distribution_points().empty());
    }
}

TEST_CASE("a critical extension that nobody knows is read, not judged", "[certificate]") {
    auto const c = samples::issue(
        {.dns_names = {"a.example"}, .extensions = {{"1.2.3.4.5", samples::octets({"\x05\x00", 2}), true}}});
    bool critical = false;
    for (const auto& e : c.extensions()) {
        char dotted[32];
        if (std::string_view(dotted, e.id.describe(dotted)) == "1.2.3.4.5") {
            critical = e.critical;
        }
    }
    CHECK(critical);
}

TEST_CASE("fingerprints", "[certificate]") {
    auto const c = or_throw(certificate::from_pem(R"(-----BEGIN CERTIFICATE-----
MIIBtjCCAVugAwIBAgITBmyf1XSXNmY/Owua2eiedgPySjAKBggqhkjOPQQDAjA5
MQswCQYDVQQGEwJVUzEPMA0GA1UEChMGQW1hem9uMRkwFwYDVQQDExBBbWF6b24g
Um9vdCBDQSAzMB4XDTE1MDUyNjAwMDAwMFoXDTQwMDUyNjAwMDAwMFowOTELMAkG
A1UEBhMCVVMxDzANBgNVBAoTBkFtYXpvbjEZMBcGA1UEAxMQQW1hem9uIFJvb3Qg
Q0EgMzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCmXp8ZBf8ANm+gBG1bG8lKl
ui2yEujSLtf6ycXYqm0fc4E7O5hrOXwzpcVOho6AF2hiRVd9RFgdszflZwjrZt6j
QjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgGGMB0GA1UdDgQWBBSr
ttvXBp43rDCGB5Fwx5zEGbF4wDAKBggqhkjOPQQDAgNJADBGAiEA4IWSoxe3jfkr
BqWTrBqYaGFy+uGh0PsceGCmQ5nFuMQCIQCcAu/xlJyzlvnrxir4tiz+OpAUFteM
YyRIHN8wfdVoOw==
-----END CERTIFICATE-----
)"));
    CHECK(samples::hex(or_throw(c.fingerprint())) ==
          "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4");
    CHECK(samples::hex(or_throw(c.key_hash())) == "36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9");
}

TEST_CASE("a certificate handle", "[certificate]") {
    certificate empty;
    CHECK_FALSE(empty);
    CHECK(empty.native_handle() == nullptr);
    CHECK(empty.der().empty());
    CHECK(empty == certificate());

    auto c = samples::issue({.dns_names = {"a.example"}});
    certificate const copy = c;
    CHECK(copy.native_handle() == c.native_handle());
    certificate const moved = std::move(c);
    CHECK_FALSE(c); // NOLINT: what a moved-from handle is, is promised
    CHECK(moved == copy);

    SECTION("its ranges keep it alive") {
        auto const names = samples::issue({.dns_names = {"kept.example"}}).subject_alt_names();
        REQUIRE_FALSE(names.empty());
        CHECK(names.begin()->text() == "kept.example");
    }
}
