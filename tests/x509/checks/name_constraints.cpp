// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/name_constraints.hpp>

#include "../chains.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using chains::build;
using chains::judge;
using x509::containment;

namespace {
bool allowed(const dev::authority_options& ca, const dev::certificate_options& leaf) {
    auto const b = build({}, {ca}, leaf);
    auto const found = judge(b);
    CHECK((found.empty() || found == verify_flag::name_constraints));
    // where the extension is not critical, Mbed TLS accepts all of them
    auto relaxed = ca;
    relaxed.name_constraints_critical = false;
    auto const r = build({}, {relaxed}, leaf);
    CHECK(judge(r) == found);
    CHECK(chains::mbedtls_accepts(r));
    return found.empty();
}
} // namespace

TEST_CASE("names lie within what a CA may certify", "[name_constraints]") {
    SECTION("DNS") {
        dev::authority_options const ca{.permitted = {"DNS:example.com"}};
        CHECK(allowed(ca, {.dns_names = {"example.com"}}));
        CHECK(allowed(ca, {.dns_names = {"a.b.EXAMPLE.com", "*.example.com"}}));
        CHECK_FALSE(allowed(ca, {.dns_names = {"badexample.com"}}));
        CHECK_FALSE(allowed(ca, {.dns_names = {"example.com", "example.org"}}));
        CHECK_FALSE(allowed(ca, {.dns_names = {"*.com"}}));
        CHECK(allowed(ca, {.ip_addresses = {"192.0.2.1"}}));    // another kind
        CHECK(allowed(ca, {.common_name = "www.example.org"})); // a common name is no DNS name
    }
    SECTION("excluded DNS") {
        dev::authority_options const ca{.excluded = {"DNS:bad.example.com"}};
        CHECK(allowed(ca, {.dns_names = {"good.example.com"}}));
        CHECK(allowed(ca, {.dns_names = {"example.com", "xbad.example.com"}}));
        CHECK_FALSE(allowed(ca, {.dns_names = {"bad.example.com"}}));
        CHECK_FALSE(allowed(ca, {.dns_names = {"a.bad.example.com"}}));
        CHECK_FALSE(allowed(ca, {.dns_names = {"*.example.com"}})); // stands for bad.example.com too
        CHECK(allowed(ca, {.dns_names = {"*.good.example.com"}}));
    }
    SECTION("both") {
        dev::authority_options const ca{.permitted = {"DNS:example.com"}, .excluded = {"DNS:x.example.com"}};
        CHECK(allowed(ca, {.dns_names = {"y.example.com"}}));
        CHECK_FALSE(allowed(ca, {.dns_names = {"x.example.com"}}));
        CHECK_FALSE(allowed(ca, {.dns_names = {"example.org"}}));
    }
    SECTION("addresses") {
        dev::authority_options const ca{.permitted = {"IP:192.0.2.0/24", "IP:2001:db8::/32"}};
        CHECK(allowed(ca, {.ip_addresses = {"192.0.2.255", "2001:db8:1::1"}}));
        CHECK_FALSE(allowed(ca, {.ip_addresses = {"192.0.3.1"}}));
        CHECK_FALSE(allowed(ca, {.ip_addresses = {"2001:db9::1"}}));
        dev::authority_options const four{.permitted = {"IP:0.0.0.0/0"}};
        CHECK(allowed(four, {.ip_addresses = {"10.0.0.1"}}));
        CHECK_FALSE(allowed(four, {.ip_addresses = {"::1"}}));
        CHECK_FALSE(allowed({.excluded = {"IP:0.0.0.0/0"}}, {.ip_addresses = {"10.0.0.1"}}));
        CHECK(allowed({.excluded = {"IP:0.0.0.0/0"}}, {.ip_addresses = {"::1"}}));
    }
    SECTION("mailboxes") {
        CHECK(allowed({.permitted = {"email:me@example.com"}}, {.email_addresses = {"me@EXAMPLE.com"}}));
        CHECK_FALSE(allowed({.permitted = {"email:me@example.com"}}, {.email_addresses = {"you@example.com"}}));
        CHECK(allowed({.permitted = {"email:example.com"}}, {.email_addresses = {"you@example.com"}}));
        CHECK_FALSE(allowed({.permitted = {"email:example.com"}}, {.email_addresses = {"you@a.example.com"}}));
        CHECK(allowed({.permitted = {"email:.example.com"}}, {.email_addresses = {"you@a.example.com"}}));
        CHECK_FALSE(allowed({.permitted = {"email:.example.com"}}, {.email_addresses = {"you@example.com"}}));
        CHECK_FALSE(allowed({.excluded = {"email:example.com"}}, {.email_addresses = {"you@example.com"}}));
        CHECK_FALSE(allowed({.permitted = {"email:example.com"}},
                            {.dns_names = {"a.example"}, .subject = "CN=a,emailAddress=me@example.org"}));
    }
    SECTION("URIs") {
        CHECK(allowed({.permitted = {"URI:example.com"}}, {.uris = {"https://me@Example.com:80/x"}}));
        CHECK_FALSE(allowed({.permitted = {"URI:example.com"}}, {.uris = {"https://a.example.com/"}}));
        CHECK(allowed({.permitted = {"URI:.example.com"}}, {.uris = {"https://a.example.com/"}}));
        CHECK_FALSE(allowed({.permitted = {"URI:example.com"}}, {.uris = {"urn:isbn:1"}}));
        CHECK_FALSE(allowed({.excluded = {"URI:example.com"}}, {.uris = {"https://192.0.2.1/"}}));
        CHECK_FALSE(allowed({.excluded = {"URI:example.com"}}, {.uris = {"https://example.com/"}}));
    }
    SECTION("directory names") {
        dev::authority_options const ca{.permitted = {"dirName:C=DE,O=Example"}};
        CHECK(allowed(ca, {.dns_names = {"a.example"}, .subject = "C=DE,O=Example,CN=a"}));
        CHECK(allowed(ca, {.dns_names = {"a.example"}, .subject = "C=DE,O=  eXample ,CN=a"}));
        CHECK_FALSE(allowed(ca, {.dns_names = {"a.example"}, .subject = "C=DE,O=Other,CN=a"}));
        CHECK_FALSE(allowed(ca, {.dns_names = {"a.example"}, .subject = "O=Example,C=DE,CN=a"}));
        CHECK(allowed({.excluded = {"dirName:C=US"}}, {.dns_names = {"a.example"}, .subject = "C=DE,CN=a"}));
        CHECK_FALSE(allowed({.excluded = {"dirName:C=US"}}, {.dns_names = {"a.example"}, .subject = "C=US,CN=a"}));
        CHECK_FALSE(allowed({.excluded = {"dirName:C=US"}},
                            {.alternative_names = {"dirName:C=US,O=x"}, .subject = "C=DE,CN=a"}));
    }
}

