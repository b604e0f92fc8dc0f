// SPDX-License-Identifier: BSL-1.0
#include "keychain.hpp"

#include <cstring>
#include <map>

namespace keychain {

namespace {
std::map<SecTrustSettingsDomain, domain> all; // NOLINT: the keychain is one for the process, as on macOS
long owned = 0;

object* copy_of(object made) {
    ++owned;
    made.copied = true;
    return new object(std::move(made));
}
const object& at(CFTypeRef ref) { return *static_cast<const object*>(ref); }
/// A reference of the wrong kind is what Core Foundation would crash with.
const object& at(CFTypeRef ref, kind expected) {
    if (at(ref).is != expected) {
        std::abort();
    }
    return at(ref);
}
} // namespace

void clear() { all.clear(); }
domain& in(SecTrustSettingsDomain which) { return all[which]; }
long not_released() { return owned; }
} // namespace keychain

using keychain::at;
using keychain::kind;
using keychain::object;

namespace {
template <class Ref>
Ref as(const object* o) {
    return reinterpret_cast<Ref>(o);
}
object const oid_key{.is = kind::string, .text = "SecPolicyOid"};
object const ssl_oid{.is = kind::string, .text = keychain::tls};
} // namespace

extern "C" {
const CFStringRef kSecPolicyOid = as<CFStringRef>(&oid_key);
const CFStringRef kSecPolicyAppleSSL = as<CFStringRef>(&ssl_oid);

void CFRelease(CFTypeRef ref) {
    if (!at(ref).copied) {
        std::abort(); // what was not copied is not the caller's
    }
    --keychain::owned;
    delete static_cast<const object*>(ref);
}
Boolean CFEqual(CFTypeRef a, CFTypeRef b) { return at(a).is == at(b).is && at(a).text == at(b).text; }
CFIndex CFArrayGetCount(CFArrayRef a) { return static_cast<CFIndex>(at(a, kind::array).items.size()); }
const void* CFArrayGetValueAtIndex(CFArrayRef a, CFIndex i) {
    return &at(a, kind::array).items.at(static_cast<std::size_t>(i));
}
const void* CFDictionaryGetValue(CFDictionaryRef d, const void* key) {
    auto const& fields = at(d, kind::dictionary).fields;
    auto const found = fields.find(at(key, kind::string).text);
    return found == fields.end() ? nullptr : &found->second;
}
Boolean CFNumberGetValue(CFNumberRef n, CFNumberType type, void* to) {
    auto const& number = at(n, kind::number);
    if (type != kCFNumberSInt32Type || number.number > INT32_MAX) {
        return 0;
    }
    auto const value = static_cast<std::int32_t>(number.number);
    std::memcpy(to, &value, sizeof value);
    return 1;
}
const UInt8* CFDataGetBytePtr(CFDataRef d) { return reinterpret_cast<const UInt8*>(at(d, kind::data).text.data()); }
CFIndex CFDataGetLength(CFDataRef d) { return static_cast<CFIndex>(at(d, kind::data).text.size()); }
CFStringRef constant_string(const char* text) {
    static std::map<std::string, object> known;
    return as<CFStringRef>(&known.try_emplace(text, object{.is = kind::string, .text = text}).first->second);
}

CFDictionaryRef SecPolicyCopyProperties(SecPolicyRef policy) {
    object out{.is = kind::dictionary};
    out.fields.emplace("SecPolicyOid", object{.is = kind::string, .text = at(policy, kind::policy).text});
    return as<CFDictionaryRef>(keychain::copy_of(out));
}
CFDataRef SecCertificateCopyData(SecCertificateRef c) {
    return as<CFDataRef>(keychain::copy_of({.is = kind::data, .text = at(c, kind::certificate).text}));
}
OSStatus SecTrustSettingsCopyCertificates(SecTrustSettingsDomain which, CFArrayRef* out) {
    auto const& domain = keychain::in(which);
    if (domain.listed.empty()) {
        return errSecNoTrustSettings;
    }
    object list{.is = kind::array};
    for (auto const& [der, settings] : domain.listed) {
        list.items.push_back({.is = kind::certificate, .text = der});
    }
    *out = as<CFArrayRef>(keychain::copy_of(std::move(list)));
    return errSecSuccess;
}
OSStatus SecTrustSettingsCopyTrustSettings(SecCertificateRef c, SecTrustSettingsDomain which, CFArrayRef* out) {
    auto const& domain = keychain::in(which);
    if (domain.error != errSecSuccess) {
        return domain.error;
    }
    auto const found = domain.listed.find(at(c, kind::certificate).text);
    if (found == domain.listed.end()) {
        return errSecItemNotFound;
    }
    *out = as<CFArrayRef>(keychain::copy_of({.is = kind::array, .items = found->second}));
    return errSecSuccess;
}
}
