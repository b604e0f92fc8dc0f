// SPDX-License-Identifier: BSL-1.0
#include <tlspp/error.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <string>

using namespace tlspp;

namespace {
bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
std::string text_of(const error& e) { return std::string{e.message().view()}; }
} // namespace

TEST_CASE("an error compares with its code and keeps its facts") {
    auto const e = error{errc::transport, reason::none, -0x7280}.with_system(ECONNREFUSED).about("localhost:1");
    CHECK(e == errc::transport);
    CHECK_FALSE(e == errc::truncated);
    CHECK(e.system() == ECONNREFUSED);
    CHECK(e.mbedtls_code() == -0x7280);
    CHECK(e.subject() == "localhost:1");
    CHECK(e.flags().empty());
    CHECK_FALSE(e.alert().has_value());
    CHECK(e.with(alert::unknown_ca).alert() == alert::unknown_ca);
}

TEST_CASE("every code and every reason has a sentence that says something") {
    for (int i = 1; i <= static_cast<int>(errc::internal); ++i) {
        auto const text = text_of(error{static_cast<errc>(i)});
        INFO(i);
        CHECK(text.size() > 10);
        CHECK_FALSE(contains(text, "unknown error"));
        CHECK_FALSE(contains(text, "{}"));
    }
    for (int i = 1; i < static_cast<int>(reason::last_of_core); ++i) {
        auto const fine = detail::sentence_of(static_cast<reason>(i));
        INFO(i);
        CHECK_FALSE(fine.what.empty());
        CHECK_FALSE(fine.advice.empty());
    }
}

TEST_CASE("a refused certificate names the name and each reason") {
    auto const text = text_of(error{errc::certificate_rejected}
                                  .with(verify_flag::expired | verify_flag::name_mismatch)
                                  .about("wrong.example"));
    CHECK(contains(text, "wrong.example"));
    CHECK(contains(text, "expired"));
    CHECK(contains(text, "not for this name"));
    CHECK_FALSE(contains(text, "trusted CA"));
}

TEST_CASE("a file error has the path and the system's words") {
    auto const text = text_of(error{errc::file}.with_system(ENOENT).about("/no/such/file.pem"));
    CHECK(contains(text, "'/no/such/file.pem'"));
    CHECK(contains(text, "No such file"));
}

TEST_CASE("the end of a long subject is kept") {
    std::string const path = "/a/" + std::string(100, 'b') + "/server.pem";
    auto const e = error{errc::file}.about(path);
    CHECK(e.subject().size() == error::subject_capacity);
    CHECK(e.subject().starts_with("..."));
    CHECK(e.subject().ends_with("/server.pem"));
}

TEST_CASE("no control character of a subject reaches a terminal") {
    CHECK(error{errc::file}.about("a\x1b[31m\n").subject() == "a?[31m?");
}

TEST_CASE("a sentence is cut where the buffer ends, and always ended") {
    auto const e = error{errc::truncated};
    char small[8];
    CHECK(e.describe(small) == 7);
    CHECK(small[7] == '\0');
    CHECK(std::string_view{small} == text_of(e).substr(0, 7));
    char one[1] = {'x'};
    CHECK(e.describe(one) == 0);
    CHECK(one[0] == '\0');
    CHECK(e.describe({}) == 0);
}

TEST_CASE("the longest sentence fits whole") {
    auto const e = error{errc::certificate_rejected}.with(verify_flags{~std::uint64_t{0}}).about(std::string(47, 'x'));
    CHECK(e.message().view().size() <= 479);
}

TEST_CASE("or_throw gives the value or throws the sentence") {
    CHECK(or_throw(result<int>{7}) == 7);
    or_throw(result<void>{});
    result<int> held{5};
    or_throw(held) = 6;
    CHECK(*held == 6);
    try {
        or_throw(result<int>{std::unexpected(error{errc::no_trust})});
        FAIL("nothing was thrown");
    } catch (const failure& f) {
        CHECK(f.error() == errc::no_trust);
        CHECK(std::string_view{f.what()} == error{errc::no_trust}.message().view());
    }
    CHECK_THROWS_AS(or_throw(result<void>{std::unexpected(error{errc::closed})}), std::exception);
}

TEST_CASE("what to do about a refused chain follows its flags") {
    auto const advice = [](tlspp::verify_flags flags) {
        auto const text = tlspp::error(tlspp::errc::certificate_rejected).with(flags).message();
        std::string const all(text.view());
        return all.substr(all.rfind("; ") + 2);
    };
    using tlspp::verify_flag;
    CHECK(advice(verify_flag::name_mismatch) ==
          "connect to a name that the certificate has in subjectAltName, or have this one added");
    CHECK(advice(verify_flag::not_trusted).starts_with("put the CA that issued it into .trust"));
    // one cause explains the other: a chain that is not trusted comes first
    CHECK(advice(verify_flag::not_trusted | verify_flag::name_mismatch) == advice(verify_flag::not_trusted));
    CHECK(advice(verify_flag::expired).find("clock") != std::string::npos);
    CHECK(advice({}) == "check the name you connect to, the trust store and the peer's chain");
    for (unsigned bit = 0; bit != 64; ++bit) {
        if (auto const flag = tlspp::verify_flags(std::uint64_t{1} << bit); !flag.empty()) {
            CHECK(!advice(flag).empty());
        }
    }
}
