// SPDX-License-Identifier: BSL-1.0
// ContextTests of CPython's test_ssl.py about trusted certificates.
#include "support/contexts.hpp"
#include "support/temporary_folder.hpp"
#include "support/variable.hpp"
#include "x509/samples.hpp"

#include <tlspp/text.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <filesystem>

using namespace tlspp;

namespace {
constexpr std::string_view corrupt = "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n";

struct authorities {
    dev::authority one = or_throw(dev::authority::create({.common_name = "One"}));
    dev::authority two = or_throw(dev::authority::create({.common_name = "Two"}));
};
const authorities& both() {
    static authorities const made;
    return made;
}
std::string der_of(const dev::authority& a) { return std::string(or_throw(a.certificate()).der().text()); }

struct figures {
    std::size_t certificates = 0;
    std::size_t authorities = 0;
    friend bool operator==(const figures&, const figures&) = default;
};
figures count(const trust_store& store) {
    figures f{.certificates = store.size()};
    or_throw(store.for_each([&](const certificate& c) { f.authorities += c.is_ca() ? 1 : 0; }));
    return f;
}
} // namespace

TEST_CASE("trust from a file, and from a file and a folder", "[py:ContextTests.test_load_verify_locations][same]") {
    test::temporary_folder const folder;
    auto const file = folder.write("one.pem", both().one.certificate_pem());
    auto const broken = folder.write("badcert.pem", corrupt);
    std::filesystem::create_directory(folder.path_of("capath"));
    folder.write("capath/0a1b2c3d.0", both().two.certificate_pem());
    auto const directory = folder.path_of("capath");

    CHECK(or_throw(trust_store::from_file(file)).size() == 1);
    CHECK(or_throw(trust_store::from_locations(file)).size() == 1);
    CHECK(or_throw(trust_store::from_locations("", directory)).size() == 1);
    auto const all = or_throw(trust_store::from_locations(file, directory));
    CHECK(all.size() == 2);
    CHECK(or_throw(all.contains(or_throw(both().one.certificate()))));
    CHECK(or_throw(all.contains(or_throw(both().two.certificate()))));

    CHECK(trust_store::from_locations("").error() == errc::invalid_argument);
    auto const missing = trust_store::from_locations(folder.path_of("nonexisting.pem"), directory);
    REQUIRE_FALSE(missing);
    CHECK(missing.error() == errc::file);
    CHECK(missing.error().system() == ENOENT);
    CHECK(missing.error().subject().ends_with("nonexisting.pem"));
    CHECK(trust_store::from_locations(broken).error() == errc::malformed);
    CHECK(trust_store::from_locations(broken, directory).error() == errc::malformed);
    CHECK(trust_store::from_locations(file, folder.path_of("nonexisting")).error().system() == ENOENT);
}

TEST_CASE("trust from memory", "[py:ContextTests.test_load_verify_cadata][same]") {
    auto const one = both().one.certificate_pem();
    auto const two = both().two.certificate_pem();
    auto const from_pem = [](const std::string& text) { return or_throw(trust_store::from_pem(text)).size(); };
    CHECK(from_pem(one) == 1);
    CHECK(from_pem(one + two) == 2);
    CHECK(from_pem("head\n" + one + "other\n" + two + "again\n") == 2);
    CHECK(from_pem(one + two + one + two) == 2); // each once
    auto const from_der = [](const std::string& der) { return or_throw(trust_store::from_der(der)).size(); };
    CHECK(from_der(der_of(both().one)) == 1);
    CHECK(from_der(der_of(both().one) + der_of(both().two)) == 2);
    CHECK(from_der(der_of(both().two) + der_of(both().one) + der_of(both().two)) == 2);
    for (auto const* text : {"", "broken", "-----BEGIN CERTIFICATE-----\n"}) {
        CHECK(trust_store::from_pem(std::string_view(text)).error() == errc::malformed);
        CHECK(trust_store::from_der(std::string_view(text)).error() == errc::malformed);
    }
    CHECK(trust_store::from_pem(one + std::string(corrupt)).error() == errc::malformed);
    CHECK(trust_store::from_der(der_of(both().one) + "A").error() == errc::malformed);
    CHECK(trust_store::from_der(der_of(both().one) + der_of(both().two) + "A").error() == errc::malformed);
    CHECK(trust_store::from_der(der_of(both().one) + der_of(both().two).substr(0, 100)).error() == errc::malformed);
}

