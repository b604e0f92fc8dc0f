// SPDX-License-Identifier: BSL-1.0

// What is secret is overwritten before its memory is freed. The linker puts the functions below in the place of free and of
// Mbed TLS's functions that overwrite, where Mbed TLS is linked statically; what the C++ library frees does not come by.
#include "support/sessions.hpp"
#include "support/temporary_folder.hpp"
#include "x509/samples.hpp"

#include <tlspp/selection.hpp>
#include <tlspp/text.hpp>

#include <catch2/generators/catch_generators_all.hpp>

#include <malloc.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace tlspp;
using test::meeting;
using test::only;
using test::only_server;

namespace {
/// What to look for, while somebody looks.
const std::vector<std::string>* secrets = nullptr;
bool freed[16] = {};       ///< in a block, as it was
bool overwritten[16] = {}; ///< so it was there

void look(bool (&found)[16], const void* data, std::size_t size) {
    if (data == nullptr || secrets == nullptr) {
        return;
    }
    for (std::size_t i = 0; i != secrets->size(); ++i) {
        auto const& one = (*secrets)[i];
        found[i] = found[i] || ::memmem(data, size, one.data(), one.size()) != nullptr;
    }
}
} // namespace

extern "C" {
void __real_free(void* block); // NOLINT: the linker's names
void __wrap_free(void* block);
void __real_mbedtls_platform_zeroize(void* data, std::size_t size); // NOLINT
void __wrap_mbedtls_platform_zeroize(void* data, std::size_t size);
void __wrap_mbedtls_zeroize_and_free(void* data, std::size_t size);

void __wrap_free(void* block) {
    look(freed, block, block == nullptr ? 0 : ::malloc_usable_size(block));
    __real_free(block);
}
void __wrap_mbedtls_platform_zeroize(void* data, std::size_t size) {
    look(overwritten, data, size);
    __real_mbedtls_platform_zeroize(data, size);
}
void __wrap_mbedtls_zeroize_and_free(void* data, std::size_t size) { // as Mbed TLS's own does
    if (data != nullptr) {
        __wrap_mbedtls_platform_zeroize(data, size);
    }
    __wrap_free(data);
}
}

namespace {
struct sightings {
    std::size_t freed;
    std::size_t overwritten;
};
/// Runs `act`, and counts those of `what` that were freed as they were, and that were overwritten.
template <class Act>
sightings watch(const std::vector<std::string>& what, Act&& act) {
    REQUIRE(what.size() <= std::size(freed) / 2); // there may come more
    for (auto const& one : what) {
        REQUIRE(one.size() >= 16);
    }
    std::ranges::fill(freed, false);
    std::ranges::fill(overwritten, false);
    secrets = &what;
    act();
    secrets = nullptr;
    return {static_cast<std::size_t>(std::ranges::count(freed, true)),
            static_cast<std::size_t>(std::ranges::count(overwritten, true))};
}
/// Where Mbed TLS itself frees a copy of a pre-shared key as it is, be it a session's: what keys by PSA do in a handshake
/// of TLS 1.3 (mbedtls_ssl_tls13_export_handshake_psk and its callers, 4.0 and 4.1, and 3.6 with USE_PSA_CRYPTO).
bool mbedtls_leaves_psk(version v) {
#if defined(MBEDTLS_USE_PSA_CRYPTO)
    return v == version::tls1_3;
#else
    return detail::mbedtls4 && v == version::tls1_3;
#endif
}

/// `act` has at least so many of these secrets in its hands, and leaves none behind, but where `left` says so.
template <class Act>
void check_gone(const std::vector<std::string>& what, std::size_t at_least, Act&& act, bool left = false) {
    auto const all = watch(what, act);
    for (std::size_t i = 0; i != what.size(); ++i) {
        UNSCOPED_INFO("secret " << i << (freed[i] ? " was freed" : "") << (overwritten[i] ? " was overwritten" : ""));
    }
    CHECK((all.freed == 0 || left));
    CHECK(all.overwritten >= at_least);
}

constexpr std::string_view password = "a password of thirty-two letters";
/// samples::ec_key under this password.
constexpr std::string_view locked_key = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgQTYE/EhWd3wICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELy4yjHbYWawlfxId5X98D8EgZBo
GoUc7yo5vDd69ZU9VbMSfM1YpNyAfBvfDs28t5skZw0G6GXm+ChJ1y18pNYz+L5A
bUHuclGew9lvPq/x41zC/9m6iitf0lp7ZP9iRvrZLjDkCCay0bXZhLLa622NhmKj
b8nTD6rPU85NyCCxxHsOhdpkPFlcsgB9RZ+SkysMcbNwSNgQ6yZExsmM0bapCo8=
-----END ENCRYPTED PRIVATE KEY-----
)";

