// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "touch.hpp"

#include <vector>

namespace fuzz {
/// Certificates in DER, one after the other; those that cannot be parsed are left out.
inline std::vector<certificate> certificates_of(bytes input) {
    std::vector<certificate> all;
    for (bytes rest = input; !rest.empty() && all.size() != 6;) {
        std::size_t const one = tlspp::detail::der_object_size(rest);
        if (one == 0 || one > rest.size()) {
            break;
        }
        if (auto const parsed = certificate::from_der(rest.first(one))) {
            all.push_back(*parsed);
        }
        rest = rest.without_first(one);
    }
    return all;
}
} // namespace fuzz
