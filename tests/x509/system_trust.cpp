// SPDX-License-Identifier: BSL-1.0
// What operating systems and the environment name, and the whole bundle of this machine.
#include <tlspp/x509/system_trust/read.hpp>

#include <tlspp/context.hpp>

#include "lookup.hpp"
#include "support/pair.hpp"
#include "support/temporary_folder.hpp"
#include "support/variable.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>

using namespace tlspp;
using test::variable;

namespace {
std::string pem(const char* name) { return or_throw(dev::authority::create({.common_name = name})).certificate_pem(); }

bool trusts(const trust_store& store, const dev::authority& who) {
    return or_throw(store.contains(or_throw(who.certificate())));
}
} // namespace

#if defined(MBEDTLS_FS_IO)
TEST_CASE("the first place with certificates is taken", "[system_trust]") {
    test::temporary_folder const folder;
    auto const missing = folder.path_of("missing.pem");
    auto const empty = folder.write("empty.pem", "");
    auto const nothing = folder.write("nothing.pem", "# no certificates yet\n");
    auto const one = folder.write("one.pem", pem("One"));
    auto const two = folder.write("two.pem", pem("Two") + pem("Three"));
    for (auto const* name : {"bare", "certs", "more"}) {
        std::filesystem::create_directory(folder.path_of(name));
    }
    folder.write("certs/README", "nothing to see");
    folder.write("certs/a.0", pem("A"));
    folder.write("certs/b.0", pem("B"));
    folder.write("certs/c.0", pem("C"));
    folder.write("more/d.0", pem("D"));

    auto const read = [](std::vector<std::string_view> files, std::vector<std::string_view> folders) {
        tlspp::detail::anchors found;
        CHECK(x509::system_trust::read_first(found, files, folders).has_value());
        return found.index.size();
    };
    auto const bare = folder.path_of("bare");
    auto const certs = folder.path_of("certs");
    auto const more = folder.path_of("more");
    CHECK(read({missing, empty, nothing, two, one}, {certs}) == 2);
    CHECK(read({one, two}, {}) == 1);
    CHECK(read({missing, nothing}, {missing, bare, certs, more}) == 3);
    CHECK(read({missing}, {more, certs}) == 1);
    CHECK(read({missing, empty}, {bare}) == 0);
    CHECK(read({}, {}) == 0);
}

TEST_CASE("the lists of places are absolute paths, each once", "[system_trust]") {
    std::vector<std::string_view> all(std::begin(x509::system_trust::bundles), std::end(x509::system_trust::bundles));
    all.insert(all.end(), std::begin(x509::system_trust::directories), std::end(x509::system_trust::directories));
    for (auto const path : all) {
        CHECK(path.starts_with('/'));
        CHECK_FALSE(path.ends_with('/'));
        CHECK(std::ranges::count(all, path) == 1);
    }
}

