// SPDX-License-Identifier: BSL-1.0
// How a trust store finds certificates that it has not parsed.
#include <tlspp/x509/trust_store.hpp>

#include "lookup.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <thread>

using namespace tlspp;

namespace {
/// A store that is not parsed, of these certificates.
trust_store unparsed(const std::string& pem) {
    test::temporary_folder const folder;
    folder.write("cas.pem", pem);
    return or_throw(trust_store::from_directory(folder.path()));
}
} // namespace

#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
namespace {
constexpr std::int64_t year = 365 * 86400;
constexpr std::int64_t long_ago = 1'000'000'000;

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return text;
}

/// Both ways have to agree; what they agree on.
lookup::verdict judge(const trust_store& chain, const trust_store& trust) {
    auto const one = lookup::by_callback(chain, trust);
    CHECK(one == lookup::by_list(chain, trust));
    return one;
}
} // namespace

TEST_CASE("an unparsed store trusts what a parsed one trusts", "[trust_store]") {
    auto const other = or_throw(dev::authority::create({.common_name = "Other CA"}));
    auto const impostor = or_throw(dev::authority::create({.common_name = "Test CA"}));
    auto const middle = or_throw(samples::ca().intermediate({.common_name = "Middle"}));
    auto const trust = unparsed(samples::ca().certificate_pem() + other.certificate_pem());
    auto const chain = [](const dev::authority& issuer, const dev::certificate_options& options = {}) {
        return or_throw(trust_store::from_pem(or_throw(issuer.issue_pem(options)).certificate_pem));
    };
    CHECK(judge(chain(samples::ca()), trust).flags == 0);
    CHECK(judge(chain(other), trust).flags == 0);
    CHECK(judge(chain(middle), trust).flags == 0);
    CHECK(judge(chain(impostor), trust).flags == MBEDTLS_X509_BADCERT_NOT_TRUSTED);
    CHECK(judge(chain(or_throw(dev::authority::create())), trust).flags == MBEDTLS_X509_BADCERT_NOT_TRUSTED);
    CHECK(judge(chain(samples::ca(), {.not_before = long_ago, .not_after = long_ago + year}), trust).flags ==
          MBEDTLS_X509_BADCERT_EXPIRED);
}

TEST_CASE("several anchors of one name", "[trust_store]") {
    std::string const name = "CN=Twice";
    auto const good = or_throw(dev::authority::create({.subject = name}));
    auto const key = good.own_credentials().key_pem;
    auto const expired = or_throw(dev::authority::create(
        {.not_before = long_ago, .not_after = long_ago + year, .subject = name, .key_pem = key}));
    auto const other_key = or_throw(dev::authority::create({.subject = name}));
    auto const leaf = or_throw(certificate::from_pem(or_throw(good.issue_pem({})).certificate_pem));
    auto const chain = lookup::chain_of(leaf);
    auto const der = [](const dev::authority& a) { return std::string(or_throw(a.certificate()).der().text()); };

    SECTION("one of them expired") {
        CHECK(judge(chain, unparsed(expired.certificate_pem() + good.certificate_pem())).flags == 0);
        CHECK(judge(chain, unparsed(good.certificate_pem() + expired.certificate_pem())).flags == 0);
        CHECK(judge(chain, unparsed(expired.certificate_pem())).flags == MBEDTLS_X509_BADCERT_EXPIRED);
    }
    SECTION("one with another key: the one whose key identifier fits comes first") {
        auto const trust = unparsed(other_key.certificate_pem() + good.certificate_pem());
        CHECK(lookup::issuers(leaf, trust) == std::vector{der(good), der(other_key)});
        CHECK(judge(chain, trust).flags == 0);
        CHECK(judge(chain, unparsed(other_key.certificate_pem())).flags == MBEDTLS_X509_BADCERT_NOT_TRUSTED);
    }
    SECTION("those that fit stay in their order, and are there once") {
        auto const trust = unparsed(other_key.certificate_pem() + expired.certificate_pem() + good.certificate_pem() +
                                    expired.certificate_pem());
        CHECK(lookup::issuers(leaf, trust) == std::vector{der(expired), der(good), der(other_key)});
        CHECK(trust.size() == 3);
        CHECK(trust.parsed() == 4);
    }
}

