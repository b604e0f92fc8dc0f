// SPDX-License-Identifier: BSL-1.0
#include "conversation.hpp"

#include <psa/crypto.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_LEAK_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_LEAK_SANITIZER 1
#endif
#endif
#if defined(WITH_LEAK_SANITIZER)
#include <sanitizer/lsan_interface.h>
#endif

namespace faults {
using namespace tlspp;
namespace {
std::string pattern(std::size_t size, unsigned seed) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i != size; ++i) {
        out[i] = static_cast<char>((i * 7 + (i >> 8U) * 13 + seed) & 0xFFU);
    }
    return out;
}

/// One end: handshake, a message each way, close_notify, and reading until the peer's.
class end {
public:
    end(result<stream<test_transport>> made, bool speaks_first, std::string_view says, std::string_view hears)
        : first_(speaks_first), says_(says), got_(hears.size()) {
        if (made) {
            conn_.emplace(std::move(*made));
        } else {
            give_up(made.error());
        }
    }

    bool over() const { return failed || at_ == stage::done; }
    bool well() const { return at_ == stage::done; }
    bool handshake_done() const { return at_ != stage::handshake; }
    bool said_goodbye() const { return at_ == stage::drain || at_ == stage::done || goodbye_; }
    bool alive() const { return conn_.has_value(); }
    stream<test_transport>& conn() { return *conn_; }
    test_transport& carrier() { return conn_->transport(); }
    std::string_view received() const { return {got_.data(), got_count_}; }
    std::uint64_t met() const { return conn_ ? conn_->transport().met() : met_; }
    std::uint64_t calls() const { return conn_ ? conn_->transport().calls() : calls_; }

    /// Does what can be done now.
    void go(bool handshake_only = false) {
        while (!over() && !(handshake_only && handshake_done())) {
            auto const r = step();
            if (!r) {
                auto const what = r.error().code();
                if (what != errc::want_read && what != errc::want_write && what != errc::timed_out) {
                    give_up(r.error());
                }
                return;
            }
        }
    }
    /// As a program would: the connection goes, and the transport with it.
    void give_up(const error& why) {
        failed = why;
        met_ = met();
        calls_ = calls();
        conn_.reset();
    }

    std::optional<error> failed;
    peer_status peer = peer_status::none; ///< when the handshake was over
    bool resumed = false;
    bool too_much = false; ///< more came than was said

private:
    enum class stage : std::uint8_t { handshake, one, two, shutdown, drain, done };

    result<void> step() {
        auto& c = *conn_;
        switch (at_) {
        case stage::handshake:
            if (auto const r = c.handshake(); !r) {
                return r;
            }
            peer = c.peer_status();
            resumed = c.session_reused();
            at_ = stage::one;
            break;
        case stage::one:
        case stage::two:
            if (auto const r = (at_ == stage::one) == first_ ? c.write_all(says_) : hear(); !r) {
                return r;
            }
            at_ = at_ == stage::one ? stage::two : stage::shutdown;
            break;
        case stage::shutdown:
            if (auto const r = c.shutdown(); !r) {
                return r;
            }
            goodbye_ = true;
            at_ = stage::drain;
            break;
        case stage::drain: {
            char rest[16];
            auto const n = c.read_some(rest);
            if (!n) {
                return std::unexpected(n.error());
            }
            too_much = too_much || *n != 0;
            at_ = *n == 0 ? stage::done : at_;
            break;
        }
        case stage::done:
            break;
        }
        return {};
    }
    result<void> hear() {
        while (got_count_ != got_.size()) {
            auto const n = conn_->read_some(std::span(got_).subspan(got_count_));
            if (!n) {
                return std::unexpected(n.error());
            }
            if (*n == 0) { // a close_notify that nobody has sent yet
                return std::unexpected(error(errc::protocol_violation));
            }
            got_count_ += *n;
        }
        return {};
    }

    std::optional<stream<test_transport>> conn_;
    bool first_;
    std::string_view says_;
    std::vector<char> got_;
    std::size_t got_count_ = 0;
    stage at_ = stage::handshake;
    bool goodbye_ = false;
    std::uint64_t met_ = 0;
    std::uint64_t calls_ = 0;
};

/// The sanitizer need not tell at the end what is counted here, after each run, and known of Mbed TLS.
struct counted_here {
#if defined(WITH_LEAK_SANITIZER)
    counted_here() { __lsan_disable(); }
    ~counted_here() { __lsan_enable(); }
    counted_here(const counted_here&) = delete;
    counted_here& operator=(const counted_here&) = delete;
#endif
};

/// Keys that PSA holds, which is memory, too.
std::size_t keys_in_use() {
    mbedtls_psa_stats_t stats{};
    mbedtls_psa_get_stats(&stats);
    return stats.MBEDTLS_PRIVATE(volatile_slots) + stats.MBEDTLS_PRIVATE(half_filled_slots) +
           stats.MBEDTLS_PRIVATE(locked_slots);
}

/// An error that a program can do something about, with a sentence.
bool is_clear(const std::optional<error>& e) {
    return !e || (e->code() != errc::internal && e->code() != errc::misuse && e->code() != errc::invalid_argument &&
                  !e->message().view().empty());
}

/// Both ends from the start, or their errors.
struct ends {
    std::optional<end> client;
    std::optional<end> server;
};

