// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/anchors.hpp>
#include <tlspp/x509/detail/built.hpp>

#include <cstdint>

#if defined(__APPLE__)
#include <TargetConditionals.h>
#if TARGET_OS_OSX
#define TLSPP_MACOS_KEYCHAIN 1
#endif
#endif

#if defined(TLSPP_MACOS_KEYCHAIN) // the tests set it, to read a keychain of their own
#include <CoreFoundation/CoreFoundation.h>
#include <Security/Security.h>

#if TLSPP_HAS_X509

/// \file
/// The keychain of macOS: the roots that Apple ships, and those that the administrator and the user added, without
/// those whose trust settings refuse them for TLS. What is trusted for one host name, program or use of the key only is
/// not: a trust store can't say so. Link with the frameworks Security and CoreFoundation.
/// \par Status written against Apple's documentation; compiled and tested with declarations and a keychain of the
/// tests', not on macOS.
namespace tlspp::inline TLSPP_ABI::x509::system_trust {

/// Releases an object of Core Foundation.
class cf_owner {
public:
    explicit cf_owner(CFTypeRef object) noexcept : object_(object) {}
    cf_owner(const cf_owner&) = delete;
    cf_owner& operator=(const cf_owner&) = delete;
    ~cf_owner() {
        if (object_ != nullptr) {
            ::CFRelease(object_);
        }
    }

private:
    CFTypeRef object_;
};

/// What trust settings say about TLS.
enum class keychain_verdict : std::uint8_t { nothing, trusted, refused };

/// Whether one entry is about TLS: that of no policy is about all.
inline bool is_for_tls(CFDictionaryRef entry) noexcept {
    auto const policy = static_cast<SecPolicyRef>(const_cast<void*>( // as the frameworks' own types have it
        ::CFDictionaryGetValue(entry, kSecTrustSettingsPolicy)));
    if (policy == nullptr) {
        return ::CFDictionaryGetValue(entry, kSecTrustSettingsPolicyName) == nullptr;
    }
    CFDictionaryRef const properties = ::SecPolicyCopyProperties(policy);
    cf_owner const owner(properties);
    auto const* const kind = properties != nullptr ? ::CFDictionaryGetValue(properties, kSecPolicyOid) : nullptr;
    return kind != nullptr && ::CFEqual(kind, kSecPolicyAppleSSL) != 0;
}

inline bool is_restricted(CFDictionaryRef entry) noexcept {
    for (CFStringRef const key :
         {kSecTrustSettingsPolicyString, kSecTrustSettingsApplication, kSecTrustSettingsKeyUsage}) {
        if (::CFDictionaryGetValue(entry, key) != nullptr) {
            return true;
        }
    }
    return false;
}

inline keychain_verdict judge_entry(CFDictionaryRef entry) noexcept {
    if (!is_for_tls(entry)) {
        return keychain_verdict::nothing; // of mail, code signing and the like
    }
    auto const number = static_cast<CFNumberRef>(::CFDictionaryGetValue(entry, kSecTrustSettingsResult));
    std::int32_t result = kSecTrustSettingsResultTrustRoot; // what an entry without result means
    if (number != nullptr && ::CFNumberGetValue(number, kCFNumberSInt32Type, &result) == 0) {
        return keychain_verdict::refused;
    }
    switch (result) {
    case kSecTrustSettingsResultTrustRoot:
    case kSecTrustSettingsResultTrustAsRoot:
        return is_restricted(entry) ? keychain_verdict::nothing : keychain_verdict::trusted;
    case kSecTrustSettingsResultUnspecified:
        return keychain_verdict::nothing;
    default:
        return keychain_verdict::refused;
    }
}

/// An empty list says "always trust this certificate"; one refusal outweighs all else.
inline keychain_verdict judge_settings(CFArrayRef settings) noexcept {
    CFIndex const count = ::CFArrayGetCount(settings);
    auto found = count == 0 ? keychain_verdict::trusted : keychain_verdict::nothing;
    for (CFIndex i = 0; i != count && found != keychain_verdict::refused; ++i) {
        auto const one = judge_entry(static_cast<CFDictionaryRef>(::CFArrayGetValueAtIndex(settings, i)));
        found = one == keychain_verdict::nothing ? found : one;
    }
    return found;
}

/// The user's settings come before the administrator's. The first ones that say something about TLS count; where none
/// do, what Apple ships is trusted, and what others added is not.
inline bool is_trusted_root(SecCertificateRef certificate, SecTrustSettingsDomain listed_in) noexcept {
    for (SecTrustSettingsDomain const domain : {kSecTrustSettingsDomainUser, kSecTrustSettingsDomainAdmin}) {
        CFArrayRef settings = nullptr;
        OSStatus const status = ::SecTrustSettingsCopyTrustSettings(certificate, domain, &settings);
        cf_owner const owner(settings);
        if (status == errSecSuccess && settings != nullptr) {
            if (auto const verdict = judge_settings(settings); verdict != keychain_verdict::nothing) {
                return verdict == keychain_verdict::trusted;
            }
        } else if (status != errSecItemNotFound && status != errSecNoTrustSettings) {
            return false;
        }
    }
    return listed_in == kSecTrustSettingsDomainSystem;
}

/// Reads the keychain; a domain that cannot be read is as good as empty.
inline result<void> read_macos(detail::anchors& to) noexcept {
    for (SecTrustSettingsDomain const domain :
         {kSecTrustSettingsDomainUser, kSecTrustSettingsDomainAdmin, kSecTrustSettingsDomainSystem}) {
        CFArrayRef listed = nullptr;
        OSStatus const status = ::SecTrustSettingsCopyCertificates(domain, &listed);
        cf_owner const owner(listed);
        if (status != errSecSuccess || listed == nullptr) {
            continue;
        }
        for (CFIndex i = 0; i != ::CFArrayGetCount(listed); ++i) {
            auto const certificate =
                static_cast<SecCertificateRef>(const_cast<void*>(::CFArrayGetValueAtIndex(listed, i)));
            CFDataRef const der =
                is_trusted_root(certificate, domain) ? ::SecCertificateCopyData(certificate) : nullptr;
            cf_owner const data(der);
            if (der == nullptr) {
                continue;
            }
            bytes const content(::CFDataGetBytePtr(der), static_cast<std::size_t>(::CFDataGetLength(der)));
            if (auto const added = to.add_der(content); !added) {
                return added;
            }
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509::system_trust
#endif
#endif