TEST_CASE("a certificate that is its own anchor", "[trust_store]") {
    auto const self_signed = or_throw(dev::authority::create({.dns_names = {"pinned.example"}, .is_ca = false}));
    auto const leaf = or_throw(self_signed.certificate());
    REQUIRE_FALSE(leaf.is_ca());
    auto const trust = unparsed(samples::ca().certificate_pem() + self_signed.certificate_pem());
    CHECK(judge(lookup::chain_of(leaf), trust).flags == 0);
    CHECK(judge(lookup::chain_of(leaf), unparsed(samples::ca().certificate_pem())).flags ==
          MBEDTLS_X509_BADCERT_NOT_TRUSTED);

    SECTION("cannot vouch for others") {
        auto const below = or_throw(trust_store::from_pem(or_throw(self_signed.issue_pem({})).certificate_pem));
        CHECK((judge(below, trust).flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0);
    }
    SECTION("has to be the same to the last byte") {
        auto const twin = or_throw(dev::authority::create({.subject = "O=tlspp development,CN=pinned.example",
                                                           .key_pem = self_signed.own_credentials().key_pem,
                                                           .is_ca = false}));
        CHECK((judge(lookup::chain_of(or_throw(twin.certificate())), trust).flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) !=
              0);
    }
    SECTION("and to have issued itself") {
        auto const issued = samples::issue({.dns_names = {"pinned.example"}}, or_throw(dev::authority::create()));
        std::string pem(issued.pem_size(), '\0');
        pem.resize(or_throw(issued.to_pem(pem)));
        CHECK(judge(lookup::chain_of(issued), unparsed(pem)).flags == MBEDTLS_X509_BADCERT_NOT_TRUSTED);
    }
    SECTION("expired it does not pass") {
        auto const old = or_throw(dev::authority::create(
            {.dns_names = {"pinned.example"}, .not_before = long_ago, .not_after = long_ago + year, .is_ca = false}));
        CHECK(judge(lookup::chain_of(or_throw(old.certificate())), unparsed(old.certificate_pem())).flags ==
              MBEDTLS_X509_BADCERT_EXPIRED);
    }
    SECTION("a CA too") {
        auto const root = or_throw(samples::ca().certificate());
        CHECK(judge(lookup::chain_of(root), trust).flags == 0);
    }
}

TEST_CASE("names that Mbed TLS takes for equal are found", "[trust_store]") {
    auto const root = or_throw(samples::ca().certificate());
    auto const shouting = upper(std::string(root.subject().der().text()));
    REQUIRE(shouting != root.subject().der().text());
    auto const trust = unparsed(samples::ca().certificate_pem());
    dev::certificate_options options;
    options.tamper_before_signing = lookup::with_issuer(shouting);
    auto const chain = lookup::chain_of(samples::issue(options));
    CHECK(judge(chain, trust).flags == 0);

    // one letter less
    options.tamper_before_signing = lookup::with_issuer(
        or_throw(dev::authority::create({.common_name = "Test C"})).certificate().value().subject().der());
    CHECK(judge(lookup::chain_of(samples::issue(options)), trust).flags == MBEDTLS_X509_BADCERT_NOT_TRUSTED);
}

TEST_CASE("a table in flash", "[trust_store]") {
    std::vector<dev::authority> authorities;
    std::vector<certificate> roots;
    for (int i = 0; i != 9; ++i) {
        authorities.push_back(or_throw(dev::authority::create({.common_name = "Root " + std::to_string(i * 7 % 9)})));
        roots.push_back(or_throw(authorities.back().certificate()));
    }
    roots.push_back(or_throw(or_throw(dev::authority::create({.common_name = "Root 3"})).certificate())); // a second 3
    bool const sorted = GENERATE(false, true);
    if (sorted) {
        std::ranges::sort(roots, [](const certificate& a, const certificate& b) {
            return tlspp::detail::compare_names(a.subject().der(), b.subject().der()) < 0;
        });
    }
    std::vector<std::span<const unsigned char>> table;
    for (auto const& root : roots) {
        table.push_back(samples::row(root.der()));
    }
    CHECK(tlspp::detail::anchor_table(table).sorted() == sorted);
    auto const trust = or_throw(trust_store::bundle(table));
    for (auto const& authority : authorities) {
        CHECK(judge(lookup::chain_of(samples::issue({}, authority)), trust).flags == 0);
    }
    CHECK(judge(lookup::chain_of(samples::issue({})), trust).flags == MBEDTLS_X509_BADCERT_NOT_TRUSTED);
    std::size_t named = 0;
    for (auto const& root : roots) {
        CHECK(or_throw(trust.contains(root)));
        CHECK(trust.for_each_named(root.subject(), [&](const certificate&) { ++named; }).has_value());
    }
    CHECK(named == 8 + 2 * 2);
    CHECK_FALSE(or_throw(trust.contains(or_throw(samples::ca().certificate()))));
    CHECK(trust.size() == 10);
    CHECK(trust.native_handle()->raw.p == table[0].data());

    std::span<const unsigned char> const cut[] = {table[0], table[1].first(100)};
    CHECK(trust_store::bundle(cut).error() == errc::malformed);
    CHECK(trust_store::bundle({}).error() == errc::no_trust);
    // the shape of a certificate, with a key that is none
    std::string broken(roots[0].der().text());
    broken[broken.rfind(roots[0].subject().der().text()) + roots[0].subject().der().size() + 1] = 0;
    std::span<const unsigned char> const unusable[] = {samples::row(broken)};
    CHECK(trust_store::bundle(unusable).error() == errc::no_trust);
    CHECK(trust_store::bundle_parsed(unusable).error() == errc::malformed);
}

TEST_CASE("threads share a store", "[trust_store]") {
    if constexpr (thread_safe) {
        auto const other = or_throw(dev::authority::create({.common_name = "Other CA"}));
        auto const good = lookup::chain_of(samples::issue({}));
        auto const bad =
            lookup::chain_of(samples::issue({}, or_throw(dev::authority::create({.common_name = "Test CA"}))));
        for (int round = 0; round != 4; ++round) { // each with a store of which nothing is parsed yet
            auto const trust = unparsed(samples::ca().certificate_pem() + other.certificate_pem());
            int right[8] = {};
            std::vector<std::thread> threads;
            for (int& mine : right) {
                threads.emplace_back([&, number = threads.size()] {
                    auto const own = trust;
                    // what each one reads is his own: Mbed TLS writes into the chains that it verifies
                    auto const chain = or_throw(trust_store::from_der(
                        (number % 2 == 0 ? good : bad).native_handle() == nullptr
                            ? bytes()
                            : tlspp::detail::bytes_of((number % 2 == 0 ? good : bad).native_handle()->raw)));
                    auto const flags =
                        number % 4 < 2 ? lookup::by_callback(chain, own).flags : lookup::by_list(chain, own).flags;
                    mine += flags == (number % 2 == 0 ? 0U : std::uint32_t{MBEDTLS_X509_BADCERT_NOT_TRUSTED}) ? 1 : 0;
                    mine += own.size() == 2 ? 1 : 0;
                    mine += own.for_each([](const certificate&) {}).has_value() ? 1 : 0;
                });
            }
            for (auto& thread : threads) {
                thread.join();
            }
            CHECK(std::ranges::all_of(right, [](int n) { return n == 3; }));
        }
    } else {
        SKIP("this Mbed TLS has no threads");
    }
}
#endif

TEST_CASE("a store can be walked", "[trust_store]") {
    auto const other = or_throw(dev::authority::create({.common_name = "Other CA"}));
    auto const trust =
        unparsed(samples::ca().certificate_pem() + other.certificate_pem() + samples::ca().certificate_pem());
    std::vector<certificate> seen;
    REQUIRE(trust.for_each([&](const certificate& one) { seen.push_back(one); }));
    REQUIRE(seen.size() == 2);
    CHECK(seen[0] == or_throw(samples::ca().certificate()));
    CHECK(seen[1] == or_throw(other.certificate()));

    std::size_t calls = 0;
    REQUIRE(trust.for_each([&](const certificate&) {
        ++calls;
        return false;
    }));
    CHECK(calls == 1);

    seen.clear();
    REQUIRE(trust.for_each_named(or_throw(other.certificate()).subject(),
                                 [&](const certificate& one) { seen.push_back(one); }));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0] == or_throw(other.certificate()));
    REQUIRE(trust.for_each_named(or_throw(or_throw(dev::authority::create()).certificate()).subject(),
                                 [&](const certificate& one) { seen.push_back(one); }));
    CHECK(seen.size() == 1);

    CHECK(or_throw(trust.contains(seen[0])));
    CHECK_FALSE(or_throw(trust.contains(samples::issue({}))));
    // the same name is not the same certificate
    CHECK_FALSE(or_throw(
        trust.contains(or_throw(or_throw(dev::authority::create({.common_name = "Other CA"})).certificate()))));
    CHECK_FALSE(or_throw(trust_store().contains(seen[0])));
    CHECK(trust_store().for_each([](const certificate&) {}).has_value());
}

