// SPDX-License-Identifier: BSL-1.0

// Chains in any order, as OpenSSL's server sends them.
#include "interop/peers.hpp"
#include "support/paths.hpp"

#include <catch2/generators/catch_generators_all.hpp>

using namespace tlspp;
using namespace interop;

TEST_CASE("our client finds the path in what s_server sends") {
    auto const v = GENERATE(from_range(versions));
    auto const openssl = program_or_skip("openssl", "version");
    for (const test::path_case& c : test::path_cases::all()) {
        CAPTURE(short_name(v), c.what);
        test::temporary_folder const folder;
        std::string others;
        for (const std::string& one : c.others) {
            others += one;
        }
        test::process server({openssl, "s_server", v == version::tls1_3 ? "-tls1_3" : "-tls1_2", "-accept",
                              "127.0.0.1:0", "-naccept", "1", "-cert", folder.write("leaf.pem", c.leaf), "-key",
                              folder.write("leaf.key", c.key), "-cert_chain", folder.write("others.pem", others),
                              // OpenSSL minds what it sends
                              "-cipher", "DEFAULT@SECLEVEL=0"});
        auto const port = port_in(line_after(server, "ACCEPT "));
        auto const conn = call(make_client(v, {.trust = or_throw(trust_store::from_pem(c.anchors))}), port);
        INFO(output_of(server));
        if (c.path.empty()) {
            REQUIRE_FALSE(conn);
            CHECK(conn.error() == errc::certificate_rejected);
            continue;
        }
        REQUIRE(conn);
        CHECK(conn->peer_status() == peer_status::verified);
        // as many as were sent: s_server left none out, and put none in
        CHECK(or_throw(conn->peer_certificates()).size() == 1 + c.others.size());
        CHECK(or_throw(conn->verified_chain()).size() == c.path.size());
    }
}
