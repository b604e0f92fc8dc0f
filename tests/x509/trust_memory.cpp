// SPDX-License-Identifier: BSL-1.0
// Every allocation fails once, while a store is made and while it is asked. The linker puts the function below between
// Mbed TLS and the C library (-Wl,--wrap=calloc), where Mbed TLS is linked statically; else only this library's own
// allocations are reached.
#include <tlspp/x509/trust_store.hpp>
#include <tlspp/x509/verify_chain.hpp>

#include "lookup.hpp"
#include "support/paths.hpp"
#include "support/temporary_folder.hpp"
#include "support/variable.hpp"

#include <catch2/catch_test_macros.hpp>

#include <climits>
#include <filesystem>

namespace {
// Mind that Catch2 does not call calloc, but that threads do.
int allocations_left = INT_MAX;
bool failed = false;
} // namespace

extern "C" {
void* __real_calloc(std::size_t count, std::size_t size); // NOLINT: the linker's names
void* __wrap_calloc(std::size_t count, std::size_t size);

void* __wrap_calloc(std::size_t count, std::size_t size) {
    if (allocations_left == 0) {
        failed = true;
        return nullptr;
    }
    if (allocations_left != INT_MAX) {
        --allocations_left;
    }
    return __real_calloc(count, size);
}
}

using namespace tlspp;

namespace {
/// Calls `act` with memory for so many allocations and no more; from one call on, `failed` stays false.
template <class Act>
auto starved(int allocations, Act&& act) {
    failed = false;
    allocations_left = allocations;
    auto result = act();
    allocations_left = INT_MAX;
    return result;
}

/// Fails each allocation in turn, until nothing fails; returns how many did.
template <class Act, class Look>
int starve(Act&& act, Look&& look) {
    for (int n = 0;; ++n) {
        auto const result = starved(n, act);
        if (!failed) {
            return n;
        }
        INFO("after " << n << " allocations");
        look(result);
    }
}
} // namespace

TEST_CASE("a store is made or memory is out", "[trust_memory]") {
    auto const other = or_throw(dev::authority::create({.common_name = "Other CA"}));
    auto const text = samples::ca().certificate_pem() + other.certificate_pem();
    auto const der = or_throw(samples::ca().certificate());
    // Two allocations are for convenience: the one that keeps the counts, and the one that shrinks the index to fit.
    auto const holds = [](std::size_t size) {
        return [size](const result<trust_store>& store) {
            CHECK((store.has_value() || store.error() == errc::out_of_memory));
            CHECK((!store || (store->size() == size && store->native_handle() != nullptr)));
        };
    };
    CHECK(starve([&] { return trust_store::from_pem(text); }, holds(2)) > 3);
    CHECK(starve([&] { return trust_store::from_der(der.der()); }, holds(1)) > 2);
    std::span<const unsigned char> const table[] = {samples::row(der.der())};
    CHECK(starve([&] { return trust_store::bundle_parsed(table); }, holds(1)) > 2);
    CHECK(starved(0, [&] { return trust_store::from_der(der.der()); }).error() == errc::out_of_memory);

    test::temporary_folder const folder;
    std::filesystem::create_directory(folder.path_of("certs"));
    folder.write("certs/a.pem", samples::ca().certificate_pem());
    folder.write("certs/b.pem", other.certificate_pem());
    auto const certs = folder.path_of("certs");
    CHECK(starve([&] { return trust_store::from_directory(certs); }, holds(2)) > 4);

    test::variable const f("SSL_CERT_FILE", folder.write("cas.pem", text));
    test::variable const d("SSL_CERT_DIR", certs);
    CHECK(starve([&] { return trust_store::system<>(); }, holds(2)) > 4);
}

