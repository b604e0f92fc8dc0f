/* SPDX-License-Identifier: BSL-1.0
 * The part of Apple's Security framework that system_trust/macos.hpp uses, by its documentation. */
#pragma once
#include <CoreFoundation/CoreFoundation.h>

using SecCertificateRef = struct OpaqueSecCertificateRef*;
using SecPolicyRef = struct OpaqueSecPolicyRef*;
enum SecTrustSettingsDomain : std::uint32_t {
    kSecTrustSettingsDomainUser,
    kSecTrustSettingsDomainAdmin,
    kSecTrustSettingsDomainSystem
};
enum SecTrustSettingsResult : std::uint32_t {
    kSecTrustSettingsResultInvalid,
    kSecTrustSettingsResultTrustRoot,
    kSecTrustSettingsResultTrustAsRoot,
    kSecTrustSettingsResultDeny,
    kSecTrustSettingsResultUnspecified
};
enum : OSStatus { errSecSuccess = 0, errSecItemNotFound = -25300, errSecNoTrustSettings = -25263 };

#define kSecTrustSettingsPolicy CFSTR("kSecTrustSettingsPolicy")
#define kSecTrustSettingsPolicyName CFSTR("kSecTrustSettingsPolicyName")
#define kSecTrustSettingsPolicyString CFSTR("kSecTrustSettingsPolicyString")
#define kSecTrustSettingsApplication CFSTR("kSecTrustSettingsApplication")
#define kSecTrustSettingsKeyUsage CFSTR("kSecTrustSettingsKeyUsage")
#define kSecTrustSettingsResult CFSTR("kSecTrustSettingsResult")

extern "C" {
extern const CFStringRef kSecPolicyOid;
extern const CFStringRef kSecPolicyAppleSSL;
CFDictionaryRef SecPolicyCopyProperties(SecPolicyRef);
CFDataRef SecCertificateCopyData(SecCertificateRef);
OSStatus SecTrustSettingsCopyCertificates(SecTrustSettingsDomain, CFArrayRef*);
OSStatus SecTrustSettingsCopyTrustSettings(SecCertificateRef, SecTrustSettingsDomain, CFArrayRef*);
}
