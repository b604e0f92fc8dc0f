// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/trust_store.hpp>

#include "samples.hpp"
#include "support/temporary_folder.hpp"
#include "support/variable.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

using namespace tlspp;
using test::variable;

namespace {
constexpr std::string_view broken = "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n";

std::string three() {
    return samples::ca().certificate_pem() + or_throw(dev::authority::create({.common_name = "B"})).certificate_pem() +
           or_throw(dev::authority::create({.common_name = "C"})).certificate_pem();
}
} // namespace

TEST_CASE("a store is read from memory", "[trust_store]") {
    auto const text = three();
    auto const store = or_throw(trust_store::from_pem(text));
    CHECK(store);
    CHECK(store.size() == 3);
    CHECK(store.parsed() == 3);
    CHECK(store.skipped() == 0);
    CHECK_FALSE(store.first_error());
    CHECK(or_throw(trust_store::from_pem(text + '\0')).size() == 3);
    CHECK(or_throw(trust_store::from_pem("text\n" + text + "text")).size() == 3);

    SECTION("twice the same counts once") {
        auto const twice = or_throw(trust_store::from_pem(text + text));
        CHECK(twice.parsed() == 6);
        CHECK(twice.size() == 3);
        std::size_t listed = 0;
        for (auto const* crt = twice.native_handle(); crt != nullptr; crt = crt->next) {
            ++listed;
        }
        CHECK(listed == 3);
    }
    SECTION("DER") {
        auto const ca = or_throw(samples::ca().certificate());
        auto const der = ca.der();
        CHECK(or_throw(trust_store::from_der(der)).size() == 1);
        CHECK(trust_store::from_der(std::string(der.text()) + "x").error().why() == reason::trailing_bytes);
        CHECK(trust_store::from_der("").error() == errc::malformed);
    }
    SECTION("a table can be parsed without a copy") {
        auto const a = or_throw(samples::ca().certificate());
        auto const b = samples::issue({.dns_names = {"b.example"}});
        std::span<const unsigned char> const table[] = {samples::row(a.der()), samples::row(b.der())};
        auto const bundle = or_throw(trust_store::bundle_parsed(table));
        CHECK(bundle.size() == 2);
        CHECK(bundle.native_handle()->raw.p == a.der().uchars());
        std::span<const unsigned char> const cut[] = {samples::row(a.der()), samples::row(b.der().first(100))};
        CHECK(trust_store::bundle_parsed(cut).error() == errc::malformed);
        CHECK(trust_store::bundle_parsed({}).error() == errc::no_trust);
    }
    SECTION("one bad certificate makes it an error") {
        auto const bad = trust_store::from_pem(text + std::string(broken));
        REQUIRE_FALSE(bad);
        CHECK(bad.error() == errc::malformed);
        CHECK(trust_store::from_pem(text.substr(0, text.size() - 60)).error() == errc::malformed);
        CHECK(trust_store::from_pem("").error() == errc::malformed);
        CHECK(trust_store::from_pem("no PEM").error() == errc::malformed);
        CHECK(trust_store::from_pem(samples::ec_key).error().why() == reason::no_certificate_in_file);
    }
}

TEST_CASE("a store is read from a file", "[trust_store]") {
    test::temporary_folder const folder;
    auto const good = folder.write("cas.pem", three());
    CHECK(or_throw(trust_store::from_file(good)).size() == 3);
    CHECK(or_throw(trust_store::from_file(folder.write("ca.der", or_throw(samples::ca().certificate()).der().text())))
              .size() == 1);

    auto const bad = trust_store::from_file(folder.write("bad.pem", three() + std::string(broken)));
    REQUIRE_FALSE(bad);
    CHECK(bad.error() == errc::malformed);
    CHECK(bad.error().message().view().find("bad.pem") != std::string_view::npos);
    CHECK(trust_store::from_file(folder.write("empty.pem", "")).error().why() == reason::empty_file);
    CHECK(trust_store::from_file(folder.path()).error().why() == reason::is_directory);
    auto const missing = trust_store::from_file(folder.path_of("no.pem"));
    CHECK(missing.error() == errc::file);
    CHECK(missing.error().system() == ENOENT);
    CHECK(missing.error().message().view().find("no.pem") != std::string_view::npos);
    CHECK(trust_store::from_file(folder.write("key.pem", samples::ec_key)).error().why() ==
          reason::no_certificate_in_file);
}

