// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>
#include <tlspp/keylog.hpp>

#include <tlspp/detail/file.hpp>

#if defined(MBEDTLS_FS_IO)
#if TLSPP_POSIX_FILES
#include <fcntl.h>
#include <unistd.h>
#endif

namespace tlspp::inline TLSPP_ABI {

namespace detail {
/// A file that lines are appended to.
class keylog_writer {
public:
    explicit keylog_writer(const char* path) noexcept : file_(open(path)) {}
    keylog_writer(keylog_writer&& other) noexcept : file_(std::exchange(other.file_, nullptr)) {}
    keylog_writer& operator=(keylog_writer&&) = delete;
    ~keylog_writer() {
        if (file_ != nullptr) {
            (void)std::fclose(file_);
        }
    }
    explicit operator bool() const noexcept { return file_ != nullptr; }

    void operator()(std::string_view line) const noexcept {
        char text[256];
        auto const size = line.copy(text, sizeof text - 1);
        text[size] = '\n';
        (void)std::fwrite(text, 1, size + 1, file_); // one call, not buffered: lines of several threads stay whole
        mbedtls_platform_zeroize(text, sizeof text);
    }

private:
    static std::FILE* open(const char* path) noexcept {
#if TLSPP_POSIX_FILES
        int const descriptor = ::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600); // nobody else's to read
        std::FILE* const file = descriptor < 0 ? nullptr : ::fdopen(descriptor, "ab");
        if (file == nullptr && descriptor >= 0) {
            (void)::close(descriptor);
        }
#else
        std::FILE* const file = std::fopen(path, "ab");
#endif
        if (file != nullptr) {
            (void)std::setvbuf(file, nullptr, _IONBF, 0);
        }
        return file;
    }

    std::FILE* file_;
};
} // namespace detail

/// For the option `keylog`: appends to a file, which is made, for its owner only, where there is none (Python's
/// `SSLContext.keylog_filename`). The file stays open as long as a context has it. Needs `MBEDTLS_FS_IO`.
/// \return `errc::file` with path and reason, `errc::invalid_argument` for what is no path, `errc::out_of_memory`.
[[nodiscard]] inline result<keylog_hook> keylog_to(std::string_view path) noexcept {
    detail::path_string name;
    if (!name.assign(path)) {
        return std::unexpected(error(errc::invalid_argument, reason::bad_path).about(path));
    }
    errno = 0;
    detail::keylog_writer writer(name.c_str());
    if (!writer) {
        return std::unexpected(detail::file_error(path, errno));
    }
    keylog_hook hook(std::move(writer));
    if (hook.failed()) {
        return std::unexpected(error(errc::out_of_memory));
    }
    return hook;
}
} // namespace tlspp::inline TLSPP_ABI
#endif
