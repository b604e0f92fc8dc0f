// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/connection.hpp>
#include <tlspp/transport.hpp>

namespace tlspp::inline TLSPP_ABI {

/// A connection with its transport, of type T, which it owns.
template <tlspp::transport T>
class stream : public connection {
public:
    /// The transport's type.
    using transport_type = T;

    /// The transport underneath. What is sent or received through it directly is not TLS.
    T& transport() noexcept { return detail::block<T>::of(core()).carrier; }
    /// The same, read only.
    const T& transport() const noexcept { return detail::block<T>::of(core()).carrier; }

    /// Gives the transport back, with every byte that it has read ahead, and ends the connection without a word to the
    /// peer: after `shutdown()`, and after reading up to the peer's close_notify, what follows is plain.
    T release() && noexcept {
        T out = std::move(transport());
        reset();
        return out;
    }

private:
    template <role>
    friend class context;
    explicit stream(detail::core* core) noexcept : connection(core) {}
};
} // namespace tlspp::inline TLSPP_ABI
