// SPDX-License-Identifier: BSL-1.0
#include "../faults/hooks.hpp"
#include "touch.hpp"

#include <tlspp/context.hpp>
#include <tlspp/dev.hpp>
#include <tlspp/engine.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

/// Somebody between a client and a server: the first byte picks version and credentials, then instructions of four bytes
/// follow, and what they insert: which flight, where in it, what to do. Handshake, a message each way, and the end.
namespace {
using namespace tlspp;

struct side_by_side {
    client_context client;
    server_context server;
};

side_by_side make(version v, bool psk) {
    static auto const ca = or_throw(dev::authority::create());
    static auto const site = or_throw(ca.issue({.dns_names = {"localhost"}}));
    client_options c{.minimum_version = v, .maximum_version = v};
    server_options s{.minimum_version = v, .maximum_version = v};
    if (psk) {
        static std::string const key(32, 'k');
        c.psk = client_psk{.identity = "me", .key = key, .insecure_no_forward_secrecy = true};
        s.psk = server_psk{.keys = {{.identity = "me", .key = key}}, .insecure_no_forward_secrecy = true};
    } else {
        c.trust = or_throw(ca.trust());
        s.identities = {site};
    }
    return {or_throw(client_context::create(c)), or_throw(server_context::create(s))};
}

class attacker {
public:
    attacker(const std::uint8_t* data, std::size_t size) : rest_(data, size) { next(); }

    /// What becomes of a flight; `touched` is true from the first one on that was changed.
    void pass(std::string& flight) {
        while (now_ && now_->flight == flights_) {
            apply(flight);
            next();
        }
        ++flights_;
    }
    bool touched = false;

private:
    struct instruction {
        unsigned flight;
        std::size_t where;
        unsigned what;
        std::size_t count;
    };
    void next() {
        now_.reset();
        if (rest_.size() >= 4) {
            auto const* const p = rest_.uchars();
            now_ = instruction{static_cast<unsigned>(p[0] & 15U), static_cast<std::size_t>(p[1] | (p[2] & 15U) << 8U),
                               static_cast<unsigned>(p[2] >> 4U), static_cast<std::size_t>(p[3])};
            rest_ = rest_.without_first(4);
        }
    }
    bytes take(std::size_t most) {
        auto const part = rest_.first(most < rest_.size() ? most : rest_.size());
        rest_ = rest_.without_first(part.size());
        return part;
    }
    void apply(std::string& flight) {
        auto const before = flight;
        auto const at = flight.empty() ? 0 : now_->where % (flight.size() + 1);
        switch (now_->what % 6) {
        case 0: // other bits
            if (at < flight.size()) {
                flight[at] = static_cast<char>(static_cast<unsigned char>(flight[at]) ^ (now_->count | 1U));
            }
            break;
        case 1: // another value
            if (at < flight.size()) {
                flight[at] = static_cast<char>(now_->count);
            }
            break;
        case 2:
            flight.insert(at, take(now_->count).text());
            break;
        case 3:
            flight.erase(at, now_->count);
            break;
        case 4: // the rest of it
            flight.resize(at);
            break;
        default: // over what is there
            auto const put = take(now_->count);
            flight.replace(at, put.size(), put.text());
            break;
        }
        touched = touched || flight != before;
    }

    bytes rest_;
    std::optional<instruction> now_;
    unsigned flights_ = 0;
};

struct party {
    engine conn;
    std::string_view says;
    bool first;
    std::string got = {};
    bool failed = false;
    bool wrote = false;
    bool closed = false;

    template <class T>
    bool good(const result<T>& r) {
        if (!r && r.error() != errc::want_read && r.error() != errc::want_write) {
            fuzz::touch(r.error());
            failed = true;
        }
        return r.has_value();
    }
    void go() {
        if (failed || !good(conn.handshake())) {
            return;
        }
        char buffer[64];
        while (!closed) {
            if (!wrote && (first || !got.empty())) {
                wrote = good(conn.write_all(says)) && good(conn.shutdown());
            }
            auto const n = conn.read_some(buffer);
            if (!good(n)) {
                return;
            }
            closed = *n == 0;
            got.append(buffer, *n);
        }
    }
};
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using fuzz::require;
    static std::array<side_by_side, 4> const all{make(version::tls1_2, true), make(version::tls1_3, true),
                                                 make(version::tls1_2, false), make(version::tls1_3, false)};
    if (size == 0) {
        return 0;
    }
    auto const& [clients, servers] = all[data[0] % all.size()];
    hooks::begin(); // the same random numbers each time
    attacker between(data + 1, size - 1);
    party client{or_throw(clients.wrap(memory_transport{}, "localhost")), "what the client says", true};
    party server{or_throw(servers.wrap(memory_transport{})), "what the server says", false};
    for (int quiet = 0; quiet != 2;) {
        bool moved = false;
        for (auto const& [from, to] : {std::pair{&client, &server}, {&server, &client}}) {
            from->go();
            auto const out = from->conn.transport().outgoing();
            std::string flight(reinterpret_cast<const char*>(out.data()), out.size());
            from->conn.transport().consume(out.size());
            if (!flight.empty()) {
                moved = true;
                between.pass(flight);
                to->conn.transport().feed(flight);
            }
        }
        if (!moved) { // nothing more comes
            client.conn.transport().feed_end();
            server.conn.transport().feed_end();
            ++quiet;
        }
    }
    require(server.says.starts_with(client.got), "the client has what the server said");
    require(client.says.starts_with(server.got), "the server has what the client said");
    require(!client.closed || client.got == server.says, "the client was told the end at the end");
    require(!server.closed || server.got == client.says, "the server was told the end at the end");
    require(between.touched || (client.closed && server.closed && !client.failed && !server.failed),
            "nobody disturbed it, and it went well");
    return 0;
}
