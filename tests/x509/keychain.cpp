// SPDX-License-Identifier: BSL-1.0
// macOS's trust, with a keychain of the tests'; the whole program is compiled as if it were for macOS.
#include <tlspp/x509/system_trust/read.hpp>

#include "keychain/keychain.hpp"
#include "samples.hpp"
#include "support/variable.hpp"

#include <tlspp/x509/trust_store.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using keychain::entry;
using keychain::mail;
using keychain::policy;
using keychain::tls;
using keychain::verdict;

namespace {
constexpr auto user = kSecTrustSettingsDomainUser;
constexpr auto admin = kSecTrustSettingsDomainAdmin;
constexpr auto system_domain = kSecTrustSettingsDomainSystem;

std::string der_of(const certificate& c) {
    auto const der = c.der();
    return {reinterpret_cast<const char*>(der.uchars()), der.size()};
}
const certificate& root() {
    static auto const made = or_throw(or_throw(dev::authority::create({.common_name = "Keychain"})).certificate());
    return made;
}
/// Whether the root is trusted with these settings of the user's, the administrator's and the system's.
struct given {
    std::optional<keychain::settings> user = {};
    std::optional<keychain::settings> admin = {};
    bool ships = false;
    OSStatus error = errSecSuccess;
};
bool trusted(const given& g) {
    keychain::clear();
    if (g.user) {
        keychain::in(user).listed[der_of(root())] = *g.user;
    }
    if (g.admin) {
        keychain::in(admin).listed[der_of(root())] = *g.admin;
    }
    if (g.ships) {
        keychain::in(system_domain).listed[der_of(root())] = {};
    }
    keychain::in(user).error = g.error;
    detail::anchors found;
    CHECK(x509::system_trust::read_macos(found));
    CHECK(keychain::not_released() == 0);
    return found.index.size() != 0;
}
keychain::settings one(std::map<std::string, keychain::object> fields) { return {entry(std::move(fields))}; }
keychain::object const text{.is = keychain::kind::string, .text = "localhost"};
} // namespace

TEST_CASE("what Apple ships is trusted, and what nobody lists is not", "[keychain]") {
    CHECK(trusted({.ships = true}));
    CHECK_FALSE(trusted({}));
}

TEST_CASE("settings of the user and of the administrator add roots", "[keychain]") {
    CHECK(trusted({.user = keychain::settings{}})); // always trust
    CHECK(trusted({.admin = keychain::settings{}}));
    CHECK(trusted({.user = one({policy(tls), verdict(kSecTrustSettingsResultTrustRoot)})}));
    CHECK(trusted({.user = one({policy(tls), verdict(kSecTrustSettingsResultTrustAsRoot)})}));
    CHECK(trusted({.user = one({policy(tls)})}));
    CHECK(trusted({.user = one({verdict(kSecTrustSettingsResultTrustRoot)})}));
    CHECK(trusted({.user = keychain::settings{entry({policy(mail), verdict(kSecTrustSettingsResultDeny)}),
                                              entry({policy(tls)})}}));
}

TEST_CASE("what is trusted for other things only is not trusted for TLS", "[keychain]") {
    CHECK_FALSE(trusted({.user = one({policy(mail), verdict(kSecTrustSettingsResultTrustRoot)})}));
    CHECK_FALSE(trusted({.user = one({policy(tls), verdict(kSecTrustSettingsResultUnspecified)})}));
    CHECK_FALSE(trusted({.user = one({{"kSecTrustSettingsPolicyName", text}})}));
    for (auto const* limit :
         {"kSecTrustSettingsPolicyString", "kSecTrustSettingsApplication", "kSecTrustSettingsKeyUsage"}) {
        CHECK_FALSE(trusted({.user = one({policy(tls), {limit, text}})}));
    }
    CHECK(trusted({.user = one({policy(mail), verdict(kSecTrustSettingsResultTrustRoot)}), .ships = true}));
    CHECK(trusted({.user = one({policy(tls), verdict(kSecTrustSettingsResultUnspecified)}), .ships = true}));
}

TEST_CASE("a refusal counts, and the user's settings before the administrator's", "[keychain]") {
    auto const never = one({policy(tls), verdict(kSecTrustSettingsResultDeny)});
    CHECK_FALSE(trusted({.user = never, .ships = true}));
    CHECK_FALSE(trusted({.admin = never, .ships = true}));
    CHECK_FALSE(trusted({.user = one({verdict(kSecTrustSettingsResultDeny)}), .ships = true}));
    CHECK_FALSE(trusted({.user = one({policy(tls), verdict(kSecTrustSettingsResultInvalid)}), .ships = true}));
    CHECK_FALSE(trusted({.user = one({policy(tls), verdict(1LL << 40)}), .ships = true}));
    CHECK_FALSE(trusted(
        {.user = one({policy(tls), {"kSecTrustSettingsPolicyString", text}, verdict(kSecTrustSettingsResultDeny)}),
         .ships = true}));
    CHECK_FALSE(trusted({.user = keychain::settings{entry({policy(tls)}), never.front()}, .ships = true}));
    CHECK_FALSE(trusted({.user = never, .admin = keychain::settings{}}));
    CHECK(trusted({.user = keychain::settings{}, .admin = never}));
}

TEST_CASE("settings that cannot be read trust nothing", "[keychain]") {
    CHECK_FALSE(trusted({.ships = true, .error = -1}));
    CHECK(trusted({.ships = true, .error = errSecNoTrustSettings}));
}

TEST_CASE("the system's trust is the keychain, unless the environment names another", "[keychain]") {
    test::variable const file("SSL_CERT_FILE", "");
    test::variable const folder("SSL_CERT_DIR", "");
    CHECK(trusted({.ships = true}));
    auto const store = or_throw(trust_store::system());
    CHECK(or_throw(store.contains(root())));
    CHECK(store.size() == 1);
}
