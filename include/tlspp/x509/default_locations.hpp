// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/file.hpp>
#include <tlspp/x509/system_trust/locations.hpp>

#include <cstdlib>
#include <span>
#include <string_view>

/// \file
/// Where `trust_store::system()` looks on systems that keep their CA certificates in files. Python's
/// `get_default_verify_paths`. Not part of `tlspp.hpp`: to find out what is wrong, not to load anything.
namespace tlspp::inline TLSPP_ABI {

/// What the environment and this system say. The texts of the environment live until it is changed.
struct default_locations {
    /// The variables' names.
    static constexpr std::string_view file_variable = "SSL_CERT_FILE";
    /// The folders' variable.
    static constexpr std::string_view directory_variable = "SSL_CERT_DIR";

    /// What these variables hold; empty where they are not set.
    std::string_view file_from_environment;
    /// The same for folders.
    std::string_view directory_from_environment;
    /// Of the known bundles and folders the first that is there; empty where there is none. `trust_store::system()`
    /// takes the first with a usable certificate in it, and uses none of these where a variable is set.
    std::string_view system_file;
    /// The same for folders.
    std::string_view system_directory;

    /// What is used: the file and folders (a list, with `:` or on Windows `;` between) of the environment where it
    /// names any, else those of the system.
    std::string_view file() const noexcept { return environment_decides() ? file_from_environment : system_file; }
    /// The same for folders.
    std::string_view directory() const noexcept {
        return environment_decides() ? directory_from_environment : system_directory;
    }
    /// Whether one of the variables is set, so that the system's own locations are not looked at.
    bool environment_decides() const noexcept {
        return !file_from_environment.empty() || !directory_from_environment.empty();
    }

    /// All that is probed, in this order.
    static constexpr std::span<const std::string_view> probed_files() noexcept { return x509::system_trust::bundles; }
    /// The same for folders.
    static constexpr std::span<const std::string_view> probed_directories() noexcept {
        return x509::system_trust::directories;
    }

    /// Looks now. Needs `MBEDTLS_FS_IO`.
    /// \par Thread safety As `getenv`: nobody may change the environment meanwhile.
    template <bool Use = true>
    static default_locations probe() noexcept;
};

template <bool Use>
default_locations default_locations::probe() noexcept {
    static_assert(!Use || detail::build::files, "looking for files needs MBEDTLS_FS_IO in the Mbed TLS configuration");
    default_locations found;
#if defined(MBEDTLS_FS_IO)
    auto const variable = [](std::string_view name) noexcept {
        const char* const value = std::getenv(name.data()); // NOLINT: a literal; nobody here sets it
        return value == nullptr ? std::string_view() : std::string_view(value);
    };
    found.file_from_environment = variable(file_variable);
    found.directory_from_environment = variable(directory_variable);
    auto const first = [](std::span<const std::string_view> paths, bool directory) noexcept {
        for (auto const path : paths) {
            detail::path_string name;
            if (name.assign(path)) {
                detail::open_file const file(name.c_str());
                if (file.get() != nullptr && file.is_directory() == directory) {
                    return path;
                }
            }
        }
        return std::string_view();
    };
    found.system_file = first(probed_files(), false);
    found.system_directory = first(probed_directories(), true);
#endif
    return found;
}
} // namespace tlspp::inline TLSPP_ABI