/// The secret behind a line of the key log.
std::string secret_in(std::string_view line) {
    auto const hex = line.substr(line.rfind(' ') + 1);
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return out;
}

/// The master secret, or the key that a ticket stands for.
std::string secret_of(bytes from) {
    auto const record = detail::read_record(from);
    REQUIRE(record);
    std::string const native(record->native.text());
    constexpr std::size_t head = 3 + 2 + 1 + 1 + 2; // as read_session reads it
    if (record->version == 3) {
        constexpr std::size_t began = detail::build::time ? 8 : 0;
        return native.substr(head + began + 1 + 32, 48);
    }
    auto const size = static_cast<std::size_t>(native.at(head + 5));
    return native.substr(head + 6, size);
}
std::string secret_of(const session& from) { return secret_of(detail::view_of(from.record())); }
} // namespace

TEST_CASE("the look-out sees a secret that is freed as it was") {
    std::vector<std::string> const what{"0123456789abcdef", "fedcba9876543210"};
    auto const leaks = [&](std::string_view text) {
        return watch(what,
                     [&] {
                         auto* const block = static_cast<char*>(mbedtls_calloc(1, 100));
                         std::ranges::copy(text, block + 10);
                         mbedtls_free(block);
                     })
            .freed;
    };
    CHECK(leaks(what[1]) == 1);
    CHECK(freed[1]);
    CHECK(leaks("0123456789abcdeF") == 0);
    check_gone(what, 1, [&] {
        detail::secure_buffer buffer;
        REQUIRE(buffer.allocate(100));
        std::ranges::copy(what[0], buffer.data());
    });
    CHECK(overwritten[0]);
}

TEST_CASE("private keys and their passwords are gone") {
    auto const scalar = samples::der_of(samples::ec_key).substr(7, 32);
    std::vector<std::string> const what{
        scalar, std::string(scalar.rbegin(), scalar.rend()), // as in files, and in words of this machine
        std::string(samples::ec_key.substr(samples::ec_key.find("MHcC"), 64)), std::string(password)};
    dev::certificate_options options{.dns_names = {"localhost"}};
    options.key_pem = samples::ec_key;
    auto const certificate = or_throw(samples::ca().issue_pem(options)).certificate_pem;
    test::temporary_folder const folder;
    auto const open = folder.write("open.pem", std::string(samples::ec_key) + certificate);
    auto const locked = folder.write("locked.pem", std::string(locked_key) + certificate);
    check_gone(what, 2, [&] {
        REQUIRE(identity::from_files(open));
        REQUIRE(identity::from_files(locked, {}, password));
        REQUIRE(identity::from_files(locked, {}, [] { return password; }));
        REQUIRE(identity::from_pem(certificate, samples::ec_key));
        REQUIRE(identity::from_pem(certificate, locked_key, password));
        REQUIRE(private_key::from_der(samples::der_of(samples::ec_key)));
    });
    // where it fails
    check_gone(what, 1, [&] {
        REQUIRE_FALSE(identity::from_pem(samples::ca().certificate_pem(), samples::ec_key));
        REQUIRE_FALSE(identity::from_pem(certificate, samples::ec_key.substr(0, samples::ec_key.size() - 40)));
        REQUIRE_FALSE(identity::from_pem(certificate, locked_key, std::string(password) + "!"));
    });
    // and in use
    auto const v = GENERATE(from_range(test::versions));
    check_gone(what, 1, [&] {
        auto const own = or_throw(identity::from_files(open));
        test::pair p({.trust = or_throw(samples::ca().trust()), .maximum_version = v}, {.identities = {own}});
        REQUIRE(p.shake().ok());
    });
}

TEST_CASE("the secrets of a connection are gone, and what was said in it") {
    auto const v = GENERATE(from_range(test::versions));
    bool const bad = GENERATE(false, true);
    CAPTURE(name(v), bad);
    auto const server = test::make_server(only_server(v, {}));
    std::vector<std::string> what{"what the client said in secret", "what the server said in secret"};
    auto const client = // the secrets come while it runs
        test::make_client(only(v, {.keylog = [&](std::string_view line) { what.push_back(secret_in(line)); }}));
    bool const early = bad && v == version::tls1_2; // the certificate is refused before there are secrets
    check_gone(what, early ? 0 : 1, [&] {
        meeting p(client, server, bad ? "other.example" : "localhost");
        REQUIRE(p.shake().ok() == !bad);
        if (bad) {
            return;
        }
        for (auto const& [from, to, text] :
             {std::tuple{&p.client, &p.server, what[0]}, {&p.server, &p.client, what[1]}}) {
            or_throw(from->write_all(text));
            test::carry_all(p.client, p.server);
            REQUIRE(test::read_all(*to) == text);
        }
    });
    REQUIRE(what.size() >= (v == version::tls1_3 ? (bad ? 4 : 6) : (bad ? 2 : 3)));
    for (std::size_t i = 2; i != what.size(); ++i) {
        CAPTURE(i);
        CHECK(overwritten[i]);
    }
}

