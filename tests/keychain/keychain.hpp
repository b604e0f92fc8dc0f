// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <Security/Security.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

/// A keychain as macOS has it, for the tests of what reads it.
namespace keychain {

enum class kind { string, number, data, array, dictionary, policy, certificate };

/// What a reference of Core Foundation points to.
struct object {
    kind is;
    std::string text = {}; ///< of strings, data, certificates (DER) and policies (OID)
    long long number = 0;
    std::vector<object> items = {};
    std::map<std::string, object> fields = {};
    bool copied = false; ///< from a function with Copy in its name: to be released
};

using settings = std::vector<object>; ///< dictionaries
struct domain {
    std::map<std::string, settings> listed = {}; ///< by DER
    OSStatus error = errSecSuccess;              ///< when settings are asked for
};

inline constexpr const char* tls = "1.2.840.113635.100.1.3";
inline constexpr const char* mail = "1.2.840.113635.100.1.8";

/// One entry of trust settings.
inline object entry(std::map<std::string, object> fields) {
    return {.is = kind::dictionary, .fields = std::move(fields)};
}
inline std::pair<const std::string, object> verdict(long long value) {
    return {"kSecTrustSettingsResult", {.is = kind::number, .number = value}};
}
inline std::pair<const std::string, object> policy(const char* oid) {
    return {"kSecTrustSettingsPolicy", {.is = kind::policy, .text = oid}};
}

void clear();
domain& in(SecTrustSettingsDomain which);
/// Copies that nobody has released.
long not_released();
} // namespace keychain
