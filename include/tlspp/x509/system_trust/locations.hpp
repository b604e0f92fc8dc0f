// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <string_view>

/// \file
/// Where operating systems keep the CA certificates that they trust. The first file with certificates in it is used;
/// only where there is none, the first folder.
namespace tlspp::inline TLSPP_ABI::x509::system_trust {

/// Bundles: many certificates in one PEM file.
inline constexpr std::string_view bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Arch, Gentoo, Alpine, Void, OpenWrt
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, RHEL 7 and newer, CentOS, Amazon Linux
    "/etc/pki/tls/certs/ca-bundle.crt",                  // older RHEL and Fedora
    "/etc/ssl/ca-bundle.pem",                            // openSUSE, SLES
    "/etc/ssl/certs/ca-bundle.crt",                      // NixOS
    "/etc/pki/tls/cacert.pem",                           // OpenELEC, LibreELEC
    "/etc/ssl/cert.pem",                                 // OpenBSD, FreeBSD, macOS, Alpine without ca-certificates
    "/usr/local/etc/ssl/cert.pem",                       // FreeBSD, older
    "/usr/local/share/certs/ca-root-nss.crt",            // FreeBSD and DragonFly, package ca_root_nss
    "/etc/openssl/certs/ca-certificates.crt",            // NetBSD 10 and newer
    "/usr/pkg/share/mozilla-rootcerts/cacert.pem",       // NetBSD, package mozilla-rootcerts
    "/etc/certs/ca-certificates.crt",                    // Solaris 11.2 and newer
    "/etc/ssl/cacert.pem",                               // illumos (OmniOS)
    "/data/data/com.termux/files/usr/etc/tls/cert.pem",  // Android, inside of Termux
    "/boot/system/data/ssl/CARootCertificates.pem",      // Haiku
};

/// Folders with one certificate a file.
inline constexpr std::string_view directories[] = {
    "/etc/ssl/certs",                      // Linux, OpenWrt (package ca-certificates), FreeBSD 12.2 and newer
    "/etc/pki/tls/certs",                  // Fedora, RHEL
    "/apex/com.android.conscrypt/cacerts", // Android 14 and newer: updated with the Play system
    "/system/etc/security/cacerts",        // Android
    "/usr/share/certs/trusted",            // FreeBSD
    "/usr/local/share/certs",              // FreeBSD
    "/etc/openssl/certs",                  // NetBSD
    "/etc/certs/CA",                       // Solaris
    "/var/ssl/certs",                      // AIX
};
} // namespace tlspp::inline TLSPP_ABI::x509::system_trust
