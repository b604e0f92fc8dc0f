// SPDX-License-Identifier: BSL-1.0
#include <tlspp/server_name.hpp>

#include <catch2/catch_test_macros.hpp>

#include <arpa/inet.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

using namespace tlspp;

namespace {
std::string repeat(std::string_view part, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i != times; ++i) {
        all += part;
    }
    return all;
}
} // namespace

TEST_CASE("host names are kept as given, without the trailing dot") {
    struct row {
        std::string given;
        std::string kept;
    };
    std::string const label = repeat("a", 63);
    std::string const longest = label + "." + label + "." + label + "." + repeat("b", 61);
    REQUIRE(longest.size() == 253);
    std::vector<row> const rows = {
        {"localhost", "localhost"},
        {"a", "a"},
        {"example.org", "example.org"},
        {"example.org.", "example.org"},
        {"WWW.Example.ORG", "WWW.Example.ORG"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example"},
        {"r3---sn-4g5e6n7.example.com", "r3---sn-4g5e6n7.example.com"},
        {"my_service", "my_service"},
        {"_dmarc.example.org", "_dmarc.example.org"},
        {"3com.com", "3com.com"},
        {"1.2.3.4.example", "1.2.3.4.example"},
        {"123.de", "123.de"},
        {"host.1a", "host.1a"},
        {"0xg", "0xg"},
        {"x0x", "x0x"},
        {"dead.beef", "dead.beef"},
        {label, label},
        {longest, longest},
        {longest + ".", longest},
    };
    for (auto const& [given, kept] : rows) {
        CAPTURE(given);
        auto const name = server_name::parse(given);
        REQUIRE(name);
        CHECK(name->text() == kept);
        CHECK(std::strlen(name->c_str()) == kept.size());
        CHECK(name->kind() == name_kind::dns);
        CHECK(name->address().empty());
    }
}

TEST_CASE("addresses are parsed as the system parses them") {
    std::vector<std::string> const good = {
        "127.0.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "192.0.2.10",
        "::",
        "::1",
        "1::",
        "fe80::1",
        "2001:db8::8:800:200c:417a",
        "2001:DB8:0:0:8:800:200C:417A",
        "1:2:3:4:5:6:7:8",
        "::2:3:4:5:6:7:8",
        "1::3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "1:2:3:4::7:8",
        "0001:0002::",
        "::ffff:1.2.3.4",
        "::1.2.3.4",
        "64:ff9b::192.0.2.33",
        "1:2:3:4:5:6:1.2.3.4",
        "1::5:6:1.2.3.4",
    };
    for (auto const& text : good) {
        CAPTURE(text);
        auto const name = server_name::parse(text);
        REQUIRE(name);
        CHECK(name->kind() == name_kind::ip);
        CHECK(name->text() == text);
        std::array<std::byte, 16> expected{};
        bool const six = text.find(':') != std::string::npos;
        REQUIRE(inet_pton(six ? AF_INET6 : AF_INET, text.c_str(), expected.data()) == 1);
        REQUIRE(name->address().size() == (six ? 16U : 4U));
        CHECK(std::memcmp(name->address().data(), expected.data(), name->address().size()) == 0);
    }
}

TEST_CASE("what is not a server name is refused with its reason") {
    using namespace std::string_literals;
    struct row {
        std::string given;
        reason why;
    };
    std::vector<row> const rows = {
        {"", reason::name_empty},
        {".", reason::name_leading_dot},
        {".example.org", reason::name_leading_dot},
        {"..", reason::name_leading_dot},
        {"example.org..", reason::name_label_length},
        {"a..b", reason::name_label_length},
        {repeat("a", 64), reason::name_label_length},
        {"www." + repeat("a", 64) + ".org", reason::name_label_length},
        {repeat("a.", 126) + "aa", reason::name_too_long},
        {repeat("a.", 127) + ".", reason::name_too_long},
        {repeat("a", 300), reason::name_too_long},
        {repeat("a.", 5000), reason::name_too_long},
        {repeat("1", 300), reason::name_too_long},
        {"\0"s, reason::name_nul},
        {"good.example\0"s, reason::name_nul},
        {"good.example\0.evil.example"s, reason::name_nul},
        {repeat("a", 300) + "\0"s, reason::name_nul},
        {"127.0.0.1\0"s, reason::name_nul},
#if !TLSPP_IDN
        {"b\xC3\xBC"
         "cher.example",
         reason::name_not_ascii},
        {"example\xE3\x80\x82org", reason::name_not_ascii},
        {"\xFF", reason::name_not_ascii},
#endif
        {"two words", reason::name_character},
        {" example.org", reason::name_character},
        {"example.org ", reason::name_character},
        {"example.org\n", reason::name_character},
        {"example.org\t", reason::name_character},
        {"\x7F", reason::name_character},
        {"*.example.org", reason::name_character},
        {"*", reason::name_character},
        {"https://example.org", reason::name_character},
        {"example.org/path", reason::name_character},
        {"example.org:443", reason::name_character},
        {"127.0.0.1:443", reason::name_character},
        {"user@example.org", reason::name_character},
        {"a,b", reason::name_character},
        {"%00", reason::name_character},
        {"-a.example", reason::name_hyphen},
        {"a-.example", reason::name_hyphen},
        {"a.-", reason::name_hyphen},
        {"-", reason::name_hyphen},
        {"127.1", reason::name_numeric_last_label},
        {"127.0.1", reason::name_numeric_last_label},
        {"2130706433", reason::name_numeric_last_label},
        {"0x7f000001", reason::name_numeric_last_label},
        {"0X7F.1.0x", reason::name_numeric_last_label},
        {"0x7f.0.0.0x1", reason::name_numeric_last_label},
        {"017700000001", reason::name_numeric_last_label},
        {"1.2.3.4.5", reason::name_numeric_last_label},
        {"1.2.3.4.", reason::name_numeric_last_label},
        {"127.0.0.01", reason::name_numeric_last_label},
        {"127.0.0.001", reason::name_numeric_last_label},
        {"00.0.0.0", reason::name_numeric_last_label},
        {"256.0.0.1", reason::name_numeric_last_label},
        {"1.2.3.1000", reason::name_numeric_last_label},
        {"1.2.3.4294967297", reason::name_numeric_last_label},
        {"example.123", reason::name_numeric_last_label},
        {"1..2.3", reason::name_label_length},
        {"+1.2.3.4", reason::name_character},
        {"[::1]", reason::name_address},
        {"[127.0.0.1]", reason::name_address},
        {"[::1]:443", reason::name_address},
        {"fe80::1%eth0", reason::name_address},
        {":::", reason::name_address},
        {"::1::", reason::name_address},
        {"1::2::3", reason::name_address},
        {"1:2:3:4:5:6:7", reason::name_address},
        {"1:2:3:4:5:6:7:8:9", reason::name_address},
        {"1:2:3:4::5:6:7:8", reason::name_address},
        {"::1:2:3:4:5:6:7:8", reason::name_address},
        {"1:2:3:4:5:6:7:8::", reason::name_address},
        {"1:2:3:4:5:6:7:", reason::name_address},
        {":1:2:3:4:5:6:7", reason::name_address},
        {"12345::1", reason::name_address},
        {"::00001", reason::name_address},
        {"::g", reason::name_address},
        {"::1.2.3", reason::name_address},
        {"::1.2.3.4.5", reason::name_address},
        {"::1.2.3.256", reason::name_address},
        {"::01.2.3.4", reason::name_address},
        {"::1.2.3.4:5", reason::name_address},
        {"1:2:3:4:5:6:7:1.2.3.4", reason::name_address},
        {"1:2:3:4:5:6::1.2.3.4", reason::name_address},
        {"1.2.3.4::", reason::name_address},
        {"::1 ", reason::name_address},
        {"::1\n", reason::name_address},
    };
    for (auto const& [given, why] : rows) {
        CAPTURE(given);
        auto const name = server_name::parse(given);
        REQUIRE_FALSE(name);
        CHECK(name.error() == errc::invalid_name);
        CHECK(name.error().why() == why);
        CHECK(name.error().message().view().size() > 20);
    }
}

#if TLSPP_SENTENCES
TEST_CASE("the refusal of a name says what to do") {
    auto const sentence = [](std::string_view name) { return std::string(server_name::parse(name).error().message()); };
#if !TLSPP_IDN
    CHECK(sentence("bücher.example").find("A-labels") != std::string::npos);
#endif
    CHECK(sentence("two words").find("'two words'") != std::string::npos);
    CHECK(sentence("[::1]").find("without brackets") != std::string::npos);
    CHECK(sentence("127.1").find("four decimal numbers") != std::string::npos);
    CHECK(sentence("a-.example").find("hyphen") != std::string::npos);
    CHECK(sentence("x\x1b[31m y").find('\x1b') == std::string::npos);
}
#endif

TEST_CASE("every single byte as a name, and inside one") {
    for (unsigned value = 0; value != 256; ++value) {
        CAPTURE(value);
        char const c = static_cast<char>(value);
        bool const letter = (value >= 'a' && value <= 'z') || (value >= 'A' && value <= 'Z');
        bool const digit = value >= '0' && value <= '9';
        CHECK(server_name::parse({&c, 1}).has_value() == (letter || c == '_'));
        std::string const inside = std::string("a") + c + "b";
        CHECK(server_name::parse(inside).has_value() == (letter || digit || c == '_' || c == '-' || c == '.'));
    }
}

TEST_CASE("names compare as certificates see them") {
    auto const name = [](std::string_view text) { return server_name::parse(text).value(); };
    CHECK(name("Example.ORG") == name("example.org"));
    CHECK(name("example.org.") == name("example.org"));
    CHECK(name("example.org") != name("example.com"));
    CHECK(name("example.org") != name("example.or"));
    CHECK(name("xn--a") != name("xn--b"));
    CHECK(name("a_b") != name("a-b"));
    CHECK(name("::1") == name("0:0:0:0:0:0:0:1"));
    CHECK(name("::FFFF:1.2.3.4") == name("::ffff:102:304"));
    CHECK(name("::1") != name("::2"));
    CHECK(name("::ffff:1.2.3.4") != name("1.2.3.4"));
    CHECK(name("127.0.0.1") != name("127.0.0.2"));
    CHECK(name("::1") != name("localhost"));
}

TEST_CASE("addresses from bytes are written as in RFC 5952") {
    struct row {
        std::string from;
        std::string text;
    };
    std::vector<row> const rows = {
        {"127.0.0.1", "127.0.0.1"},
        {"0.0.0.0", "0.0.0.0"},
        {"::", "::"},
        {"0:0:0:0:0:0:0:1", "::1"},
        {"1:0:0:0:0:0:0:0", "1::"},
        {"2001:0DB8::0001", "2001:db8::1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"a:b0:c00:d000:1:2:3:0", "a:b0:c00:d000:1:2:3:0"},
        {"1111:2222:3333:4444:5555:6666:7777:8888", "1111:2222:3333:4444:5555:6666:7777:8888"},
    };
    for (auto const& [from, text] : rows) {
        CAPTURE(from);
        auto const parsed = server_name::parse(from).value();
        auto const made = server_name::from_address(parsed.address());
        REQUIRE(made);
        CHECK(made->text() == text);
        CHECK(*made == parsed);
        CHECK(made->kind() == name_kind::ip);
        CHECK(server_name::parse(made->text()).value() == parsed);
    }
    std::array<std::byte, 17> const block{};
    for (std::size_t size = 0; size <= block.size(); ++size) {
        CAPTURE(size);
        auto const made = server_name::from_address(bytes(block.data(), size));
        CHECK(made.has_value() == (size == 4 || size == 16));
        if (!made) {
            CHECK(made.error() == errc::invalid_name);
        }
    }
}

TEST_CASE("a server name is a value, known at compile time where its text is") {
    static_assert(server_name::parse("example.org.")->text() == "example.org");
    static_assert(server_name::parse("::1")->kind() == name_kind::ip);
    static_assert(!server_name::parse("127.1"));
    static_assert(std::is_trivially_copyable_v<server_name>);
    std::string text = "example.org";
    auto const name = server_name::parse(text).value();
    text.assign(text.size(), 'x');
    auto copy = name;
    CHECK(copy.text() == "example.org");
    copy = server_name::parse("a").value();
    CHECK(copy.text() == "a");
    CHECK(std::string(copy.c_str()) == "a");
    CHECK(name.text() == "example.org");
}

TEST_CASE("the opt-out of the name check may still send a server name") {
    CHECK(insecure_any_name.sni.empty());
    CHECK(insecure_any_name("sni.example").sni == "sni.example");
    static_assert(std::is_same_v<decltype(insecure_any_name("x")), insecure_any_name_t>);
}

TEST_CASE("a literal name is read by the compiler, and no larger than it is") {
    constexpr auto name = known_name<"broker.example.">;
    static_assert(name.text() == "broker.example" && name.address().empty());
    static_assert(known_name<"127.0.0.1">.address().size() == 4);
    static_assert(sizeof(detail::kept_literal_name<"broker.example">) == sizeof "broker.example" + 1);
    CHECK(std::string(name.text().data()) == "broker.example"); // Mbed TLS takes it ended with NUL
    auto const parsed = server_name::parse("::1").value();
    CHECK(server_name_view(parsed).text() == "::1");
    CHECK(server_name_view(parsed).address().size() == 16);
}
