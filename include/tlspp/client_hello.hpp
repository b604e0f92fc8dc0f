// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/alert.hpp>
#include <tlspp/bytes.hpp>
#include <tlspp/cipher_suite.hpp>
#include <tlspp/detail/function.hpp>
#include <tlspp/detail/hello_fields.hpp>
#include <tlspp/detail/hello_verdict.hpp>
#include <tlspp/named_group.hpp>
#include <tlspp/protocol.hpp>
#include <tlspp/signature_scheme.hpp>

#include <optional>

namespace tlspp::inline TLSPP_ABI {
template <role>
class context;

/// A range of numbers on the wire, in the peer's order, those that nobody knows (RFC 8701) among them.
class wire_numbers {
public:
    /// Goes through the numbers.
    class iterator {
    public:
        using value_type = std::uint16_t;
        using difference_type = std::ptrdiff_t;
        iterator() noexcept = default;
        /// Made by `begin()` and `end()`.
        explicit iterator(const std::byte* at) noexcept : at_(at) {}
        std::uint16_t operator*() const noexcept {
            return static_cast<std::uint16_t>(static_cast<unsigned>(at_[0]) << 8 | static_cast<unsigned>(at_[1]));
        }
        iterator& operator++() noexcept {
            at_ += 2;
            return *this;
        }
        iterator operator++(int) noexcept {
            iterator const before = *this;
            at_ += 2;
            return before;
        }
        friend bool operator==(iterator, iterator) noexcept = default;

    private:
        const std::byte* at_ = nullptr;
    };

    /// Of a list as it stands in the message, without the length before it.
    explicit wire_numbers(bytes list) noexcept : list_(list) {}
    iterator begin() const noexcept { return iterator{list_.begin()}; }
    iterator end() const noexcept { return iterator{list_.end()}; }
    std::size_t size() const noexcept { return list_.size() / 2; }
    bool empty() const noexcept { return list_.empty(); }
    bool contains(std::uint16_t number) const noexcept {
        for (auto const one : *this) {
            if (one == number) {
                return true;
            }
        }
        return false;
    }

private:
    bytes list_;
};

/// The protocol names that a client offers by ALPN, most wanted first.
class offered_protocols {
public:
    /// Goes through the names.
    class iterator {
    public:
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        iterator() noexcept = default;
        /// Made by `begin()` and `end()`.
        explicit iterator(const std::byte* at) noexcept : at_(at) {}
        std::string_view operator*() const noexcept {
            return {reinterpret_cast<const char*>(at_ + 1), static_cast<std::size_t>(*at_)};
        }
        iterator& operator++() noexcept {
            at_ += 1 + static_cast<std::size_t>(*at_);
            return *this;
        }
        iterator operator++(int) noexcept {
            iterator const before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(iterator, iterator) noexcept = default;

    private:
        const std::byte* at_ = nullptr;
    };

    /// Of a list as it stands in the message, without the length before it.
    explicit offered_protocols(bytes list) noexcept : list_(list) {}
    iterator begin() const noexcept { return iterator{list_.begin()}; }
    iterator end() const noexcept { return iterator{list_.end()}; }
    bool empty() const noexcept { return list_.empty(); }

private:
    bytes list_;
};

/// What `server_options::on_client_hello` sees: what a client asks for and offers, before anything was decided; and
/// what it decides: which identity or which whole context serves this client, or that none does. Who decides nothing
/// leaves everything as the options have it.
///
/// After a HelloRetryRequest (RFC 8446 §4.1.4) the client says hello once more, and it is asked once more.
/// \par Lifetime A view, until the callback returns.
class client_hello {
public:
    /// The name that the client asked for by SNI; empty where it sent none. As it came, so not necessarily a name.
    std::string_view server_name() const noexcept { return fields_->name; }
    /// True for the second one, after a HelloRetryRequest.
    bool is_retry() const noexcept { return retry_; }

    /// The application protocols offered, most wanted first; empty where there is no ALPN.
    offered_protocols alpn() const noexcept { return offered_protocols{fields_->protocols}; }
    /// The versions offered, as they stand on the wire.
    wire_numbers versions() const noexcept { return wire_numbers{fields_->versions}; }
    /// The suites offered, most wanted first, with those that nobody here knows.
    wire_numbers cipher_suites() const noexcept { return wire_numbers{fields_->suites}; }
    /// The groups offered, most wanted first.
    wire_numbers groups() const noexcept { return wire_numbers{fields_->groups}; }
    /// The signature algorithms offered, most wanted first.
    wire_numbers signature_schemes() const noexcept { return wire_numbers{fields_->schemes}; }

    /// Whether the version is among those offered.
    bool offers(version v) const noexcept { return versions().contains(static_cast<std::uint16_t>(v)); }
    /// Whether the suite is among those offered.
    bool offers(cipher_suite s) const noexcept { return cipher_suites().contains(static_cast<std::uint16_t>(s)); }
    /// Whether the group is among those offered.
    bool offers(named_group g) const noexcept { return groups().contains(static_cast<std::uint16_t>(g)); }
    /// Whether the signature algorithm is among those offered.
    bool offers(signature_scheme s) const noexcept {
        return signature_schemes().contains(static_cast<std::uint16_t>(s));
    }
    /// Whether the application protocol is among those offered.
    bool offers_alpn(std::string_view protocol) const noexcept {
        for (auto const one : alpn()) {
            if (one == protocol) {
                return true;
            }
        }
        return false;
    }
    /// The content of an extension by its IANA number; nothing where the client sent none.
    std::optional<bytes> extension(std::uint16_t number) const noexcept {
        bytes content;
        if (!detail::hello_fields::find(fields_->extensions, number, content)) {
            return std::nullopt;
        }
        return content;
    }

    /// Shows this identity instead of those of the context, whatever name the client asked for. Called again, up to 4
    /// times, it adds one, and the client gets the first that suits what it offers (RSA and ECDSA, say).
    template <bool Use = true>
    void use([[maybe_unused]] const identity& own) noexcept {
#if TLSPP_HAS_X509
        verdict_->add(own);
#else
        detail::needs_x509<Use>();
#endif
    }
    /// Goes on under another context, as if the connection had been made by it: its identities, versions, suites, ALPN,
    /// `client_auth`, trust and checks. Its own `on_client_hello` is not called. After a HelloRetryRequest it is too
    /// late for another one than the first time.
    void use(const context<role::server>& other) noexcept;
    /// Ends the handshake with this alert. Whatever else was decided does not count then.
    void refuse(alert why) noexcept { verdict_->refuse(why); }

    /// \cond
    client_hello(const detail::hello_fields& fields, bool retry, detail::hello_verdict& verdict) noexcept
        : fields_(&fields), verdict_(&verdict), retry_(retry) {}
    client_hello(const client_hello&) = delete;
    client_hello& operator=(const client_hello&) = delete;
    /// \endcond

private:
    const detail::hello_fields* fields_;
    detail::hello_verdict* verdict_;
    bool retry_;
};

/// The type of `on_client_hello`: made from any callable that takes a `client_hello&`. Its copies share one object. It
/// may be called by several threads at once, where several connections are, and must not touch the connection that it
/// is called for. What it throws ends the handshake with `errc::callback`; the client is told `handshake_failure`.
using client_hello_hook = detail::function<void(client_hello&)>;
} // namespace tlspp::inline TLSPP_ABI