TEST_CASE("what cannot be used in a bundle is counted", "[trust_store]") {
    auto const good = samples::ca().certificate_pem();
    auto const line = good.find('\n', good.find('\n') + 1); // the end of the first line of base64
    auto const with = [&](std::string_view what, std::size_t at) {
        auto text = good;
        return text.replace(at, what.size(), what);
    };
    auto const other = or_throw(dev::authority::create()).certificate_pem();
    struct {
        const char* what;
        std::string text;
    } const broken[] = {
        {"a character that is none of base64", with("!", line - 10)},
        {"a NUL", with(std::string_view("\0", 1), line - 10)},
        {"padding in the middle", with("=", line - 10)},
        {"a letter less", std::string(good).erase(line - 10, 1)},
        {"a space in a line", with(" ", line - 10)},
        {"no end", good.substr(0, good.size() - 40) + "\n"},
        {"nothing in it", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"},
        {"another length than it says", with("MIIA", good.find('\n') + 1)},
    };
    for (auto const& one : broken) {
        INFO(one.what);
        auto const trust = unparsed(other + one.text + samples::ca().certificate_pem());
        CHECK(trust.size() == 2);
        CHECK(trust.skipped() == 1);
        REQUIRE(trust.first_error());
        CHECK(*trust.first_error() == errc::malformed);
        CHECK(trust.first_error()->subject().ends_with("cas.pem"));
        CHECK(trust_store::from_pem(other + one.text).error() == errc::malformed);
    }
    SECTION("what only parsing shows, too") {
        auto const root = or_throw(samples::ca().certificate());
        std::string der(root.der().text());
        auto const subject = root.subject().der();
        der[der.rfind(subject.text()) + subject.size() + 1] = 0; // no key any more
        test::temporary_folder const folder;
        folder.write("1.pem", other);
        folder.write("2.der", der);
        auto const trust = or_throw(trust_store::from_directory(folder.path()));
        CHECK(trust.size() == 1);
        CHECK(trust.parsed() == 1);
        CHECK(trust.skipped() == 1);
        REQUIRE(trust.first_error());
        CHECK(*trust.first_error() == errc::malformed);
        std::size_t listed = 0;
        for (auto const* crt = trust.native_handle(); crt != nullptr; crt = crt->next) {
            ++listed;
        }
        CHECK(listed == 1);
        CHECK(lookup::issuers(samples::issue({}), trust).empty());
        CHECK(trust_store::from_der(der).error() == errc::malformed);
    }
}

#if defined(MBEDTLS_PEM_PARSE_C)
TEST_CASE("public PEM is decoded as Mbed TLS decodes it", "[trust_store]") {
    auto const good = samples::ca().certificate_pem();
    auto const both = [](const std::string& text) {
        tlspp::detail::pem_cursor blocks(text);
        tlspp::detail::pem_block block;
        if (!blocks.next(block)) {
            return std::string("no block");
        }
        std::string slow(tlspp::detail::decoded_size(block), '\0');
        slow.resize(slow.empty()
                        ? 0
                        : tlspp::detail::decode(block, reinterpret_cast<unsigned char*>(slow.data()), slow.size()));
        std::string fast(tlspp::detail::public_bound(block), '\0');
        fast.resize(tlspp::detail::decode_public(block, reinterpret_cast<unsigned char*>(fast.data()), fast.size()));
        CHECK(fast == slow);
        return fast;
    };
    CHECK(both(good) == or_throw(samples::ca().certificate()).der().text());
    std::string other_ends;
    for (char c : good) {
        other_ends += c == '\n' ? "\r\n" : std::string(1, c);
    }
    CHECK(both(other_ends) == both(good));
    // every character replaced by each of some, and left out
    for (std::size_t i = 27; i != good.size() - 26; ++i) {
        for (std::string const instead :
             {"", "=", "==", "\n", "\r", "\r\n", " ", "\n\n", " \n", "A", "\xFF", "-", "A="}) {
            auto text = good;
            both(text.replace(i, 1, instead));
        }
    }
    for (std::string const body :
         {"", "A", "AA", "AAA", "AAAA", "AA==", "AAA=", "A===", "====", "AAAA=", "AAAAAA==", "AAAA\n=="}) {
        both("-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
    }
}
#endif

TEST_CASE("a store installs itself, with CRLs as a list", "[trust_store]") {
    mbedtls_ssl_config config;
    mbedtls_ssl_config_init(&config);
    auto const trust = unparsed(samples::ca().certificate_pem());
    CHECK(trust.install(config).has_value());
    mbedtls_x509_crl crl;
    mbedtls_x509_crl_init(&crl);
    CHECK(trust.install(config, &crl).has_value());
    CHECK(trust.native_handle() != nullptr);
    mbedtls_ssl_config_free(&config);
    CHECK_FALSE(trust_store().install(config).has_value());
}