TEST_CASE("constraints of every CA count, for every certificate below it", "[name_constraints]") {
    dev::certificate_options const leaf{.dns_names = {"a.example.com"}};
    CHECK(judge(build({.permitted = {"DNS:example.com"}}, {}, leaf)).empty());
    CHECK(judge(build({.permitted = {"DNS:example.org"}}, {}, leaf)) == verify_flag::name_constraints); // an anchor's
    CHECK(judge(build({.permitted = {"DNS:com"}}, {{.permitted = {"DNS:example.com"}}}, leaf)).empty());
    CHECK(judge(build({.permitted = {"DNS:com"}}, {{.permitted = {"DNS:org"}}}, leaf)) ==
          verify_flag::name_constraints);
    // names that an intermediate has itself
    CHECK(judge(build({.permitted = {"DNS:example.com"}}, {{.dns_names = {"ca.example.org"}}}, leaf)) ==
          verify_flag::name_constraints);
    // a leaf is no CA
    CHECK(judge(build({}, {}, {.dns_names = {"a.example.com"}, .permitted = {"DNS:example.com"}})) ==
          verify_flag::name_constraints);
    CHECK(judge(build({}, {},
                      {.dns_names = {"a.example.com"},
                       .permitted = {"DNS:example.com"},
                       .name_constraints_critical = false})) == verify_flag::name_constraints);
    // switched off by name
    CHECK(chains::judge_with(build({.permitted = {"DNS:org"}}, {}, leaf), {.insecure_no_name_constraints = true})
              .empty());
}

TEST_CASE("a CA's next certificate of its own is exempt, another CA's and the peer's are not", "[name_constraints]") {
    std::string const mailbox = "CN=Root,emailAddress=ca@example.org";
    dev::authority_options const root{.subject = mailbox, .excluded = {"email:example.org"}};
    CHECK(judge(build(root, {{.subject = mailbox}})).empty());
    CHECK(judge(build(root, {{.subject = "CN=Other,emailAddress=ca@example.org"}})) == verify_flag::name_constraints);
    CHECK(judge(build(root, {}, {.dns_names = {"a.example"}, .subject = mailbox})) == verify_flag::name_constraints);
}

