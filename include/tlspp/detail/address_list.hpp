// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/socket_api.hpp>
#include <tlspp/detail/text_writer.hpp>
#include <tlspp/error.hpp>

#include <utility>

namespace tlspp::inline TLSPP_ABI::detail {

/// `host:port`, for errors; an IPv6 address gets brackets.
inline error about_host(error e, std::string_view host, std::uint16_t port) noexcept {
#if TLSPP_SENTENCES
    char text[error::subject_capacity + 8 + 280];
    text_writer out{text};
    bool const brackets = host.find(':') != std::string_view::npos;
    out << (brackets ? "[" : "") << (host.empty() ? std::string_view{"*"} : host) << (brackets ? "]:" : ":");
    out.decimal(port);
    return e.about({text, out.size()});
#else
    (void)host;
    (void)port;
    return e;
#endif
}

/// The addresses of a host name, as the system's resolver orders them (RFC 6724).
class address_list {
public:
    address_list(address_list&& other) noexcept : first_(std::exchange(other.first_, nullptr)) {}
    address_list& operator=(address_list&& other) noexcept {
        std::swap(first_, other.first_);
        return *this;
    }
    ~address_list() {
        if (first_ != nullptr) {
            net::free_addresses(first_);
        }
    }
    const addrinfo* first() const noexcept { return first_; }

    /// Asks the resolver. With `to_listen` an empty host means every address of this machine.
    static result<address_list> of(std::string_view host, std::uint16_t port, bool to_listen) noexcept {
        char name[256];
        if (host.size() >= sizeof name) {
            return std::unexpected(error{errc::invalid_name, reason::name_too_long}.about(host));
        }
        if (host.empty() && !to_listen) {
            return std::unexpected(error{errc::invalid_name, reason::name_empty});
        }
        if (host.find('\0') != std::string_view::npos) {
            return std::unexpected(error{errc::invalid_name, reason::name_nul}.about(host));
        }
        text_writer{name} << host;
        char service[8];
        text_writer{service}.decimal(port);
        addrinfo hints = {};
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_protocol = IPPROTO_TCP;
        hints.ai_flags = to_listen ? AI_PASSIVE | AI_NUMERICSERV : AI_NUMERICSERV;
        if (!net::start()) {
            return std::unexpected(error{errc::transport}.with_system(net::last_error()));
        }
        addrinfo* found = nullptr;
        int const status = net::resolve(host.empty() ? nullptr : name, service, &hints, &found);
        if (status == EAI_MEMORY) {
            return std::unexpected(error{errc::out_of_memory});
        }
        if (status != 0 || found == nullptr) {
            return std::unexpected(error{errc::resolve, is_unanswered(status) ? reason::name_service : reason::none}
                                       .with_system(status)
                                       .about(host));
        }
        return address_list{found};
    }

private:
    explicit address_list(addrinfo* first) noexcept : first_(first) {}

    /// The resolver got no answer, which says nothing about the name.
    static bool is_unanswered([[maybe_unused]] int status) noexcept {
#if defined(EAI_AGAIN)
        if (status == EAI_AGAIN) {
            return true;
        }
#endif
#if defined(EAI_SYSTEM)
        if (status == EAI_SYSTEM) {
            return true;
        }
#endif
        return false;
    }

    addrinfo* first_;
};
} // namespace tlspp::inline TLSPP_ABI::detail
