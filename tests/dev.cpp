// SPDX-License-Identifier: BSL-1.0
#include "support/certificates.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

#include <tlspp/dev.hpp>
#include <tlspp/server_name.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <new>

using namespace tlspp;

namespace {

/// The `openssl` command, on files of one folder.
class openssl {
public:
    openssl() {
        if (!test::find_program("openssl")) {
            SKIP("the openssl command is not installed");
        }
    }
    const test::temporary_folder& folder() const noexcept { return folder_; }

    test::process_result run(std::vector<std::string> arguments, std::string_view input = {}) const {
        arguments.insert(arguments.begin(), "openssl");
        auto done = test::run(arguments, input);
        UNSCOPED_INFO("openssl " << arguments.at(1) << ": " << done.status << "\n" << done.out << done.err);
        return done;
    }
    std::string text_of(const std::string& pem) const {
        auto const done = run({"x509", "-noout", "-text", "-nameopt", "RFC2253,-esc_msb,utf8"}, pem);
        CHECK(done.status == 0);
        return done.out;
    }
    /// Judges a chain, leaf first, as strictly as OpenSSL can.
    test::process_result verify(const std::string& root, const std::string& chain,
                                const std::vector<std::string>& more = {}) const {
        auto const leaf_end = chain.find("-----END CERTIFICATE-----\n") + 26;
        std::vector<std::string> arguments{"verify", "-x509_strict", "-CAfile", folder_.write("root.pem", root)};
        if (leaf_end < chain.size()) {
            arguments.insert(arguments.end(),
                             {"-untrusted", folder_.write("intermediates.pem", chain.substr(leaf_end))});
        }
        arguments.insert(arguments.end(), more.begin(), more.end());
        arguments.push_back(folder_.write("leaf.pem", chain.substr(0, leaf_end)));
        return run(arguments);
    }
    bool accepts(const std::string& root, const std::string& chain, const std::vector<std::string>& more = {}) const {
        return verify(root, chain, more).status == 0;
    }
    /// True where the chain is refused for this reason.
    bool refuses(const std::string& root, const std::string& chain, const std::vector<std::string>& more,
                 std::string_view why) const {
        auto const done = verify(root, chain, more);
        return done.status != 0 && (done.out + done.err).find(why) != std::string::npos;
    }

private:
    test::temporary_folder folder_;
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::vector<std::byte> octets(std::string_view text) {
    std::vector<std::byte> out;
    for (char c : text) {
        out.push_back(static_cast<std::byte>(c));
    }
    return out;
}

const dev::authority& ca() { return test::shared_certificates().ca; }
std::string root() { return ca().certificate_pem(); }
} // namespace

TEST_CASE("certificates of the example in the header") {
    auto const authority = or_throw(dev::authority::create());
    auto const server = or_throw(authority.issue({.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1"}}));
    auto const trust = or_throw(authority.trust());
    CHECK(trust.size() == 1);
    CHECK(server.chain_size() == 1);
    CHECK(or_throw(authority.certificate()) == or_throw(certificate::from_pem(authority.certificate_pem())));
    CHECK(authority.root_pem() == authority.certificate_pem());
}

TEST_CASE("OpenSSL accepts what is issued, for its names only") {
    openssl const command;
    auto const leaf = or_throw(ca().issue_pem({.dns_names = {"localhost", "*.wild.example"},
                                               .ip_addresses = {"127.0.0.1", "::1"},
                                               .email_addresses = {"user@example.org"}}));
    auto const& chain = leaf.certificate_pem;
    CHECK(command.accepts(root(), chain));
    CHECK(command.accepts(root(), chain, {"-purpose", "sslserver"}));
    CHECK(command.accepts(root(), chain, {"-purpose", "sslclient"}));
    CHECK(command.accepts(root(), chain, {"-verify_hostname", "localhost"}));
    CHECK(command.accepts(root(), chain, {"-verify_hostname", "a.wild.example"}));
    CHECK(command.accepts(root(), chain, {"-verify_ip", "127.0.0.1"}));
    CHECK(command.accepts(root(), chain, {"-verify_ip", "::1"}));
    CHECK(command.accepts(root(), chain, {"-verify_email", "user@example.org"}));

    CHECK(command.refuses(root(), chain, {"-verify_hostname", "other.example"}, "hostname mismatch"));
    CHECK(command.refuses(root(), chain, {"-verify_hostname", "a.b.wild.example"}, "hostname mismatch"));
    CHECK(command.refuses(root(), chain, {"-verify_ip", "127.0.0.2"}, "IP address mismatch"));
    CHECK(command.refuses(root(), chain, {"-verify_email", "other@example.org"}, "email address mismatch"));
    auto const& others = test::shared_certificates();
    CHECK(command.refuses(others.other_ca.certificate_pem(), chain, {}, "unable to get local issuer"));
    CHECK(command.refuses(others.impostor_ca.certificate_pem(), chain, {}, "error"));
}

TEST_CASE("the shared certificates are good and bad as they say") {
    openssl const command;
    auto const& made = test::shared_certificates();
    std::vector<std::string> const server{"-purpose", "sslserver", "-verify_hostname", "localhost"};
    CHECK(command.accepts(root(), made.localhost.pem.certificate_pem, server));
    CHECK(command.accepts(root(), made.chained.pem.certificate_pem, server));
    CHECK(command.accepts(root(), made.client.pem.certificate_pem, {"-purpose", "sslclient"}));
    CHECK(made.chained.identity.chain_size() == 2);

    CHECK(command.refuses(root(), made.expired.pem.certificate_pem, server, "expired"));
    CHECK(command.refuses(root(), made.not_yet_valid.pem.certificate_pem, server, "not yet valid"));
    CHECK(command.refuses(root(), made.wrong_name.pem.certificate_pem, server, "hostname mismatch"));
    CHECK(command.refuses(root(), made.other_issuer.pem.certificate_pem, server, "unable to get local issuer"));
    CHECK(command.refuses(root(), made.impostor.pem.certificate_pem, server, "error"));
    CHECK(command.refuses(root(), made.wrong_purpose.pem.certificate_pem, server, "purpose"));
    CHECK(command.refuses(root(), made.client.pem.certificate_pem, {"-purpose", "sslserver"}, "purpose"));
    CHECK(command.refuses(root(), made.other_client.pem.certificate_pem, {}, "unable to get local issuer"));
    CHECK(command.refuses(root(), made.expired_client.pem.certificate_pem, {}, "expired"));
}

TEST_CASE("dates are written as they were given") {
    openssl const command;
    auto const text = [&](std::int64_t from, std::int64_t to) {
        return command.text_of(or_throw(ca().issue_pem({.not_before = from, .not_after = to})).certificate_pem);
    };
    auto const year_2000 = text(951782400, 951868799); // the leap day of 2000
    CHECK(contains(year_2000, "Not Before: Feb 29 00:00:00 2000 GMT"));
    CHECK(contains(year_2000, "Not After : Feb 29 23:59:59 2000 GMT"));
    auto const year_2050 = text(2524607999, 2524608000); // from UTCTime to GeneralizedTime
    CHECK(contains(year_2050, "Not Before: Dec 31 23:59:59 2049 GMT"));
    CHECK(contains(year_2050, "Not After : Jan  1 00:00:00 2050 GMT"));
    auto const ends = text(-631152000, 253402300799);
    CHECK(contains(ends, "Not Before: Jan  1 00:00:00 1950 GMT"));
    CHECK(contains(ends, "Not After : Dec 31 23:59:59 9999 GMT"));
    auto const epoch = text(0, 1);
    CHECK(contains(epoch, "Not Before: Jan  1 00:00:00 1970 GMT"));
    CHECK(ca().issue_pem({.not_before = -631152001}).error() == errc::invalid_argument);
    CHECK(ca().issue_pem({.not_after = 253402300800}).error() == errc::invalid_argument);
}

TEST_CASE("intermediates, their limits and their chains") {
    openssl const command;
    auto const upper = or_throw(ca().intermediate({.common_name = "Upper"}));
    auto const lower = or_throw(upper.intermediate({.common_name = "Lower", .path_length = 0}));
    auto const leaf = or_throw(lower.issue_pem({.dns_names = {"deep.example"}}));
    CHECK(or_throw(identity::from_pem(leaf.certificate_pem, leaf.key_pem)).chain_size() == 3);
    CHECK(command.accepts(root(), leaf.certificate_pem, {"-verify_hostname", "deep.example"}));
    CHECK(lower.root_pem() == root());
    CHECK(or_throw(lower.trust()).size() == 1);
    auto const own = lower.own_credentials();
    CHECK(command.accepts(root(), own.certificate_pem));
    CHECK(or_throw(identity::from_pem(own.certificate_pem, own.key_pem)).chain_size() == 2);

    auto const too_deep = or_throw(or_throw(lower.intermediate()).issue_pem());
    CHECK(command.refuses(root(), too_deep.certificate_pem, {}, "path length"));
    auto const no_ca = or_throw(or_throw(ca().intermediate({.is_ca = false})).issue_pem());
    CHECK(command.refuses(root(), no_ca.certificate_pem, {}, "invalid CA"));
    auto const no_signer =
        or_throw(or_throw(ca().intermediate({.key_usage = dev::usage::digital_signature})).issue_pem());
    CHECK(command.refuses(root(), no_signer.certificate_pem, {}, "error"));
}

TEST_CASE("a key can be used again, for a cross-signed authority") {
    openssl const command;
    auto const& made = test::shared_certificates();
    auto const again =
        or_throw(made.other_ca.intermediate({.common_name = "Test CA", .key_pem = ca().own_credentials().key_pem}));
    auto const chain = made.localhost.pem.certificate_pem + again.certificate_pem();
    CHECK(command.accepts(made.other_ca.certificate_pem(), chain));
    CHECK_FALSE(command.accepts(made.other_ca.certificate_pem(), made.localhost.pem.certificate_pem));
}

TEST_CASE("keys and hashes") {
    openssl const command;
    struct row {
        dev::key_type type;
        std::string_view key;
        std::string_view signature; // of what it signs
    };
    auto const one = GENERATE(row{dev::key_type::ec_p256, "NIST CURVE: P-256", "ecdsa-with-SHA256"},
                              row{dev::key_type::ec_p384, "NIST CURVE: P-384", "ecdsa-with-SHA384"},
                              row{dev::key_type::ec_p521, "NIST CURVE: P-521", "ecdsa-with-SHA512"},
                              row{dev::key_type::rsa_2048, "Public-Key: (2048 bit)", "sha256WithRSAEncryption"},
                              row{dev::key_type::insecure_rsa_1024, "Public-Key: (1024 bit)", "sha256WithRSA"});
    CAPTURE(one.key);
    auto const authority = or_throw(dev::authority::create({.key_type = one.type}));
    auto const text = command.text_of(authority.certificate_pem());
    CHECK(contains(text, one.key));
    CHECK(contains(text, std::string("Signature Algorithm: ").append(one.signature)));
    auto const leaf = or_throw(authority.issue_pem({.dns_names = {"localhost"}}));
    CHECK(command.accepts(authority.certificate_pem(), leaf.certificate_pem));
    CHECK(command.run({"pkey", "-check", "-noout"}, authority.own_credentials().key_pem).status == 0);
    CHECK(or_throw(authority.crl_pem()).starts_with("-----BEGIN X509 CRL-----\n"));
}

TEST_CASE("an RSA key of 3072 bits", "[slow]") {
    auto const leaf = or_throw(ca().issue_pem({.key_type = dev::key_type::rsa_3072}));
    CHECK(contains(openssl().text_of(leaf.certificate_pem), "Public-Key: (3072 bit)"));
}

TEST_CASE("the hash can be chosen, and a weak one has a telling name") {
    openssl const command;
    auto const signature = [&](dev::hash hash) {
        return command.text_of(or_throw(ca().issue_pem({.hash = hash})).certificate_pem);
    };
    CHECK(contains(signature(dev::hash::sha256), "ecdsa-with-SHA256"));
    CHECK(contains(signature(dev::hash::sha384), "ecdsa-with-SHA384"));
    CHECK(contains(signature(dev::hash::sha512), "ecdsa-with-SHA512"));
    CHECK(contains(signature(dev::hash::insecure_sha1), "ecdsa-with-SHA1"));
    auto const rsa = or_throw(
        dev::authority::create({.key_pem = test::rsa_localhost().pem.key_pem, .hash = dev::hash::insecure_sha1}));
    CHECK(contains(command.text_of(rsa.certificate_pem()), "sha1WithRSAEncryption"));
    CHECK(contains(command.text_of(or_throw(rsa.issue_pem({.hash = dev::hash::sha512})).certificate_pem),
                   "sha512WithRSAEncryption"));
}

TEST_CASE("every extension that can be asked for, as OpenSSL reads it") {
    openssl const command;
    auto const text = command.text_of(
        or_throw(ca().issue_pem({.dns_names = {"a.example", "b.example"},
                                 .ip_addresses = {"10.1.2.3", "2001:db8::1"},
                                 .common_name = "Müller, \"the\" <one>",
                                 .email_addresses = {"user@example.org"},
                                 .uris = {"spiffe://example.org/service"},
                                 .alternative_names = {"dirName:C=DE,O=Example,CN=Other"},
                                 .organisation = "Example = Org",
                                 .serial = "0102ABCDEF",
                                 .is_ca = true,
                                 .path_length = 3,
                                 .key_usage = dev::usage::key_agreement | dev::usage::decipher_only,
                                 .extended_key_usage = {{dev::purpose::server_auth, "1.3.6.1.5.5.7.3.3", "1.2.3.4"}},
                                 .permitted = {"DNS:example.org", "IP:10.0.0.0/8", "email:.example.org",
                                               "URI:.example.org", "dirName:C=DE", "IP:2001:db8::/33"},
                                 .excluded = {"DNS:bad.example.org"},
                                 .crl_distribution_points = {"http://crl.example/1.crl"},
                                 .extensions = {{"1.3.6.1.4.1.99999.1", octets("\x0C\x02hi"), true}}}))
            .certificate_pem);
    for (std::string_view part : {
             "Serial Number: 4339781103 (0x102abcdef)",
             "Subject: CN=Müller\\, \\\"the\\\" \\<one\\>,O=Example = Org",
             "DNS:a.example, DNS:b.example, IP Address:10.1.2.3, IP Address:2001:DB8:0:0:0:0:0:1, "
             "email:user@example.org, URI:spiffe://example.org/service, DirName:",
             "CA:TRUE, pathlen:3",
             "X509v3 Key Usage: critical\n                Key Agreement, Decipher Only\n",
             "TLS Web Server Authentication, Code Signing, 1.2.3.4",
             "X509v3 Name Constraints: critical\n                Permitted:\n                  DNS:example.org\n"
             "                  IP:10.0.0.0/255.0.0.0\n                  email:.example.org\n"
             "                  URI:.example.org\n                  DirName:C",
             "                  IP:2001:DB8:0:0:0:0:0:0/FFFF:FFFF:8000:0:0:0:0:0\n"
             "                Excluded:\n                  DNS:bad.example.org\n",
             "URI:http://crl.example/1.crl",
             "1.3.6.1.4.1.99999.1: critical\n                ..hi",
         }) {
        CAPTURE(part);
        CHECK(contains(text, part));
    }
    auto const version_1 = command.text_of(or_throw(ca().issue_pem({.version = 1})).certificate_pem);
    CHECK(contains(version_1, "Version: 1 (0x0)"));
    CHECK_FALSE(contains(version_1, "X509v3"));
}

TEST_CASE("what is left out is not there") {
    openssl const command;
    auto const plain = command.text_of(or_throw(ca().issue_pem({.common_name = "x"})).certificate_pem);
    for (std::string_view name : {"Subject Key Identifier", "Authority Key Identifier", "Basic Constraints",
                                  "Key Usage: critical", "Extended Key Usage"}) {
        CAPTURE(name);
        CHECK(contains(plain, name));
    }
    CHECK_FALSE(contains(plain, "Alternative Name"));
    CHECK(contains(plain, "Subject: CN=x,O=tlspp development\n"));
    CHECK(contains(command.text_of(or_throw(ca().issue_pem({.organisation = ""})).certificate_pem),
                   "Subject: CN=tlspp development certificate\n"));
    auto const bare =
        command.text_of(or_throw(ca().issue_pem({.subject = "",
                                                 .key_usage = 0U,
                                                 .extended_key_usage = std::vector<std::string>(),
                                                 .without_extensions = {"2.5.29.14", "2.5.29.35", "2.5.29.19"}}))
                            .certificate_pem);
    CHECK_FALSE(contains(bare, "X509v3 "));
    CHECK(contains(bare, "Subject: \n"));
    auto const nameless = or_throw(ca().issue_pem({.dns_names = {"x"}, .subject = ""}));
    CHECK(contains(command.text_of(nameless.certificate_pem), "Subject Alternative Name: critical"));
    auto const given = command.text_of(or_throw(ca().issue_pem({.subject = "C=DE,O=Given,CN=Name"})).certificate_pem);
    CHECK(contains(given, "Subject: CN=Name,O=Given,C=DE"));
    auto const replaced = command.text_of(
        or_throw(ca().issue_pem({.extensions = {{.oid = "2.5.29.15", .der = octets({"\x03\x02\x01\x06", 4})}}}))
            .certificate_pem);
    CHECK(contains(replaced, "X509v3 Key Usage: \n                Certificate Sign, CRL Sign"));
}

TEST_CASE("object identifiers of every size") {
    openssl const command;
    auto const oid = GENERATE(as<std::string>(), "0.0", "0.39", "1.39.1", "2.40", "2.999", "1.2.127.128.16383.16384",
                              "1.3.6.1.4.1.4294967295", "2.47.999999999999999999");
    CAPTURE(oid);
    auto const leaf = ca().issue_pem({.extensions = {{oid, octets("\x04\x01x"), false}}});
    REQUIRE(leaf);
    auto const text = command.run({"asn1parse"}, leaf->certificate_pem).out;
    CHECK(contains(text, ":" + oid + "\n"));
}

TEST_CASE("object identifiers that are none") {
    auto const oid = GENERATE(as<std::string>(), "", "1", "1.", ".1", "1..2", "3.1", "0.40", "1.40", "1.2.", "1.2.x",
                              "1,2", "-1.2", "1.2.9999999999999999999");
    CAPTURE(oid);
    CHECK(ca().issue({.extensions = {{oid, octets("\x05"), false}}}).error() == errc::malformed);
}

TEST_CASE("name constraints bind what OpenSSL accepts") {
    openssl const command;
    auto const limited = or_throw(
        ca().intermediate({.permitted = {"DNS:example.org", "IP:10.0.0.0/8"}, .excluded = {"DNS:bad.example.org"}}));
    auto const chain = [&](std::string_view dns, std::string_view ip) {
        dev::certificate_options options{.subject = "O=x"};
        (dns.empty() ? options.ip_addresses : options.dns_names).emplace_back(dns.empty() ? ip : dns);
        return or_throw(limited.issue_pem(options)).certificate_pem;
    };
    CHECK(command.accepts(root(), chain("www.example.org", "")));
    CHECK(command.accepts(root(), chain("", "10.255.0.1")));
    CHECK(command.refuses(root(), chain("www.example.com", ""), {}, "permitted subtree violation"));
    CHECK(command.refuses(root(), chain("www.bad.example.org", ""), {}, "excluded subtree violation"));
    CHECK(command.refuses(root(), chain("", "11.0.0.1"), {}, "permitted subtree violation"));
}

TEST_CASE("serial numbers: random ones differ, given ones are minimal") {
    auto const serial = [](std::string_view hex) {
        auto const leaf = or_throw(ca().issue({.serial = std::string(hex)}));
        return std::string(or_throw(leaf.leaf()).serial_number().text());
    };
    CHECK(serial("1") == "\x01");
    CHECK(serial("01") == "\x01");
    CHECK(serial("000001") == "\x01");
    CHECK(serial("0080") == std::string({'\0', '\x80'}));
    CHECK(serial("80") == std::string({'\0', '\x80'}));
    CHECK(serial("00") == std::string(1, '\0'));
    CHECK(serial("abC") == "\x0A\xBC");
    CHECK(serial(std::string(40, 'f')).size() == 21);
    CHECK(serial("").size() == 16);
    CHECK(serial("") != serial(""));
    CHECK(ca().issue({.serial = "xy"}).error() == errc::invalid_argument);
    CHECK(ca().issue({.serial = "0x1"}).error() == errc::invalid_argument);
    CHECK(ca().issue({.serial = "01" + std::string(40, '1')}).error() == errc::invalid_argument);
}

TEST_CASE("authorities have different names unless told") {
    auto const one = or_throw(or_throw(dev::authority::create()).certificate());
    auto const two = or_throw(or_throw(dev::authority::create()).certificate());
    CHECK(one.subject() != two.subject());
    auto const named = or_throw(or_throw(dev::authority::create({.common_name = "Same"})).certificate());
    auto const again = or_throw(or_throw(dev::authority::create({.common_name = "Same"})).certificate());
    CHECK(named.subject() == again.subject());
    CHECK(named != again);
}

TEST_CASE("tampering before signing leaves a good signature, after it a bad one") {
    openssl const command;
    auto const upper_case = [](std::vector<std::byte>& der) {
        std::string_view const text(reinterpret_cast<const char*>(der.data()), der.size());
        auto const at = text.find("tamper.example");
        REQUIRE(at != std::string_view::npos);
        der[at] = std::byte{'T'};
    };
    auto const before =
        or_throw(ca().issue_pem({.common_name = "tamper.example", .tamper_before_signing = upper_case}));
    CHECK(command.accepts(root(), before.certificate_pem));
    CHECK(contains(command.text_of(before.certificate_pem), "CN=Tamper.example"));
    auto const after = or_throw(ca().issue_pem({.common_name = "tamper.example", .tamper = upper_case}));
    CHECK(command.refuses(root(), after.certificate_pem, {}, "signature failure"));
    CHECK(contains(command.text_of(after.certificate_pem), "CN=Tamper.example"));

    auto const cut = [](std::vector<std::byte>& der) { der.resize(der.size() / 2); };
    CHECK(ca().issue_pem({.tamper = cut}));
    CHECK(ca().issue({.tamper = cut}).error() == errc::malformed);
    CHECK(ca().issue({.tamper = [](std::vector<std::byte>& der) { der.clear(); }}).error() == errc::malformed);
    auto const broken_ca = or_throw(dev::authority::create({.tamper = cut}));
    CHECK(broken_ca.certificate().error() == errc::malformed);
    CHECK_FALSE(broken_ca.trust());
}

TEST_CASE("revocation lists") {
    openssl const command;
    auto const good = or_throw(ca().issue_pem({.serial = "0A"}));
    auto const revoked = or_throw(ca().issue_pem({.serial = "80FF"}));
    auto const with = [&](const std::string& crl) {
        return std::vector<std::string>{"-crl_check", "-CRLfile", command.folder().write("list.crl", crl)};
    };
    auto const list = with(or_throw(ca().crl_pem({"80ff", "01"})));
    CHECK(command.accepts(root(), good.certificate_pem, list));
    CHECK(command.refuses(root(), revoked.certificate_pem, list, "certificate revoked"));
    CHECK(command.accepts(root(), revoked.certificate_pem, with(or_throw(ca().crl_pem()))));
    CHECK(command.refuses(root(), good.certificate_pem,
                          with(or_throw(ca().crl_pem({}, {.this_update = 0, .next_update = 1}))), "CRL has expired"));
    CHECK(command.refuses(root(), good.certificate_pem,
                          with(or_throw(ca().crl_pem({}, {.this_update = test::now() + test::day}))),
                          "CRL is not yet valid"));
    auto const& others = test::shared_certificates();
    CHECK(command.refuses(root(), good.certificate_pem, with(or_throw(others.other_ca.crl_pem())),
                          "unable to get certificate CRL"));
    CHECK_FALSE(command.accepts(root(), good.certificate_pem, with(or_throw(others.impostor_ca.crl_pem()))));
    auto const flipped = [](std::vector<std::byte>& der) { der.back() ^= std::byte{1}; };
    CHECK(command.refuses(root(), good.certificate_pem, with(or_throw(ca().crl_pem({}, {.tamper = flipped}))),
                          "CRL signature failure"));

    auto const text = [&](const std::string& crl) { return command.run({"crl", "-noout", "-text"}, crl).out; };
    auto const full = text(or_throw(
        ca().crl_pem({"1234"}, {.next_update = 253402300799,
                                .number = "0100",
                                .hash = dev::hash::sha384,
                                .extensions = {{.oid = "1.2.3.4", .der = octets({"\x05\x00", 2}), .critical = true}},
                                .entry_extensions = {{.oid = "2.5.29.21", .der = octets("\x0A\x01\x01")}}})));
    for (std::string_view part :
         {"Version 2 (0x1)", "ecdsa-with-SHA384", "Serial Number: 1234", "Key Compromise", "X509v3 CRL Number: \n",
          "256", "1.2.3.4: critical", "X509v3 Authority Key Identifier", "Next Update: Dec 31 23:59:59 9999 GMT"}) {
        CAPTURE(part);
        CHECK(contains(full, part));
    }
    auto const bare =
        text(or_throw(ca().crl_pem({}, {.has_next_update = false, .without_extensions = {"2.5.29.35", "2.5.29.20"}})));
    CHECK(contains(bare, "Next Update: NONE"));
    CHECK_FALSE(contains(bare, "X509v3"));
    CHECK(contains(bare, "No Revoked Certificates"));
    CHECK(ca().crl_pem({"zz"}).error() == errc::invalid_argument);
    CHECK(ca().crl_pem({""}).error() == errc::invalid_argument);
}

TEST_CASE("options that cannot be encoded are errors that name them") {
    auto const refused = [](const dev::certificate_options& options, errc code, std::string_view about) {
        auto const made = ca().issue(options);
        REQUIRE_FALSE(made);
        CHECK(made.error() == code);
        CHECK((!TLSPP_SENTENCES || made.error().subject().find(about) != std::string_view::npos));
        CHECK(ca().intermediate(options).error() == code);
    };
    refused({.ip_addresses = {"localhost"}}, errc::invalid_name, "localhost");
    refused({.ip_addresses = {"10.0.0.0/8"}}, errc::invalid_name, "10.0.0.0/8");
    refused({.permitted = {"IP:10.0.0.0/33"}}, errc::invalid_name, "10.0.0.0/33");
    refused({.permitted = {"IP:10.0.0.0/"}}, errc::invalid_name, "10.0.0.0/");
    refused({.excluded = {"IP:10.0.0.0/-1"}}, errc::invalid_name, "10.0.0.0/-1");
    refused({.permitted = {"example.org"}}, errc::malformed, "example.org");
    refused({.alternative_names = {"NS:example.org"}}, errc::malformed, "NS:example.org");
    refused({.alternative_names = {"dirName:example"}}, errc::malformed, "example");
    refused({.alternative_names = {"dirName:XX=example"}}, errc::malformed, "XX=example");
    refused({.extended_key_usage = {{"serverAuth"}}}, errc::malformed, "serverAuth");
    refused({.extensions = {{.oid = "1."}}}, errc::malformed, "1.");
    refused({.without_extensions = {""}}, errc::malformed, "");
    refused({.key_pem = "nonsense"}, errc::malformed, "key_pem");
    refused({.key_pem = root()}, errc::malformed, "key_pem");
    refused({.version = 2}, errc::invalid_argument, "version");
    refused({.path_length = 128}, errc::invalid_argument, "path_length");
    refused({.subject = "example"}, errc::invalid_argument, "");
    refused({.common_name = std::string("a\0b", 3)}, errc::invalid_argument, "");
    refused({.common_name = std::string(300, 'a')}, errc::invalid_argument, "");
}

TEST_CASE("names may be long, many, and such as no server has") {
    dev::certificate_options options{.common_name = "x"};
    for (int i = 0; i != 2000; ++i) {
        options.dns_names.push_back("host-" + std::to_string(i) + ".some-rather-long-name.example");
    }
    options.dns_names.push_back(std::string("nul\0.example", 12));
    options.dns_names.push_back("b\xC3\xBC"
                                "cher.example");
    options.dns_names.push_back("");
    auto const leaf = or_throw(ca().issue_pem(options));
    CHECK(leaf.certificate_pem.size() > 100000);
    CHECK(openssl().accepts(root(), leaf.certificate_pem, {"-verify_hostname", options.dns_names[1999]}));
}

TEST_CASE("a moved-from authority answers misuse") {
    auto authority = or_throw(dev::authority::create());
    auto const copy = authority;
    auto const moved = std::move(authority);
    CHECK(moved.certificate_pem() == copy.certificate_pem());
    CHECK(authority.issue().error() == errc::misuse); // NOLINT: that is what it is about
    CHECK(authority.issue_pem().error().why() == reason::moved_from);
    CHECK(authority.intermediate().error() == errc::misuse);
    CHECK(authority.trust().error() == errc::misuse);
    CHECK(authority.certificate().error() == errc::misuse);
    CHECK(authority.crl_pem().error() == errc::misuse);
    CHECK(authority.certificate_pem().empty());
    CHECK(authority.root_pem().empty());
    CHECK(authority.own_credentials().key_pem.empty());
    CHECK(or_throw(copy.issue()));
}

#if TLSPP_EXCEPTIONS
TEST_CASE("what a tamper function throws becomes an error") {
    CHECK(ca().issue({.tamper = [](auto&) { throw 1; }}).error() == errc::callback);
    CHECK(ca().intermediate({.tamper_before_signing = [](auto&) { throw std::bad_alloc(); }}).error() ==
          errc::out_of_memory);
    CHECK(ca().crl_pem({}, {.tamper = [](auto&) { throw 1; }}).error() == errc::callback);
}
#endif

TEST_CASE("the helper that runs programs") {
    using namespace std::chrono_literals;
    if (!test::find_program("sh") || !test::find_program("cat")) {
        SKIP("no shell");
    }
    std::string const big(300000, 'x');
    auto const echoed = test::run({"cat"}, big);
    CHECK(echoed.status == 0);
    CHECK(echoed.out == big);
    auto const failed = test::run({"sh", "-c", "echo out; echo err >&2; exit 3"});
    CHECK(failed.status == 3);
    CHECK(failed.out == "out\n");
    CHECK(failed.err == "err\n");
    CHECK(test::run({"sh", "-c", "kill -9 $$"}).status == 128 + 9);
    CHECK(test::run({"sh", "-c", "exec <&-; exit 0"}, big).status == 0);
    CHECK(test::run({"no-such-program-anywhere"}).status == -1);
    CHECK(test::run({"sleep", "60"}, {}, 50ms).status == -1);
    CHECK(test::run({"sh", "-c", "exec >&- 2>&-; exec sleep 60"}, {}, 50ms).status == -1);
    CHECK(test::run({"sh", "-c", "echo $TLSPP_PROBE"}, {}, 10s, {"TLSPP_PROBE=here"}).out == "here\n");
    test::process talker({"sh", "-c", "echo ready; read line; echo got $line"});
    REQUIRE(talker.started());
    CHECK(talker.wait_for("ready\n", 10s));
    CHECK_FALSE(talker.wait_for("got", 20ms));
    talker.write("word\n");
    CHECK(talker.wait_for("got word\n", 10s));
    CHECK(talker.wait(10s) == 0);
}
