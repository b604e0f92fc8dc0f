// SPDX-License-Identifier: BSL-1.0

// Each call of a transport and each allocation of a conversation fails once: all of them, or, as TLSPP_FAULTS_EVERY says, every
// k-th from a start by chance, which is printed (TLSPP_FAULTS_START gives it); TLSPP_FAULTS_ONLY picks some of the lines.
// tools/faults runs all.
#include "faults/conversation.hpp"

#include <tlspp/dev.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace tlspp;
using faults::point;
using faults::scenario;
using faults::verdict;

namespace {
constexpr std::uint64_t points_by_default = 20; ///< of each kind in each scenario

std::string session_of(const client_context& client, const server_context& server) {
    auto ends = or_throw(test_transport::pair());
    auto c = or_throw(client.wrap(std::move(ends.first), "localhost"));
    auto s = or_throw(server.wrap(std::move(ends.second)));
    REQUIRE(test_handshake(c, s));
    or_throw(s.write_all("x"));
    char one[1];
    or_throw(c.read_exactly(one));
    auto given = or_throw(c.session());
    std::string sealed(given.sealed_size(), '\0');
    or_throw(given.seal(faults::sealing_key, sealed));
    return sealed;
}

std::vector<scenario> scenarios() {
    std::vector<scenario> all;
    auto const ca = or_throw(dev::authority::create());
    auto const site = or_throw(ca.issue({.dns_names = {"localhost"}}));
    auto const me = or_throw(ca.issue({.common_name = "me"}));
    auto const trust = or_throw(ca.trust());
    std::string const key(32, 'k');
    std::string const ticket_key(32, 't');
    for (auto const v : {version::tls1_2, version::tls1_3}) {
        std::string const suffix = v == version::tls1_2 ? " 1.2" : " 1.3";
        client_options c{.trust = trust, .minimum_version = v, .maximum_version = v};
        server_options s{.identities = {site}, .minimum_version = v, .maximum_version = v};
        s.tickets.keys = or_throw(ticket_keys::create(ticket_key));
        auto const client = or_throw(client_context::create(c));
        auto const server = or_throw(server_context::create(s));
        all.push_back({.name = "full" + suffix, .client = client, .server = server});

        auto mutual_client = c;
        mutual_client.identity = me;
        auto mutual_server = s;
        mutual_server.client_auth = client_auth::required;
        mutual_server.trust = trust;
        all.push_back({.name = "mutual" + suffix,
                       .client = or_throw(client_context::create(mutual_client)),
                       .server = or_throw(server_context::create(mutual_server)),
                       .mutual = true});

        all.push_back(
            {.name = "ticket" + suffix, .client = client, .server = server, .session = session_of(client, server)});
        if (v == version::tls1_2) {
            server_options kept{.identities = {site}, .minimum_version = v, .maximum_version = v};
            kept.tickets.count = 0;
            auto const cache = or_throw(session_cache::create());
            kept.session_cache = cache;
            auto const keeper = or_throw(server_context::create(kept));
            all.push_back({.name = "session id" + suffix,
                           .client = client,
                           .server = keeper,
                           .session = session_of(client, keeper),
                           .cache = cache});
        } else {
            auto other_groups = s;
            other_groups.groups = {named_group::secp384r1};
            all.push_back({.name = "retried" + suffix,
                           .client = client,
                           .server = or_throw(server_context::create(other_groups))});
        }

        client_options psk_client{.minimum_version = v, .maximum_version = v};
        psk_client.psk = client_psk{.identity = "me", .key = key};
        server_options psk_server{.minimum_version = v, .maximum_version = v};
        psk_server.psk = server_psk{.keys = {{.identity = "me", .key = key}}};
        auto const one = or_throw(client_context::create(psk_client));
        auto const other = or_throw(server_context::create(psk_server));
        all.push_back({.name = "psk" + suffix, .client = one, .server = other, .psk = true});
        all.push_back({.name = "bulk" + suffix,
                       .client = one,
                       .server = other,
                       .psk = true,
                       .open_before = true,
                       .amount = 50'000,
                       .piece = 5000});
        all.push_back({.name = "shutdown" + suffix, .client = one, .server = other, .psk = true, .open_before = true});
        all.push_back({.name = "bytes" + suffix, .client = client, .server = server, .piece = 1});
    }
    return all;
}

struct kind {
    const char* name;
    point::kind what;
    hooks::failing how = hooks::failing::once;
    std::optional<io_error> with = {};
};
constexpr kind kinds[] = {
    {"allocation fails once", point::kind::allocation, hooks::failing::once},
    {"allocations fail from then on", point::kind::allocation, hooks::failing::from_then_on},
    {"call blocks", point::kind::call, hooks::failing::once, would_block},
    {"call is out of time", point::kind::call, hooks::failing::once, io_error::timed_out},
    {"call is reset", point::kind::call, hooks::failing::once, io_error::reset},
    {"call fails by the system", point::kind::call, hooks::failing::once, io_error(5)},
    {"call ends the stream", point::kind::call, hooks::failing::once, std::nullopt},
};

std::uint64_t number(const char* variable, std::uint64_t otherwise) {
    const char* const text = std::getenv(variable); // NOLINT(concurrency-mt-unsafe)
    return text == nullptr || *text == '\0' ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string text(errc code) {
    switch (code) {
    case errc::truncated:
        return "truncated";
    case errc::transport:
        return "transport";
    case errc::certificate_rejected:
        return "certificate_rejected";
    case errc::alert_received:
        return "alert_received";
    case errc::handshake_failed:
        return "handshake_failed";
    case errc::protocol_violation:
        return "protocol_violation";
    case errc::out_of_memory:
        return "out_of_memory";
    default:
        return "errc " + std::to_string(static_cast<int>(code));
    }
}

struct totals {
    std::uint64_t counted = 0;
    std::uint64_t visited = 0;
    std::uint64_t well = 0;
};

/// What went wrong, for people; empty where nothing did.
std::string explain(const verdict& v) {
    std::string all = v.wrong == nullptr ? "" : v.wrong;
    for (auto const& [who, e] : {std::pair{"client", &v.client}, {"server", &v.server}}) {
        if (*e) {
            all += std::string("; ") + who + ": " + std::string((*e)->message().view());
        }
    }
    return all;
}

totals visit(const scenario& s, const kind& k, const verdict& clean) {
    totals t;
    t.counted = k.what == point::kind::allocation ? clean.allocations : clean.client_calls + clean.server_calls;
    auto const step = number("TLSPP_FAULTS_EVERY", t.counted / points_by_default + 1);
    auto const start = number("TLSPP_FAULTS_START", std::random_device{}()) % step;
    std::map<int, std::uint64_t> codes;
    std::uint64_t due = 0;
    std::uint64_t bad = 0;
    std::uint64_t leaks = 0;
    std::uint64_t riddles = 0;
    for (auto n = start; n < t.counted; n += step) {
        ++due;
        auto const v = faults::run(s, {k.what, n, k.how, k.with}, clean.client_calls);
        t.visited += v.met ? 1 : 0;
        t.well += v.well ? 1 : 0;
        leaks += v.known_leak ? 1 : 0;
        riddles += v.known_riddle ? 1 : 0;
        for (auto const& e : {v.client, v.server}) {
            if (e) {
                ++codes[static_cast<int>(e->code())];
            }
        }
        auto const next = faults::run(s, {});
        bool const good =
            v.wrong == nullptr && v.met && next.wrong == nullptr && next.well && next.allocations == clean.allocations;
        if (!good && ++bad <= 5) {
            UNSCOPED_INFO("point " << n << ": " << explain(v) << (v.met ? "" : "; not met") << ", " << v.kept
                                   << " blocks kept"
                                   << "; the next connection: " << explain(next) << ", " << next.allocations
                                   << " allocations for " << clean.allocations);
        }
    }
    if (k.how != hooks::failing::from_then_on) { // and there are no more
        bad += faults::run(s, {k.what, t.counted, k.how, k.with}, clean.client_calls).met ? 1 : 0;
    }
    std::string how = std::to_string(t.well) + " went well";
    for (auto const& [code, count] : codes) {
        how += ", " + std::to_string(count) + " " + text(static_cast<errc>(code));
    }
    if (leaks + riddles != 0) {
        how += "; Mbed TLS lost a block of memory at " + std::to_string(leaks) + ", and hid the cause at " +
               std::to_string(riddles);
    }
    std::printf("%-15s %-30s %6llu points, %6llu visited of %6llu due (every %llu from %llu): %s\n", s.name.c_str(),
                k.name, static_cast<unsigned long long>(t.counted), static_cast<unsigned long long>(t.visited),
                static_cast<unsigned long long>(due), static_cast<unsigned long long>(step),
                static_cast<unsigned long long>(start), how.c_str());
    CHECK(bad == 0);
    CHECK(leaks <= 4);   // two transforms of each side
    CHECK(riddles <= 2); // the signature of each side
    CHECK(t.visited == due);
    return t;
}

/// A scenario with what a run of it without faults comes to.
struct measured {
    scenario what;
    verdict clean;
};

std::vector<measured> measure() {
    std::vector<measured> all;
    for (auto& s : scenarios()) {
        CAPTURE(s.name);
        for (int i = 0; i != 3; ++i) { // what is made once for a process
            (void)faults::run(s, {});
        }
        auto const clean = faults::run(s, {});
        INFO(explain(clean));
        REQUIRE(clean.wrong == nullptr);
        REQUIRE(clean.well);
        REQUIRE((clean.allocations > 10 || s.open_before));
        all.push_back({std::move(s), clean});
    }
    return all;
}
} // namespace

TEST_CASE("every call and every allocation of a conversation fails once") {
    totals all;
    auto const conversations = measure();
    const char* const wanted = std::getenv("TLSPP_FAULTS_ONLY"); // NOLINT(concurrency-mt-unsafe)
    for (auto const& k : kinds) {
        for (auto const& [s, clean] : conversations) {
            if (s.piece == 1 && k.what == point::kind::allocation) {
                continue; // the same as in whole messages
            }
            if (wanted != nullptr && (s.name + ": " + k.name).find(wanted) == std::string::npos) {
                continue;
            }
            CAPTURE(s.name, k.name);
            auto const t = visit(s, k, clean);
            all.counted += t.counted;
            all.visited += t.visited;
            all.well += t.well;
        }
    }
    std::printf("all: %llu points, %llu visited, %llu went well\n", static_cast<unsigned long long>(all.counted),
                static_cast<unsigned long long>(all.visited), static_cast<unsigned long long>(all.well));
    CHECK(all.visited != 0);
}
