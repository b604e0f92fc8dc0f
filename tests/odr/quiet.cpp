// SPDX-License-Identifier: BSL-1.0
// Compiled with -fno-exceptions.
#include "odr.hpp"

seen seen_by_quiet() {
    auto const context = tlspp::client_context::create({.verify = tlspp::verify_mode::insecure_none});
    return {returns(judge{nullptr}) && context &&
                first_error(context->wrap(modem{nullptr}, "localhost")) == tlspp::errc::want_read,
            tlspp::detail::suite_table};
}
