// SPDX-License-Identifier: BSL-1.0
// MemoryBIOTests, SSLObjectTests and SSLErrorTests of CPython's test_ssl.py.
#include "support/contexts.hpp"
#include "support/sockets.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <type_traits>

using namespace tlspp;

namespace {
/// One receive, as text; "(nothing)" where nothing waits, "(end)" at the end.
std::string take(memory_transport& from, std::size_t most = 100) {
    std::string text(most, '\0');
    auto const n = from.receive(std::as_writable_bytes(std::span{text}));
    if (!n) {
        return n.error() == would_block ? "(nothing)" : "(error)";
    }
    text.resize(*n);
    return *n == 0 ? "(end)" : text;
}
} // namespace

TEST_CASE("a memory transport gives what it was fed, in order", "[py:MemoryBIOTests.test_read_write][same]") {
    memory_transport bio;
    bio.feed("foo");
    CHECK(take(bio) == "foo");
    CHECK(take(bio) == "(nothing)");
    bio.feed("foo");
    bio.feed("bar");
    CHECK(take(bio) == "foobar");
    CHECK(take(bio) == "(nothing)");
    bio.feed("baz");
    CHECK(take(bio, 2) == "ba");
    CHECK(take(bio, 1) == "z");
    CHECK(take(bio, 1) == "(nothing)");
}

TEST_CASE("a memory transport ends after all that was fed", "[py:MemoryBIOTests.test_eof][same]") {
    memory_transport bio;
    CHECK(take(bio) == "(nothing)");
    bio.feed("foo");
    bio.feed_end();
    CHECK(take(bio, 2) == "fo");
    CHECK(take(bio, 2) == "o");
    for (int i = 0; i != 3; ++i) {
        CHECK(take(bio) == "(end)");
    }
}

TEST_CASE("a memory transport counts what waits", "[py:MemoryBIOTests.test_pending][same]") {
    memory_transport bio;
    CHECK(bio.buffered() == 0);
    bio.feed("foo");
    CHECK(bio.buffered() == 3);
    for (std::size_t left = 3; left-- != 0;) {
        CHECK(take(bio, 1).size() == 1);
        CHECK(bio.buffered() == left);
    }
    std::string_view const text = "foobar";
    for (std::size_t i = 0; i != text.size(); ++i) {
        bio.feed(text.substr(i, 1));
        CHECK(bio.buffered() == i + 1);
    }
    CHECK(take(bio) == "foobar");
    CHECK(bio.buffered() == 0);
    // and the other direction
    CHECK(bio.send(test::as_bytes("xyz")) == 3U);
    CHECK(bio.outgoing().size() == 3);
    bio.consume(2);
    CHECK(bio.outgoing().size() == 1);
}

TEST_CASE("an engine cannot be made but by a context", "[py:SSLObjectTests.test_private_init][same]") {
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<engine>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<engine, memory_transport>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<engine, memory_transport&, memory_transport&>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<engine, detail::core*>);
    STATIC_REQUIRE(std::is_constructible_v<engine, engine&&>);
}

namespace {
template <class Context, class Transport>
concept wraps_without_name = requires(const Context& c, Transport t) { c.wrap(std::move(t)); };
template <class Context, class Transport>
concept wraps_with_name = requires(const Context& c, Transport t) { c.wrap(std::move(t), "localhost"); };
template <class Context, class Transport, class Session>
concept wraps_with_session = requires(const Context& c, Transport t, Session s) { c.wrap(std::move(t), std::move(s)); };
struct some_session {};
} // namespace

TEST_CASE("a client that checks names needs one, whatever it is wrapped around",
          "[py:SSLObjectTests.test_check_hostname_requires_server_hostname][same]") {
    auto const context = test::make_client();
    STATIC_REQUIRE_FALSE(wraps_without_name<client_context, memory_transport>);
    STATIC_REQUIRE_FALSE(wraps_without_name<client_context, bsd_socket>);
    CHECK(context.wrap(memory_transport{}, "").error().why() == reason::name_empty);
    CHECK(context.wrap(bsd_socket{}, "").error().why() == reason::name_empty);
    CHECK(context.wrap(memory_transport{}, "localhost"));
    CHECK(context.wrap(bsd_socket{}, "localhost"));
    CHECK(context.wrap(memory_transport{}, insecure_any_name)); // the explicit way to go without
    CHECK(context.wrap(bsd_socket{}, insecure_any_name));
}

TEST_CASE("a server takes neither a name nor a client's session",
          "[py:SSLObjectTests.test_server_side_bad_params][same]") {
    STATIC_REQUIRE_FALSE(wraps_with_name<server_context, memory_transport>);
    STATIC_REQUIRE_FALSE(wraps_with_name<server_context, bsd_socket>);
    STATIC_REQUIRE_FALSE(wraps_with_session<server_context, memory_transport, some_session>);
    CHECK(test::make_server().wrap(memory_transport{}));
}

TEST_CASE("a name that is none is refused when a client is made", "[py:SSLErrorTests.test_bad_server_hostname][same]") {
    auto const context = test::make_client();
    STATIC_REQUIRE_FALSE(wraps_without_name<client_context, memory_transport>);
    for (auto const name : {std::string_view(""), std::string_view(".example.org"),
                            std::string_view("example.org\0evil.com", 20), std::string_view(".")}) {
        auto const made = context.wrap(memory_transport{}, name);
        REQUIRE_FALSE(made);
        CHECK(made.error() == errc::invalid_name);
        CHECK_FALSE(context.wrap(memory_transport{}, insecure_any_name(name.empty() ? "." : name)));
    }
}

TEST_CASE("a peer that says nothing leaves a client that does not block with want_read",
          "[py:SSLErrorTests.test_subclass][same]") {
    test::connected both;
    or_throw(both.client.set_blocking(false));
    auto conn = or_throw(test::make_client().wrap(std::move(both.client), "localhost"));
    for (int i = 0; i != 3; ++i) {
        auto const done = conn.handshake();
        REQUIRE_FALSE(done);
        CHECK(done.error() == errc::want_read);
        CHECK(done.error().code() == errc::want_read);
        CHECK_FALSE(done.error().message().view().empty());
        CHECK(conn.wants() == want::read);
    }
    CHECK_FALSE(conn.is_handshake_complete());
}

TEST_CASE("a chain with a distrusted key in it is refused", "[py:SSLObjectTests.test_distrusted_spki][same]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const& ca = test::the_world().ca;
    auto const bad = or_throw(ca.intermediate({.common_name = "Compromised"}));
    auto const pin = or_throw(spki_pin::of(or_throw(bad.certificate())));
    auto const leaf = or_throw(bad.issue({.dns_names = {"localhost"}}));
    CHECK(test::pair({.maximum_version = v}, {.identities = {leaf}}).shake().ok());
    client_options options{.maximum_version = v};
    options.distrusted = {pin};
    auto const o = test::pair(options, {.identities = {leaf}}).shake();
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error() == errc::certificate_rejected);
    CHECK(o.client.error().flags() == verify_flag::distrusted);
    CHECK(test::pair(options).shake().ok()); // another chain of the same root
}
