// SPDX-License-Identifier: BSL-1.0
#include "touch.hpp"

/// PEM or DER: what parses can be asked everything, and goes through PEM and back unchanged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fuzz;
    auto const parsed = certificate::parse(bytes(data, size));
    if (!parsed) {
        touch(parsed.error());
        return 0;
    }
    touch(*parsed);
    if (auto const print = parsed->fingerprint()) {
        touch(*print);
    }
    auto const again = certificate::from_pem(to_pem(*parsed));
    require(again.has_value(), "what was parsed can be written as PEM and parsed again");
    require(*again == *parsed, "it is the same after that");
    require(describe(*again) == describe(*parsed), "and reads the same");
    return 0;
}
