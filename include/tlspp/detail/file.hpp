// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/detail/memory.hpp>

#include <cstddef>
#include <string_view>

#if defined(MBEDTLS_FS_IO)
#include <cerrno>
#include <cstdio>
#include <cstring>
#if defined(__unix__) || defined(__APPLE__)
#define TLSPP_POSIX_FILES 1
#include <dirent.h>
#include <sys/stat.h>
#else
#define TLSPP_POSIX_FILES 0
#endif

/// \file
/// Reads whole files into memory that is zeroised, and lists folders. Needs `MBEDTLS_FS_IO`; folders need POSIX.
namespace tlspp::inline TLSPP_ABI::detail {

/// A path as a C string.
class path_string {
public:
    static constexpr std::size_t capacity = 1024;

    /// False where the path is empty, too long, or has a NUL in it.
    bool assign(std::string_view path) noexcept {
        size_ = 0;
        return append(path);
    }
    bool append(std::string_view more) noexcept {
        if (more.empty() || more.size() >= capacity - size_ || more.find('\0') != std::string_view::npos) {
            return false;
        }
        std::memcpy(text_ + size_, more.data(), more.size());
        size_ += more.size();
        text_[size_] = '\0';
        return true;
    }
    const char* c_str() const noexcept { return text_; }
    std::string_view view() const noexcept { return {text_, size_}; }

private:
    char text_[capacity] = {};
    std::size_t size_ = 0;
};

inline error file_error(std::string_view path, int number, reason why = reason::none) noexcept {
    return error(errc::file, why).about(path).with_system(number);
}

class open_file {
public:
    explicit open_file(const char* path) noexcept
#if TLSPP_POSIX_FILES
        : file_(std::fopen(path, "rbe")) // e: closed in programs that this one starts
#else
        : file_(std::fopen(path, "rb"))
#endif
    {
        if (file_ != nullptr) {
            (void)std::setvbuf(file_, nullptr, _IONBF, 0); // no copy of a key in stdio's buffer
        }
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file() {
        if (file_ != nullptr) {
            (void)std::fclose(file_);
        }
    }
    std::FILE* get() const noexcept { return file_; }

    bool is_directory() const noexcept {
#if TLSPP_POSIX_FILES
        struct stat info = {};
        return ::fstat(::fileno(file_), &info) == 0 && S_ISDIR(info.st_mode);
#else
        return false;
#endif
    }
    /// The size where it is known beforehand; 0 for pipes.
    std::size_t size() const noexcept {
#if TLSPP_POSIX_FILES
        struct stat info = {};
        return ::fstat(::fileno(file_), &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0
                   ? static_cast<std::size_t>(info.st_size)
                   : 0;
#else
        return 0;
#endif
    }

private:
    std::FILE* file_;
};

/// More than any bundle of CA certificates, less than what hurts.
inline constexpr std::size_t largest_file = std::size_t{16} << 20;

/// The whole file. Pipes work too.
inline result<secure_buffer> read_file(std::string_view path) noexcept {
    path_string name;
    if (!name.assign(path)) {
        return std::unexpected(error(errc::invalid_argument, reason::bad_path).about(path));
    }
    errno = 0;
    open_file file(name.c_str());
    if (file.get() == nullptr) {
        return std::unexpected(file_error(path, errno));
    }
    if (file.is_directory()) {
        return std::unexpected(file_error(path, 0, reason::is_directory));
    }
    std::size_t const expected = file.size();
    secure_buffer content;
    if (expected > largest_file) {
        return std::unexpected(file_error(path, 0, reason::file_too_large));
    }
    if (!content.allocate(expected == 0 ? 4096 : expected + 1)) {
        return std::unexpected(error(errc::out_of_memory));
    }
    std::size_t filled = 0;
    for (;;) {
        std::size_t const n = std::fread(content.data() + filled, 1, content.size() - filled, file.get());
        filled += n;
        if (n == 0) {
            break;
        }
        if (filled == content.size()) {
            if (filled > largest_file) {
                return std::unexpected(file_error(path, 0, reason::file_too_large));
            }
            secure_buffer larger;
            if (!larger.allocate(filled * 2)) {
                return std::unexpected(error(errc::out_of_memory));
            }
            std::memcpy(larger.data(), content.data(), filled);
            content = std::move(larger);
        }
    }
    if (std::ferror(file.get()) != 0) {
        return std::unexpected(file_error(path, errno));
    }
    if (filled == 0) {
        return std::unexpected(file_error(path, 0, reason::empty_file));
    }
    content.shrink(filled);
    return content;
}

#if TLSPP_POSIX_FILES
/// Calls `each(path) -> bool` for the regular files of a folder, links to files included, in the order of the system,
/// until it answers false.
template <class Each>
result<void> for_each_file(std::string_view directory, Each&& each) noexcept {
    path_string folder;
    if (!folder.assign(directory)) {
        return std::unexpected(error(errc::invalid_argument, reason::bad_path).about(directory));
    }
    struct closer {
        DIR* dir;
        ~closer() {
            if (dir != nullptr) {
                (void)::closedir(dir);
            }
        }
    };
    errno = 0;
    closer open{::opendir(folder.c_str())};
    if (open.dir == nullptr) {
        return std::unexpected(file_error(directory, errno, errno == ENOTDIR ? reason::not_a_directory : reason::none));
    }
    while (const dirent* entry = ::readdir(open.dir)) { // NOLINT(concurrency-mt-unsafe): a stream of its own
        path_string path;
        struct stat info = {};
        if (path.assign(directory) && path.append("/") && path.append(entry->d_name) &&
            ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && !each(path.view())) {
            break;
        }
    }
    return {};
}
#endif
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
