// SPDX-License-Identifier: BSL-1.0

// The tests of asio.cpp, over Boost.Asio.
#define TLSPP_TEST_BOOST_ASIO 1
#include "asio.cpp" // NOLINT
