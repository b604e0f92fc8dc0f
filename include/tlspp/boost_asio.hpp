// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// `asio_stream` over the streams of Boost.Asio, whatever other Asio there is: see `asio.hpp`.
#include <tlspp/detail/asio_boost.hpp>
#include <tlspp/detail/asio_stream.hpp>
