// SPDX-License-Identifier: BSL-1.0
#include "odr.hpp"

int main() {
    auto const quiet = seen_by_quiet();
    auto const loud = seen_by_loud();
    return quiet.good && loud.good && quiet.object == loud.object ? 0 : 1;
}
