// SPDX-License-Identifier: BSL-1.0
#include <tlspp/chrono.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using namespace std::chrono_literals;

TEST_CASE("points in time go to and from std::chrono", "[chrono]") {
    using std::chrono::sys_days;
    CHECK(to_sys_seconds(0) == sys_days{1970y / 1 / 1});
    CHECK(to_sys_seconds(1579792439) == sys_days{2020y / 1 / 23} + 15h + 13min + 59s);
    CHECK(to_sys_seconds(253402300799) == sys_days{9999y / 12 / 31} + 23h + 59min + 59s);
    CHECK(to_sys_seconds(-1) == sys_days{1969y / 12 / 31} + 23h + 59min + 59s);
    CHECK(to_unix_seconds(sys_days{2020y / 1 / 23}) == 1579737600);
    CHECK(to_unix_seconds(sys_days{1970y / 1 / 1} - 1ms) == -1);
    CHECK(to_unix_seconds(to_sys_seconds(12345)) == 12345);
}