TEST_CASE("what cannot be understood is refused", "[name_constraints]") {
    auto const with = [](std::string_view der, dev::certificate_options leaf = {.dns_names = {"a.example"}}) {
        return judge(build({}, {{.extensions = {{"2.5.29.30", samples::octets(der), true}}}}, std::move(leaf)));
    };
    CHECK(with({"\x30\x00", 2}) == verify_flag::name_constraints);
    CHECK(with({"\x30\x02\xA0\x00", 4}) == verify_flag::name_constraints);
    CHECK(with({"\x30\x04\xA0\x00\xA1\x00", 6}) == verify_flag::name_constraints);
    CHECK(with("\x05\x01\x01") == verify_flag::name_constraints);
    CHECK(with("\x30\x0d\xA0\x0b\x30\x09\x82\x07"
               "example")
              .empty());
    CHECK(with("\x30\x0e\xA0\x0c\x30\x0a\x82\x08"
               ".example") == verify_flag::name_constraints);
    CHECK(with({"\x30\x10\xA0\x0e\x30\x0c\x82\x07"
                "example\x80\x01\x00",
                18})
              .empty());
    CHECK(with("\x30\x10\xA0\x0e\x30\x0c\x82\x07"
               "example\x80\x01\x01") == verify_flag::name_constraints);
    CHECK(with("\x30\x10\xA0\x0e\x30\x0c\x82\x07"
               "example\x81\x01\x05") == verify_flag::name_constraints);
    CHECK(with("\x30\x09\xA0\x07\x30\x05\x87\x03"
               "abc") == verify_flag::name_constraints);
    // a mask with a hole
    CHECK(with({"\x30\x0e\xA0\x0c\x30\x0a\x87\x08\x0A\x00\x00\x00\xFF\x00\xFF\x00", 16}) ==
          verify_flag::name_constraints);
    // malformed names under a constraint of their kind
    CHECK(with("\x30\x0d\xA0\x0b\x30\x09\x82\x07"
               "example",
               {.dns_names = {"a.example", ".example"}}) == verify_flag::name_constraints);
    CHECK(with("\x30\x0d\xA1\x0b\x30\x09\x82\x07"
               "invalid",
               {.dns_names = {"a.example", "a..b"}}) == verify_flag::name_constraints);
    CHECK(judge(build({}, {}, {.dns_names = {"a.example", "a..b"}})).empty());
}

TEST_CASE("subtrees of each kind", "[name_constraints]") {
    CHECK(x509::dns_in("a.b", "") == containment::inside);
    CHECK(x509::dns_in("*.a.b", "x.a.b") == containment::partly);
    CHECK(x509::dns_in("*.a.b", "y.x.a.b") == containment::outside);
    CHECK(x509::dns_in("*.a.b", "a.b") == containment::inside);
    CHECK(x509::dns_in("a*.b", "b") == containment::unclear);
    CHECK(x509::dns_in("a.b", "*.b") == containment::unclear);
    CHECK(x509::dns_in("", "b") == containment::unclear);
    CHECK(x509::email_in("**@example.com", "**@example.com") == containment::inside);
    CHECK(x509::email_in("*@example.com", "**@example.com") == containment::outside);
    CHECK(x509::email_in("\"a@b\"@c.d", "c.d") == containment::inside);
    CHECK(x509::email_in("a@b@c.d", "c.d") == containment::unclear);
    CHECK(x509::email_in("a@c.d", "x@y@c.d") == containment::unclear);
    CHECK(x509::email_in("c.d", "c.d") == containment::unclear);
    CHECK(x509::uri_host("https://u:p@a.example:1/x@y") == "a.example");
    CHECK(x509::uri_host("https://a.example?x") == "a.example");
    CHECK(x509::uri_host("https://[::1]/").empty());
    CHECK(x509::uri_host("https://192.0.2.1/").empty());
    CHECK(x509::uri_host("mailto:a@b").empty());
    CHECK(x509::uri_host("://a").empty());
    CHECK(x509::uri_host("").empty());
}

TEST_CASE("many names under many constraints end in time", "[name_constraints]") {
    dev::authority_options ca;
    dev::certificate_options leaf;
    for (int i = 0; i != 700; ++i) {
        ca.permitted.push_back("DNS:p" + std::to_string(i) + ".example");
        leaf.dns_names.push_back("a.p" + std::to_string(i) + ".example");
    }
    CHECK(judge(build({}, {ca}, leaf)) == verify_flag::name_constraints);
    leaf.dns_names.resize(100);
    CHECK(judge(build({}, {ca}, leaf)).empty());
}
