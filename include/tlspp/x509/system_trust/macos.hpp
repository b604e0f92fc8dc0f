// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/anchors.hpp>

#if defined(__APPLE__)
#include <TargetConditionals.h>
#endif
#if defined(__APPLE__) && TARGET_OS_OSX
#define TLSPP_MACOS_KEYCHAIN 1
#include <CoreFoundation/CoreFoundation.h>
#include <Security/Security.h>

/// \file
/// The keychain of macOS: the roots that Apple ships, and those that the administrator and the user added, without
/// those whose trust settings refuse them for TLS. Link with the frameworks Security and CoreFoundation.
/// \par Status written against Apple's documentation, and not compiled: no macOS was at hand.
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

/// What one set of trust settings says about TLS; `kSecTrustSettingsResultUnspecified` where it says nothing.
inline SInt32 trust_result(CFArrayRef settings) noexcept {
    if (::CFArrayGetCount(settings) == 0) {
        return kSecTrustSettingsResultTrustRoot; // "always trust this certificate"
    }
    for (CFIndex i = 0; i != ::CFArrayGetCount(settings); ++i) {
        auto const one = static_cast<CFDictionaryRef>(::CFArrayGetValueAtIndex(settings, i));
        auto const policy = static_cast<CFStringRef>(::CFDictionaryGetValue(one, kSecTrustSettingsPolicyName));
        if (policy != nullptr && ::CFStringCompare(policy, CFSTR("sslServer"), 0) != kCFCompareEqualTo) {
            continue; // of mail, code signing and the like
        }
        auto const number = static_cast<CFNumberRef>(::CFDictionaryGetValue(one, kSecTrustSettingsResult));
        SInt32 result = kSecTrustSettingsResultTrustRoot; // what an entry without result means
        if (number != nullptr && ::CFNumberGetValue(number, kCFNumberSInt32Type, &result) == 0) {
            return kSecTrustSettingsResultDeny;
        }
        if (result != kSecTrustSettingsResultUnspecified) {
            return result;
        }
    }
    return kSecTrustSettingsResultUnspecified;
}

/// The user's settings come before the administrator's, and these before the system's.
inline constexpr SecTrustSettingsDomain trust_domains[] = {kSecTrustSettingsDomainUser, kSecTrustSettingsDomainAdmin,
                                                           kSecTrustSettingsDomainSystem};

/// For a certificate that is listed in one of the domains: there it is trusted where nothing else is said.
inline bool is_trusted_root(SecCertificateRef certificate) noexcept {
    for (SecTrustSettingsDomain const domain : trust_domains) {
        CFArrayRef settings = nullptr;
        OSStatus const status = ::SecTrustSettingsCopyTrustSettings(certificate, domain, &settings);
        cf_owner const owner(settings);
        if (status == errSecSuccess && settings != nullptr) {
            SInt32 const result = trust_result(settings);
            if (result != kSecTrustSettingsResultUnspecified) {
                return result == kSecTrustSettingsResultTrustRoot;
            }
        } else if (status != errSecItemNotFound && status != errSecNoTrustSettings) {
            return false;
        }
    }
    return true;
}

/// Reads the keychain; a set of settings that cannot be read is as good as empty.
inline result<void> read_macos(detail::anchors& to) noexcept {
    for (SecTrustSettingsDomain const domain : trust_domains) {
        CFArrayRef listed = nullptr;
        OSStatus const status = ::SecTrustSettingsCopyCertificates(domain, &listed);
        cf_owner const owner(listed);
        if (status != errSecSuccess || listed == nullptr) {
            continue;
        }
        for (CFIndex i = 0; i != ::CFArrayGetCount(listed); ++i) {
            auto const certificate =
                static_cast<SecCertificateRef>(const_cast<void*>(::CFArrayGetValueAtIndex(listed, i)));
            CFDataRef const der = is_trusted_root(certificate) ? ::SecCertificateCopyData(certificate) : nullptr;
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