TEST_CASE("pre-shared keys are gone") {
    auto const v = GENERATE(from_range(test::versions));
    bool const table = GENERATE(true, false);
    std::string const key = "a pre-shared key of 33 characters";
    auto const act = [&] {
        client_options c{.minimum_version = v, .maximum_version = v};
        c.psk = client_psk{.identity = "me", .key = key};
        server_options s;
        s.psk = server_psk{};
        if (table) {
            s.psk->keys = {{.identity = "me", .key = key}};
        } else {
            s.psk->lookup = [&](std::string_view, std::span<std::byte> room) {
                std::ranges::copy(std::as_bytes(std::span(key)), room.begin());
                return key.size();
            };
        }
        auto const client = or_throw(client_context::create(c));
        auto const server = or_throw(server_context::create(s));
        meeting m(client, server);
        REQUIRE(m.ok());
        REQUIRE(m.client.peer_status() == peer_status::psk);
    };
    check_gone({key}, 1, act, mbedtls_leaves_psk(v));
}

TEST_CASE("the keys of tickets are gone") {
    auto const v = GENERATE(from_range(test::versions));
    std::vector<std::string> const secret{std::string(32, 'a') + "1", std::string(32, 'b') + "2",
                                          std::string(32, 'c') + "3"};
    auto what = secret;
    for (auto const& one : secret) { // the keys proper are made from them
        auto const made = or_throw(detail::ticket_key::derive(one));
        what.emplace_back(reinterpret_cast<const char*>(made.secret.data()), made.secret.size());
    }
    auto const client = test::make_client(only(v));
    check_gone(what, 2, [&] {
        auto keys = or_throw(ticket_keys::create(secret[0], secret[1]));
        auto const server = test::make_server(only_server(v, {.tickets = {.keys = keys}}));
        auto session = test::make_session(client, server);
        or_throw(keys.rotate(secret[2]));
        REQUIRE(test::resumes(client, server, std::move(session)));
    });
}

TEST_CASE("sessions are gone, wherever they were") {
    auto const v = GENERATE(from_range(test::versions));
    CAPTURE(name(v));
    auto const server = test::make_server(only_server(v, {}));
    auto const client = test::make_client(only(v));
    SECTION("in hand") {
        auto held = std::make_unique<session>(test::make_session(client, server));
        std::vector<std::string> const what{secret_of(*held)};
        check_gone(what, 1, [&] { held.reset(); });
    }
    SECTION("sealed, unsealed and taken up") {
        bytes const key("0123456789abcdef0123456789abcdef");
        auto made = test::make_session(client, server);
        std::vector<std::string> const what{secret_of(made)};
        auto const act = [&] {
            std::vector<unsigned char> sealed(made.sealed_size());
            or_throw(made.seal(key, sealed));
            auto again = or_throw(session::unseal(key, sealed));
            REQUIRE(test::resumes(client, server, std::move(again)));
        };
        check_gone(what, 1, act, mbedtls_leaves_psk(v));
    }
    SECTION("in caches") {
        auto cache = std::make_unique<session_cache>(or_throw(session_cache::create()));
        std::vector<std::string> what;
        client_options options{.keylog = [&](std::string_view line) { what.push_back(secret_in(line)); }};
        bool const of_client = GENERATE(true, false);
        if (of_client) {
            auto with_cache = only(v, options);
            with_cache.session_cache = *cache;
            meeting m(test::make_client(with_cache), server);
            REQUIRE(m.ok());
            if (v == version::tls1_3) { // what a ticket stands for is in no key log
                detail::secure_buffer record;
                auto const* const core = mbedtls_ssl_get_user_data_p(m.client.native_handle());
                auto const key = or_throw(detail::cache_key(*static_cast<const detail::core*>(core)));
                cache->store()->find(key, -1, record);
                REQUIRE(record.size() != 0);
                what = {secret_of(detail::view_of(record))};
                cache->store()->put(key, std::move(record), -1, true);
            }
        } else {
            meeting m(test::make_client(only(version::tls1_2, options)),
                      test::make_server({.tickets = {.count = 0}, .session_cache = *cache}));
            REQUIRE(m.ok());
        }
        REQUIRE(cache->size() != 0);
        check_gone(what, 1, [&] { cache.reset(); });
    }
}
