// SPDX-License-Identifier: BSL-1.0

// How long it takes: handshakes, resumption, round trips and bulk, both ends on one core and in memory, by tlspp and by
// OpenSSL. compare.py runs this with every build of Mbed TLS.
#include "pair.hpp"

#include <tlspp/dev.hpp>
#include <tlspp/text.hpp>

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

void speed::give_up(const std::string& why) {
    std::fprintf(stderr, "speed: %s\n", why.c_str());
    std::exit(1);
}

namespace {
using namespace speed;

const credentials& own_credentials() {
    static credentials const made = [] {
        auto ca = tlspp::or_throw(tlspp::dev::authority::create());
        auto const leaf = tlspp::or_throw(ca.issue_pem({.dns_names = {"localhost"}}));
        return credentials{std::string(ca.root_pem()), std::string(leaf.certificate_pem), std::string(leaf.key_pem)};
    }();
    return made;
}

using maker = std::unique_ptr<pair> (*)(const settings&, const credentials&);

void handshakes(benchmark::State& state, maker make, settings how) {
    auto const both = make(how, own_credentials());
    both->connect();
    for (auto _ : state) {
        both->connect();
        if (both->resumed() != how.resume) {
            give_up(how.resume ? "a session was not resumed" : "a session was resumed");
        }
    }
}
void round_trips(benchmark::State& state, maker make, settings how, std::size_t size) {
    auto const both = make(how, own_credentials());
    both->connect();
    for (auto _ : state) {
        both->ask(size);
        both->answer(size);
    }
}
void bulk(benchmark::State& state, maker make, settings how) {
    auto const both = make(how, own_credentials());
    both->connect();
    constexpr std::size_t record = 16'383; // the most that one of TLS 1.3 has
    for (auto _ : state) {
        both->ask(record);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(record));
}
} // namespace

int main(int argc, char** argv) {
    struct side {
        const char* name;
        maker make;
    };
    constexpr side sides[] = {
        {"tlspp", &make_tlspp},
#if SPEED_OPENSSL
        {"openssl", &make_openssl},
#endif
    };
    constexpr settings old{.tls1_3 = false, .suite = 0xC02B}; // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    for (const side& s : sides) {
        auto const row = [&](const char* what, auto run, auto... with) {
            benchmark::RegisterBenchmark((std::string(s.name) + "/" + what).c_str(),
                                         [=](benchmark::State& state) { run(state, s.make, with...); });
        };
        row("full handshake, TLS 1.3", handshakes, settings{});
        row("full handshake, TLS 1.2", handshakes, old);
        row("resumption, TLS 1.3", handshakes, settings{.resume = true});
        row("resumption, TLS 1.2", handshakes, settings{old.tls1_3, old.suite, true});
        row("1-byte round trip", round_trips, settings{}, std::size_t{1});
        row("64-byte round trip", round_trips, settings{}, std::size_t{64});
        row("1 KiB round trip", round_trips, settings{}, std::size_t{1024});
        row("16 KiB, AES-128-GCM", bulk, settings{});
        row("16 KiB, AES-256-GCM", bulk, settings{.suite = 0x1302});
        row("16 KiB, ChaCha20-Poly1305", bulk, settings{.suite = 0x1303});
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
