// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// `asio_stream`: TLS over the streams of Asio. Not in the umbrella header.
///
/// Of the two Asios this header takes the one that the unit includes before it; where that is none, the stand-alone one,
/// and Boost's where there is no other or `TLSPP_BOOST_ASIO` is 1. `boost_asio.hpp` always takes Boost's. (A unit that
/// includes both, and both of these headers, needs an Asio that can be included beside Boost's: 1.22 and Boost 1.74
/// cannot. Units of one program may use different ones.)
#if !defined(TLSPP_BOOST_ASIO)
#if (defined(BOOST_ASIO_VERSION) && !defined(ASIO_VERSION)) || !__has_include(<asio/version.hpp>)
/// 1 where this unit takes Boost's Asio, 0 where it takes the stand-alone one.
#define TLSPP_BOOST_ASIO 1
#else
#define TLSPP_BOOST_ASIO 0
#endif
#endif

#if TLSPP_BOOST_ASIO
#include <tlspp/detail/asio_boost.hpp>
#else
#include <tlspp/detail/asio_standalone.hpp>
#endif
#include <tlspp/detail/asio_stream.hpp>