TEST_CASE("the certificates and the CAs of a store are counted", "[py:ContextTests.test_cert_store_stats][same]") {
    CHECK(count(trust_store()) == figures{0, 0});
    auto const leaf = samples::issue({.dns_names = {"localhost"}});
    CHECK(count(or_throw(trust_store::from_der(leaf.der()))) == figures{1, 0});
    auto const ca = both().one.certificate_pem();
    auto const trust = or_throw(trust_store::from_pem(ca));
    CHECK(count(trust) == figures{1, 1});
    CHECK(count(or_throw(trust_store::from_pem(ca + to_pem(leaf)))) == figures{2, 1});
    // an own certificate does not go into it
    CHECK(client_context::create({.trust = trust, .identity = test::the_world().localhost}));
    CHECK(count(trust) == figures{1, 1});
}

TEST_CASE("the CAs of a store are listed", "[py:ContextTests.test_get_ca_certs][same]") {
    auto const list = [](const trust_store& store) {
        std::vector<certificate> found;
        or_throw(store.for_each([&](const certificate& c) {
            if (c.is_ca()) {
                found.push_back(c);
            }
        }));
        return found;
    };
    CHECK(list(trust_store()).empty());
    auto const leaf = samples::issue({.dns_names = {"localhost"}});
    CHECK(list(or_throw(trust_store::from_der(leaf.der()))).empty());
    auto const found = list(or_throw(trust_store::from_pem(to_pem(leaf) + both().one.certificate_pem())));
    REQUIRE(found.size() == 1);
    CHECK(found[0].der().text() == der_of(both().one));
    CHECK(to_json(found[0]).find(R"(["commonName", "One"])") != std::string::npos);
    CHECK(found[0].issuer() == found[0].subject());
}

TEST_CASE("the trust of the platform is loaded", "[py:ContextTests.test_set_default_verify_paths][same]") {
    test::variable const file("SSL_CERT_FILE", "");
    test::variable const folders("SSL_CERT_DIR", "");
    auto const store = trust_store::system();
    if (!store) {
        CHECK(store.error() == errc::no_trust);
        SKIP("no CA certificates are installed");
    }
    CHECK(store->size() > 0);
    CHECK(client_context::create({.trust = *store}));
    CHECK(client_context::create());
}

TEST_CASE("the default trust serves clients and servers", "[py:ContextTests.test_load_default_certs][same]") {
    test::temporary_folder const folder;
    test::variable const file("SSL_CERT_FILE", folder.write("cas.pem", test::the_world().ca.certificate_pem()));
    test::variable const folders("SSL_CERT_DIR", "");
    auto const clients = client_context::create();
    auto const servers = server_context::create({.identities = {test::the_world().localhost},
                                                 .client_auth = client_auth::required,
                                                 .trust = or_throw(trust_store::system())});
    REQUIRE(clients);
    REQUIRE(servers);
    auto client = or_throw(clients->wrap(memory_transport{}, "localhost"));
    auto server = or_throw(servers->wrap(memory_transport{}));
    auto const o = test::shake_hands(client, server);
    CHECK(client.peer_status() == peer_status::verified);
    CHECK(o.server.error() == errc::no_certificate); // it was asked for
    // what is no purpose, that is, no type of context, is refused by the compiler
    STATIC_REQUIRE_FALSE(std::is_constructible_v<client_context, int>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<client_options, server_options>);
}

TEST_CASE("the environment names the default trust", "[py:ContextTests.test_load_default_certs_env][same]") {
    test::temporary_folder const folder;
    std::filesystem::create_directory(folder.path_of("capath"));
    test::variable const file("SSL_CERT_FILE", folder.write("cert.pem", both().one.certificate_pem()));
    test::variable const folders("SSL_CERT_DIR", folder.path_of("capath"));
    auto const store = or_throw(trust_store::system());
    CHECK(count(store) == figures{1, 1});
    CHECK(or_throw(store.contains(or_throw(both().one.certificate()))));
}