TEST_CASE("the environment names a file and folders", "[system_trust]") {
    test::temporary_folder const folder;
    auto const in_file = or_throw(dev::authority::create({.common_name = "In the file"}));
    auto const same_name = or_throw(dev::authority::create({.common_name = "In the file"}));
    auto const in_folder = or_throw(dev::authority::create({.common_name = "In a folder"}));
    auto const stranger = or_throw(dev::authority::create({.common_name = "Nowhere"}));
    auto const file = folder.write("cas.pem", in_file.certificate_pem());
    std::filesystem::create_directory(folder.path_of("certs"));
    folder.write("certs/a.pem", in_folder.certificate_pem() + in_file.certificate_pem());
    folder.write("certs/b.pem", same_name.certificate_pem());
    auto const certs = folder.path_of("certs");

    SECTION("folders add the names that the file does not have") {
        variable const f("SSL_CERT_FILE", file);
        variable const d("SSL_CERT_DIR", certs);
        auto const store = or_throw(trust_store::system());
        SECTION("found") {
            CHECK(trusts(store, in_folder));
            CHECK(trusts(store, in_file));
        }
        SECTION("and no others") {
            CHECK_FALSE(trusts(store, stranger));
            CHECK_FALSE(trusts(store, same_name));
        }
        SECTION("in chains, by either way") {
            for (auto const* who : {&in_file, &in_folder, &same_name, &stranger}) {
                auto const chain = lookup::chain_of(samples::issue({}, *who));
                std::uint32_t const expected =
                    who == &in_file || who == &in_folder ? 0 : MBEDTLS_X509_BADCERT_NOT_TRUSTED;
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
                CHECK(lookup::by_callback(chain, store).flags == expected);
#endif
                CHECK(lookup::by_list(chain, store).flags == expected);
            }
        }
        SECTION("counted and listed") {
            CHECK(store.size() == 2);
            CHECK(store.parsed() == 2);
            CHECK(store.skipped() == 0);
            std::size_t seen = 0;
            CHECK(store.for_each([&](const certificate&) { ++seen; }).has_value());
            CHECK(seen == 2);
        }
    }
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
    SECTION("folders are read when they are needed") {
        variable const f("SSL_CERT_FILE", file);
        variable const d("SSL_CERT_DIR", certs);
        auto const store = or_throw(trust_store::system());
        CHECK(trusts(store, in_file));
        folder.write("certs/c.pem", stranger.certificate_pem());
        CHECK(trusts(store, stranger));
        std::filesystem::remove(folder.path_of("certs/c.pem"));
        CHECK(trusts(store, stranger)); // and once
    }
#endif
    SECTION("what is wrong in a folder is counted") {
        variable const f("SSL_CERT_FILE", file);
        variable const d("SSL_CERT_DIR", certs);
        folder.write("certs/bad.pem", "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n");
        auto const store = or_throw(trust_store::system());
        CHECK(store.size() == 2);
        CHECK(store.skipped() == 1);
        REQUIRE(store.first_error());
        CHECK(store.first_error()->subject().ends_with("bad.pem"));
    }
    SECTION("a file without certificates leaves the folders") {
        variable const f("SSL_CERT_FILE", folder.write("none.pem", "none"));
        variable const d("SSL_CERT_DIR", certs);
        auto const store = or_throw(trust_store::system());
        CHECK(store.size() == 3);
        CHECK(trusts(store, same_name));
    }
    SECTION("folders alone have to be there") {
        variable const f("SSL_CERT_FILE", "");
        variable const d("SSL_CERT_DIR", certs + ":" + folder.path_of("missing"));
        auto const r = trust_store::system();
        REQUIRE_FALSE(r);
        CHECK(r.error() == errc::file);
        CHECK(r.error().subject().ends_with("missing"));
    }
    SECTION("an empty file is an error") {
        variable const f("SSL_CERT_FILE", folder.write("empty.pem", ""));
        variable const d("SSL_CERT_DIR", certs);
        CHECK(trust_store::system().error().why() == reason::empty_file);
    }
    SECTION("clients take it by default") {
        variable const f("SSL_CERT_FILE", file);
        variable const d("SSL_CERT_DIR", certs);
        auto const clients = or_throw(client_context::create());
        for (auto const* who : {&in_file, &in_folder, &same_name}) {
            auto const server =
                or_throw(server_context::create({.identities = {or_throw(who->issue({.dns_names = {"localhost"}}))}}));
            engine c = or_throw(clients.wrap(memory_transport{}, "localhost"));
            engine s = or_throw(server.wrap(memory_transport{}));
            auto const end = test::shake_hands(c, s);
            CHECK(end.client.has_value() == (who != &same_name));
            if (!end.client) {
                CHECK(end.client.error() == errc::certificate_rejected);
                CHECK(end.client.error().flags().has(verify_flag::not_trusted));
            }
        }
    }
}

TEST_CASE("the whole store of this machine gives the same verdicts parsed and not", "[system_trust]") {
    variable const f("SSL_CERT_FILE", "");
    variable const d("SSL_CERT_DIR", "");
    auto const found = trust_store::system();
    if (!found) {
        CHECK(found.error() == errc::no_trust);
        SKIP("no CA certificates are installed");
    }
    auto const parsed = *found;
    REQUIRE(parsed.native_handle() != nullptr);
    auto const lazy = or_throw(trust_store::system());
    auto const impostor = or_throw(dev::authority::create());
    dev::certificate_options options;
    options.key_pem = impostor.own_credentials().key_pem; // any: it saves making one each time

    std::size_t roots = 0;
    auto const walked = parsed.for_each([&](const certificate& root) {
        char name[200];
        INFO(std::string_view(name, root.subject().describe(name)));
        ++roots;
        // found under its name, and by a list too
        auto const candidates = lookup::issuers(root, lazy);
        CHECK(std::ranges::count(candidates, std::string(root.der().text())) == 1);
        CHECK(or_throw(lazy.contains(root)));
        // somebody else's certificate, said to be issued by it
        options.tamper_before_signing = lookup::with_issuer(root.subject().der());
        auto const forged = samples::issue(options, impostor);
        REQUIRE(forged.issuer() == root.subject());
        CHECK_FALSE(lookup::issuers(forged, lazy).empty());
        auto const chain = lookup::chain_of(forged);
        auto const itself = lookup::chain_of(root);
        CHECK(lookup::by_list(chain, parsed).flags == MBEDTLS_X509_BADCERT_NOT_TRUSTED);
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
        CHECK(lookup::by_callback(chain, lazy) == lookup::by_list(chain, parsed));
        CHECK(lookup::by_callback(itself, lazy) == lookup::by_list(itself, parsed));
#endif
        CHECK((lookup::by_list(itself, parsed).flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) == 0);
    });
    CHECK(walked.has_value());
    CHECK(roots == lazy.size());
    CHECK(lazy.skipped() == 0);
    CHECK(lazy.parsed() >= lazy.size());
}
#endif
