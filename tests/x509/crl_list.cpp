// SPDX-License-Identifier: BSL-1.0
#include "../support/temporary_folder.hpp"
#include "samples.hpp"

#include <tlspp/x509/crl_list.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace tlspp;

namespace {
std::string pem(const dev::crl_options& options = {}) { return or_throw(samples::ca().crl_pem({"0A"}, options)); }
std::string delta() {
    return pem({.extensions = {{"2.5.29.27", samples::octets(std::string_view("\x02\x01\x01")), true}}});
}
} // namespace

TEST_CASE("a text holds several CRLs", "[crl_list]") {
    auto const certificate = samples::ca().certificate_pem();
    auto const lists = or_throw(crl_list::from_pem("intro\n" + pem() + certificate + pem({.number = "02"}) + pem()));
    REQUIRE(lists.size() == 3);
    CHECK(samples::hex(lists[1].number()) == "02");
    for (const crl& one : lists) {
        CHECK(one.find(samples::octets("\x0A")));
    }
    auto const der = or_throw(crl_list::from_der(lists[0].der()));
    CHECK(der[0] == lists[0]);
    CHECK(or_throw(crl_list::parse(lists[0].der())).size() == 1);
}

TEST_CASE("a list is made of CRLs, and grows", "[crl_list]") {
    auto const one = or_throw(crl::from_pem(pem()));
    crl_list const alone = one;
    CHECK(alone.size() == 1);
    crl_list const many{one, one, one, one, one, one};
    CHECK(many.size() == 6);
    CHECK(many[5] == one);
    crl_list const none;
    CHECK(none.empty());
    CHECK(none.begin() == none.end());
    CHECK_FALSE(none.first_error());
}

TEST_CASE("texts are read strictly", "[crl_list]") {
    CHECK(crl_list::from_pem("").error() == errc::malformed);
    CHECK(crl_list::from_pem(samples::ca().certificate_pem()).error().why() == reason::no_crl_in_file);
    CHECK(crl_list::from_pem(pem() + delta()).error().why() == reason::crl_delta);
    CHECK(crl_list::from_pem(pem() + "-----BEGIN X509 CRL-----\nAAAA\n").error() == errc::malformed);
}

TEST_CASE("files are read strictly, and errors name them", "[crl_list]") {
    test::temporary_folder const folder;
    CHECK(or_throw(crl_list::from_file(folder.write("good.pem", pem() + pem()))).size() == 2);
    std::string const der(or_throw(crl::from_pem(pem())).der().text());
    CHECK(or_throw(crl_list::from_file(folder.write("good.der", der))).size() == 1);
    auto const bad = crl_list::from_file(folder.write("bad.pem", pem() + delta()));
    REQUIRE_FALSE(bad);
    CHECK(bad.error().why() == reason::crl_delta);
    CHECK(bad.error().subject().ends_with("bad.pem"));
    CHECK(crl_list::from_file(folder.path() + "/none.pem").error() == errc::file);
    CHECK(crl_list::from_file(folder.path()).error() == errc::file);
}

TEST_CASE("folders are read leniently, and tell what was left out", "[crl_list]") {
    test::temporary_folder const folder;
    CHECK(crl_list::from_directory(folder.path()).error().why() == reason::no_crl_in_file);
    folder.write("a.pem", pem() + pem());
    folder.write("README", "no CRL here");
    folder.write("ca.pem", samples::ca().certificate_pem());
    auto lists = or_throw(crl_list::from_directory(folder.path()));
    CHECK(lists.size() == 2);
    CHECK(lists.skipped() == 0);
    folder.write("delta.pem", delta());
    lists = or_throw(crl_list::from_directory(folder.path()));
    CHECK(lists.size() == 2);
    CHECK(lists.skipped() == 1);
    REQUIRE(lists.first_error());
    CHECK(lists.first_error()->why() == reason::crl_delta);
    CHECK(lists.first_error()->subject().ends_with("delta.pem"));
    CHECK(crl_list::from_directory(folder.path() + "/none").error() == errc::file);
}
