// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

namespace tlspp::inline TLSPP_ABI {
template <class NextLayer>
class asio_stream;

namespace detail {

/// The Asio that an executor belongs to: its member `type` has what is used of that Asio.
template <class Executor>
struct asio_flavour {
    static_assert(sizeof(Executor) == 0,
                  "asio_stream needs a next layer of the Asio that <tlspp/asio.hpp> was included "
                  "for: include <tlspp/boost_asio.hpp> for Boost's");
};
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI
