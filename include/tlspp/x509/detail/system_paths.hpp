// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <string_view>

/// \file
/// Where operating systems keep the CA certificates that they trust. The first bundle file that exists is used; only
/// where there is none, the first folder with certificates in it.
namespace tlspp::inline TLSPP_ABI::detail {

inline constexpr std::string_view system_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Arch, Gentoo, Alpine, Void, OpenWrt
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, RHEL 7 and newer, CentOS, Amazon Linux
    "/etc/pki/tls/certs/ca-bundle.crt",                  // older RHEL and Fedora
    "/etc/ssl/ca-bundle.pem",                            // openSUSE, SLES
    "/etc/ssl/certs/ca-bundle.crt",                      // NixOS
    "/etc/pki/tls/cacert.pem",                           // OpenELEC
    "/etc/ssl/cert.pem",                                 // OpenBSD, FreeBSD, macOS
    "/usr/local/etc/ssl/cert.pem",                       // FreeBSD, older
    "/usr/local/share/certs/ca-root-nss.crt",            // FreeBSD and DragonFly, package ca_root_nss
    "/etc/openssl/certs/ca-certificates.crt",            // NetBSD
    "/usr/pkg/share/mozilla-rootcerts/cacert.pem",       // NetBSD, package mozilla-rootcerts
    "/etc/certs/ca-certificates.crt",                    // Solaris 11, illumos
};

inline constexpr std::string_view system_directories[] = {
    "/etc/ssl/certs",                            // most Linux distributions, FreeBSD 12.2 and newer
    "/etc/pki/tls/certs",                        // Fedora, RHEL
    "/apex/com.android.conscrypt/cacerts",       // Android 14 and newer
    "/system/etc/security/cacerts",              // Android
    "/usr/share/certs/trusted",                  // FreeBSD
    "/usr/local/share/certs",                    // FreeBSD
    "/etc/openssl/certs",                        // NetBSD
};
} // namespace tlspp::inline TLSPP_ABI::detail
