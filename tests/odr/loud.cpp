// SPDX-License-Identifier: BSL-1.0
// Compiled with exceptions: what the transport throws must end as an error, whichever unit the linker takes the
// trampoline's code from.
#include "odr.hpp"

seen seen_by_loud() {
    auto const context = tlspp::client_context::create({.verify = tlspp::verify_mode::insecure_none});
    bool const caught = !returns(judge{[] { throw 42; }}) && returns(judge{nullptr});
    return {caught && context &&
                first_error(context->wrap(modem{[] { throw 42; }}, "localhost")) == tlspp::errc::callback,
            tlspp::detail::suite_table};
}