TEST_CASE("a store without memory to look never trusts", "[trust_memory]") {
    auto const other = or_throw(dev::authority::create({.common_name = "Other CA"}));
    auto const same_name = or_throw(dev::authority::create({.common_name = "Test CA"}));
    test::temporary_folder const folder;
    std::filesystem::create_directory(folder.path_of("certs"));
    folder.write("certs/a.pem", other.certificate_pem());
    test::variable const f("SSL_CERT_FILE",
                           folder.write("cas.pem", same_name.certificate_pem() + samples::ca().certificate_pem()));
    test::variable const d("SSL_CERT_DIR", folder.path_of("certs"));

    for (auto const* issuer : {&samples::ca(), &other}) { // found in the file, and in a folder that is read for it
        auto const leaf = samples::issue({}, *issuer);
        auto const chain = lookup::chain_of(leaf);
        auto const stranger = lookup::chain_of(samples::issue({}, or_throw(dev::authority::create())));
        for (int n = 0, last = 0; last == 0; ++n) {
            INFO("after " << n << " allocations");
            auto store = or_throw(trust_store::system());
            mbedtls_x509_crt* list = nullptr;
            int const code = starved(n, [&] { return trust_store::find_issuers(&store, leaf.native_handle(), &list); });
            if (!failed) {
                CHECK(code == 0);
                CHECK(list != nullptr);
                CHECK(n > 4);
                last = n;
            } else if (code == 0) {
                // Mbed TLS hid it behind another code: then the certificate is as good as absent, or memory was only
                // missing for what can be done without
                CHECK(lookup::issuers(leaf, store).size() >= (list == nullptr ? 0U : 1U));
            } else {
                CHECK(tlspp::detail::is_out_of_memory(code));
                CHECK(list == nullptr);
            }
            tlspp::detail::free_certificates(list);
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
            // afterwards, with memory, all is as it should be
            CHECK(lookup::by_callback(chain, store).flags == 0);
            CHECK(lookup::by_callback(stranger, store).flags == MBEDTLS_X509_BADCERT_NOT_TRUSTED);

            auto fresh = or_throw(trust_store::system());
            auto const bad = starved(n, [&] { return lookup::by_callback(stranger, fresh); });
            CHECK(bad.code != 0);
            auto const good = starved(n, [&] { return lookup::by_callback(chain, fresh); });
            CHECK((failed || good.code == 0));
            CHECK((good.code == 0 || good.flags != 0));
#endif
        }
    }
}

TEST_CASE("counting, walking and listing without memory", "[trust_memory]") {
    auto const other = or_throw(dev::authority::create({.common_name = "Other CA"}));
    auto const in_folder = or_throw(other.certificate());
    test::temporary_folder const folder;
    test::variable const f("SSL_CERT_FILE", folder.write("cas.pem", samples::ca().certificate_pem()));
    std::filesystem::create_directory(folder.path_of("certs"));
    folder.write("certs/a.pem", other.certificate_pem());
    test::variable const d("SSL_CERT_DIR", folder.path_of("certs"));

    for (int n = 0, last = 0; last == 0; ++n) {
        INFO("after " << n << " allocations");
        auto const store = or_throw(trust_store::system());
        auto const skipped = starved(n, [&] { return store.skipped(); });
        last = failed ? 0 : 1;
        CHECK((failed || skipped == 0));
        auto const first_error = starved(n, [&] { return store.first_error(); });
        if (first_error) {
            CHECK(*first_error == errc::out_of_memory);
        }
        std::size_t seen = 0;
        auto const walked = starved(n, [&] { return store.for_each([&](const certificate&) { ++seen; }); });
        // 4.x says of a certificate's key that it is invalid, where memory ran out while PSA looked at it, and what
        // cannot be read is passed over
        CHECK((walked ? seen == 2 || (detail::mbedtls4 && failed) : walked.error() == errc::out_of_memory));
        auto const found = starved(n, [&] { return store.contains(in_folder); });
        CHECK((found ? *found : found.error() == errc::out_of_memory));
        auto* const list = starved(n, [&] { return store.native_handle(); });
        CHECK((failed || list != nullptr));
        CHECK((list == nullptr || (list->next != nullptr && list->next->next == nullptr)));
        // and with memory again
        CHECK(store.size() == 2);
        CHECK(store.skipped() == 0);
        CHECK(store.native_handle()->next != nullptr);
        CHECK(or_throw(store.contains(in_folder)));
    }
}

TEST_CASE("without memory no bad path becomes a good one", "[path_memory]") {
    for (const test::path_case& c : test::path_cases::all()) {
        if (c.what.starts_with("a maze") || c.what.starts_with("superfluous") || c.what.starts_with("twice")) {
            continue; // the same again, for longer
        }
        CAPTURE(c.what);
        std::vector<certificate> chain{or_throw(certificate::from_pem(c.leaf))};
        for (const std::string& one : c.others) {
            chain.push_back(or_throw(certificate::from_pem(one)));
        }
        auto const trust = or_throw(trust_store::from_pem(c.anchors));
        auto const verify = [&] { return x509::verify(chain, trust); };
        // each of the first allocations, then some of the thousands that signatures take
        for (int n = 0;; n += n < 20 ? 1 : n / 4) {
            auto const judged = starved(n, verify);
            INFO("after " << n << " allocations");
            if (!failed) {
                CHECK(judged.has_value() == !c.path.empty());
                break;
            }
            if (judged) {
                REQUIRE_FALSE(c.path.empty()); // another path was found, or the memory was not needed
            } else {
                bool const told = judged.error() == errc::out_of_memory || judged.error() == errc::certificate_rejected;
                REQUIRE(told);
                REQUIRE((judged.error() == errc::out_of_memory || !judged.error().flags().empty()));
            }
        }
        CHECK(starved(0, verify).error() == errc::out_of_memory);
    }
}