TEST_CASE("a store is read from a folder", "[trust_store]") {
    test::temporary_folder const folder;
    folder.write("a.pem", three());
    folder.write("b.crt", or_throw(samples::ca().certificate()).der().text());
    folder.write("README", "nothing to see");
    folder.write("empty", "");
    folder.write("private.key", samples::ec_key);
    std::filesystem::create_directory(folder.path_of("more"));
    std::filesystem::create_symlink("a.pem", folder.path_of("0a1b2c3d.0"));
    std::filesystem::create_symlink("gone", folder.path_of("dangling"));

    auto const store = or_throw(trust_store::from_directory(folder.path()));
    CHECK(store.size() == 3);
    CHECK(store.parsed() == 7);
    CHECK(store.skipped() == 0);

    folder.write("bad.pem", broken);
    auto const partly = or_throw(trust_store::from_directory(folder.path()));
    CHECK(partly.size() == 3);
    CHECK(partly.skipped() == 1);
    REQUIRE(partly.first_error());
    CHECK(*partly.first_error() == errc::malformed);
    CHECK(partly.first_error()->subject().ends_with("bad.pem"));

    CHECK(trust_store::from_directory(folder.path_of("more")).error() == errc::no_trust);
    CHECK(trust_store::from_directory(folder.path_of("no")).error().system() == ENOENT);
    CHECK(trust_store::from_directory(folder.path_of("a.pem")).error().why() == reason::not_a_directory);
}

TEST_CASE("the system's store", "[trust_store]") {
    test::temporary_folder const folder;
    SECTION("SSL_CERT_FILE") {
        variable const v("SSL_CERT_FILE", folder.write("cas.pem", three()));
        variable const d("SSL_CERT_DIR", "");
        CHECK(or_throw(trust_store::system()).size() == 3);
    }
    SECTION("SSL_CERT_FILE with a bad one in it") {
        variable const v("SSL_CERT_FILE", folder.write("cas.pem", three() + std::string(broken)));
        variable const d("SSL_CERT_DIR", "");
        auto const store = or_throw(trust_store::system());
        CHECK(store.size() == 3);
        CHECK(store.skipped() == 1);
    }
    SECTION("SSL_CERT_DIR, with several") {
        std::filesystem::create_directory(folder.path_of("one"));
        std::filesystem::create_directory(folder.path_of("two"));
        folder.write("one/a.pem", three());
        folder.write("two/b.pem", samples::ca().certificate_pem());
        variable const v("SSL_CERT_FILE", "");
        variable const d("SSL_CERT_DIR", ":" + folder.path_of("one") + "::" + folder.path_of("two"));
        CHECK(or_throw(trust_store::system()).parsed() == 4);
        CHECK(or_throw(trust_store::system()).size() == 3);
    }
    SECTION("what the environment names has to be there") {
        variable const v("SSL_CERT_FILE", folder.path_of("no.pem"));
        variable const d("SSL_CERT_DIR", "");
        auto const r = trust_store::system();
        REQUIRE_FALSE(r);
        CHECK(r.error() == errc::file);
        CHECK(r.error().subject().ends_with("no.pem"));
    }
    SECTION("and to hold certificates") {
        variable const v("SSL_CERT_FILE", folder.write("cas.pem", "none"));
        variable const d("SSL_CERT_DIR", "");
        auto const r = trust_store::system();
        REQUIRE_FALSE(r);
        INFO(r.error().message().view());
        CHECK(r.error() == errc::no_trust);
    }
    SECTION("of this machine, where it has one") {
        variable const v("SSL_CERT_FILE", "");
        variable const d("SSL_CERT_DIR", "");
        auto const r = trust_store::system();
        if (!r) {
            CHECK(r.error() == errc::no_trust);
            SKIP("no CA certificates are installed");
        }
        CHECK(r->size() > 10);
        CHECK(r->skipped() == 0);
    }
}

TEST_CASE("a store handle", "[trust_store]") {
    trust_store empty;
    CHECK_FALSE(empty);
    CHECK(empty.size() == 0);
    CHECK(empty.parsed() == 0);
    CHECK(empty.skipped() == 0);
    CHECK_FALSE(empty.first_error());
    CHECK(empty.native_handle() == nullptr);
    auto store = or_throw(samples::ca().trust());
    auto const copy = store;
    CHECK(copy == store);
    auto const moved = std::move(store);
    CHECK_FALSE(store); // NOLINT: what a moved-from handle is, is promised
    CHECK(moved == copy);
}
