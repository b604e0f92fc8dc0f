// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/dns_syntax.hpp>

#include "form_gap.hpp"
#include <string>
#include <string_view>

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

TEST_CASE("what a host name looks like", "[dns_syntax]") {
    using x509::is_preferred_name;
    for (auto const* good : {"a.example", "A.EXAMPLE", "localhost", "xn--caf-dma.example", "1.example", "*.a.example",
                             "a-b.c--d.example", "3com.com"}) {
        CHECK(is_preferred_name(good));
    }
    for (auto const* bad : {"",
                            ".",
                            "*",
                            "*.",
                            "a_b.example",
                            "_dmarc.example",
                            "-a.example",
                            "a-.example",
                            "a.-example",
                            "a.example-",
                            "a.example.",
                            ".a.example",
                            "a..example",
                            "a b.example",
                            "b*.example",
                            "a.*.example",
                            "*.*.example",
                            "192.0.2.1",
                            "1.2",
                            "a/b",
                            "a@b.example",
                            "caf\xC3\xA9.example"}) {
        INFO(bad);
        CHECK_FALSE(is_preferred_name(bad));
    }
    CHECK(is_preferred_name(std::string(63, 'a') + ".example"));
    CHECK_FALSE(is_preferred_name(std::string(64, 'a') + ".example"));
    CHECK_FALSE(is_preferred_name(std::string_view("a\0.example", 10)));
}

TEST_CASE("a DNS name is a host name", "[dns_syntax]") {
    CHECK(judge_form(build({}, {}, {.dns_names = {"a.example", "*.b.example"}})).empty());
    form_gap(build({}, {}, {.dns_names = {"a.example", "a_b.example"}}), verify_flag::dns_syntax,
             &verify_policy::insecure_no_dns_syntax);
}