void begin(ends& all, const scenario& s, std::string_view to_server, std::string_view to_client, verdict& v) {
    auto wire = test_transport::pair();
    if (!wire) {
        v.client = v.server = wire.error();
        return;
    }
    for (auto* one : {&wire->first, &wire->second}) {
        one->faults().most_received = one->faults().most_sent = s.piece;
    }
    all.client.emplace(s.client.wrap(std::move(wire->first), "localhost"), true, to_server, to_client);
    all.server.emplace(s.server.wrap(std::move(wire->second)), false, to_client, to_server);
    if (!s.session.empty() && all.client->alive()) {
        auto offered = session::unseal(sealing_key, s.session);
        auto const taken = offered ? all.client->conn().resume(std::move(*offered)) : std::unexpected(offered.error());
        if (!taken) {
            all.client->give_up(taken.error());
        }
    }
}

/// What has to hold, whatever failed. Null where it does.
const char* check(const scenario& s, const point& at, const end& client, const end& server, std::string_view to_server,
                  std::string_view to_client) {
    if ((client.well() && client.received() != to_client) || (server.well() && server.received() != to_server)) {
        return "an end is content, and has not got all";
    }
    if (!to_client.starts_with(client.received()) || !to_server.starts_with(server.received()) || client.too_much ||
        server.too_much) {
        return "an end got what was not sent";
    }
    if ((client.well() && !server.said_goodbye()) || (server.well() && !client.said_goodbye())) {
        return "an end that nobody has announced";
    }
    auto const good = [&](const end& one) {
        return one.peer == (s.psk         ? peer_status::psk
                            : one.resumed ? peer_status::resumed_verified
                                          : peer_status::verified);
    };
    if ((client.handshake_done() && !good(client)) ||
        (server.handshake_done() && (s.mutual || s.psk) && !good(server))) {
        return "an end talks to somebody who was not verified";
    }
    bool const resumable = !s.session.empty();
    if (client.handshake_done() && client.resumed && !resumable && !s.psk) {
        return "a session was taken up that there is not";
    }
    if (at.what == point::kind::none && resumable && !client.resumed) {
        return "the session was not taken up";
    }
    return nullptr;
}
} // namespace

verdict run(const scenario& s, const point& at, std::uint64_t client_calls) {
    verdict v;
    [[maybe_unused]] counted_here const quiet;
    auto const blocks = hooks::live();
    auto const keys = keys_in_use();
    auto const cached = [&] { return s.cache ? static_cast<std::int64_t>(s.cache->size()) : 0; };
    auto const cached_before = cached();
    auto const to_server = pattern(s.amount, 1);
    auto const to_client = pattern(s.amount, 2);
    auto const complain = [&](const char* what) { v.wrong = v.wrong == nullptr ? what : v.wrong; };
    bool const call = at.what == point::kind::call;
    {
        ends all;
        hooks::begin();
        std::uint64_t before = 0;
        auto const arm = [&] {
            before = hooks::allocations();
            if (at.what == point::kind::allocation) {
                hooks::fail(at.n, at.how);
            }
        };
        if (!s.open_before) {
            arm();
        }
        begin(all, s, to_server, to_client, v);
        if (all.client && all.server) {
            auto& client = *all.client;
            auto& server = *all.server;
            if (s.open_before) {
                for (int i = 0; i != 20; ++i) {
                    client.go(true);
                    server.go(true);
                }
                arm();
            }
            auto const client_before = client.calls();
            auto const server_before = server.calls();
            if (call) {
                bool const of_client = at.n < client_calls;
                auto& carrier = of_client ? client.carrier() : server.carrier();
                carrier.faults().fails_at = carrier.calls() + at.n - (of_client ? 0 : client_calls);
                carrier.faults().failure = at.with;
            }
            // each turn moves a byte at least, where nothing fails; a run has no more than some 10,000 of the handshake
            for (std::uint64_t turns = 0; !client.over() || !server.over(); ++turns) {
                if (turns == 20'000 + 4 * s.amount) {
                    complain("it does not come to an end");
                    break;
                }
                client.go();
                server.go();
            }
            v.met = hooks::stop() || client.met() + server.met() != 0;
            v.client_calls = client.calls() - client_before;
            v.server_calls = server.calls() - server_before;
            v.client = client.failed;
            v.server = server.failed;
            v.well = client.well() && server.well();
            if (auto const* const wrong = check(s, at, client, server, to_server, to_client); wrong != nullptr) {
                complain(wrong);
            }
        }
        v.met = hooks::stop() || v.met;
        v.allocations = hooks::allocations() - before;
    }
    bool const starved_1_3 = at.what == point::kind::allocation && s.name.ends_with("1.3");
    for (auto const* e : {&v.client, &v.server}) {
        if (starved_1_3 && *e && (*e)->mbedtls_code() == MBEDTLS_ERR_SSL_INTERNAL_ERROR) {
            v.known_riddle = true;
        } else if (!is_clear(*e)) {
            complain("an error that does not tell what happened");
        }
    }
    if (!v.well && !v.met) {
        complain("it failed, and nothing was wrong");
    }
    if (!v.well && !v.client && !v.server) {
        complain("it failed without an error");
    }
    if (call && (at.with == would_block || at.with == io_error::timed_out) && !v.well) {
        complain("it did not go on after an interruption");
    }
    v.kept = hooks::live() - blocks - (cached() - cached_before);
    v.known_leak = starved_1_3 && v.kept == 1;
    if (v.kept != 0 && !v.known_leak) {
        complain("memory was lost");
    }
    if (keys_in_use() != keys) {
        complain("a key of PSA's was lost");
    }
    return v;
}
} // namespace faults
