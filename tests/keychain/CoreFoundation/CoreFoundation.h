/* SPDX-License-Identifier: BSL-1.0
 * The part of Apple's Core Foundation that system_trust/macos.hpp uses, by its documentation; keychain.cpp has what
 * stands behind it. */
#pragma once
#include <cstdint>

using Boolean = unsigned char;
using UInt8 = unsigned char;
using OSStatus = std::int32_t;
using CFIndex = long;
using CFTypeRef = const void*;
using CFStringRef = const struct __CFString*;
using CFNumberRef = const struct __CFNumber*;
using CFArrayRef = const struct __CFArray*;
using CFDictionaryRef = const struct __CFDictionary*;
using CFDataRef = const struct __CFData*;
using CFNumberType = CFIndex;
enum { kCFNumberSInt32Type = 3 };

extern "C" {
void CFRelease(CFTypeRef);
Boolean CFEqual(CFTypeRef, CFTypeRef);
CFIndex CFArrayGetCount(CFArrayRef);
const void* CFArrayGetValueAtIndex(CFArrayRef, CFIndex);
const void* CFDictionaryGetValue(CFDictionaryRef, const void*);
Boolean CFNumberGetValue(CFNumberRef, CFNumberType, void*);
const UInt8* CFDataGetBytePtr(CFDataRef);
CFIndex CFDataGetLength(CFDataRef);
CFStringRef constant_string(const char*);
}
#define CFSTR(text) constant_string("" text "")
