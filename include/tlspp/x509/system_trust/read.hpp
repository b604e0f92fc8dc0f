// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/system_trust/files.hpp>
#include <tlspp/x509/system_trust/macos.hpp>
#include <tlspp/x509/system_trust/windows.hpp>

#if TLSPP_HAS_X509

/// \file
/// The store of the operating system that this is compiled for.
namespace tlspp::inline TLSPP_ABI::x509::system_trust {

#if defined(MBEDTLS_FS_IO) || defined(_WIN32) || defined(TLSPP_MACOS_KEYCHAIN)
inline constexpr bool available = true;
#else
inline constexpr bool available = false;
#endif

/// Reads what the environment names or, where it names nothing, the store of the system. `named` becomes the first file
/// or folder that the environment names.
inline result<void> read([[maybe_unused]] detail::anchors& to, [[maybe_unused]] std::string_view& named) noexcept {
#if defined(MBEDTLS_FS_IO)
    const char* const file = std::getenv("SSL_CERT_FILE");   // NOLINT(concurrency-mt-unsafe): nobody here sets it
    const char* const folders = std::getenv("SSL_CERT_DIR"); // NOLINT(concurrency-mt-unsafe)
    for (const char* const set : {file, folders}) {
        named = named.empty() && set != nullptr ? std::string_view(set) : named;
    }
    if (!named.empty()) {
        return read_environment(to, file, folders);
    }
#endif
#if defined(_WIN32)
    return read_windows(to);
#else
#if defined(TLSPP_MACOS_KEYCHAIN)
    if (auto const keychain = read_macos(to); !keychain || to.index.size() != 0) {
        return keychain;
    }
#endif
#if defined(MBEDTLS_FS_IO)
    return read_first(to, bundles, directories);
#else
    return {};
#endif
#endif
}
} // namespace tlspp::inline TLSPP_ABI::x509::system_trust
#endif
