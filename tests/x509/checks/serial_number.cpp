// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/serial_number.hpp>

#include "form_gap.hpp"
#include <string>

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

TEST_CASE("a serial number is positive and not too long", "[serial_number]") {
    using x509::is_serial_number;
    CHECK(is_serial_number(std::string_view("\x01")));
    CHECK(is_serial_number(std::string_view("\x7F")));
    CHECK(is_serial_number(std::string_view("\x00\x80", 2)));
    CHECK(is_serial_number(std::string(20, '\x7F')));
    CHECK(is_serial_number(std::string(1, '\0') + std::string(20, '\xFF')));
    CHECK_FALSE(is_serial_number(std::string_view("")));
    CHECK_FALSE(is_serial_number(std::string_view("\0", 1)));
    CHECK_FALSE(is_serial_number(std::string_view("\x80"))); // negative
    CHECK_FALSE(is_serial_number(std::string(21, '\x7F')));
    CHECK_FALSE(is_serial_number(std::string(1, '\0') + std::string(21, '\xFF')));
}

TEST_CASE("a serial number of zero is not a public CA's", "[serial_number]") {
    auto const flag = verify_flag::serial_number;
    form_gap(build({}, {}, {.dns_names = {"a.example"}, .serial = "00"}), flag,
             &verify_policy::insecure_no_serial_number);
    form_gap(build({}, {{.serial = "00"}}), flag, &verify_policy::insecure_no_serial_number);
    CHECK(judge_form(build({.serial = "00"}, {{}})).empty()); // roots with serial number 0 are in use
}
