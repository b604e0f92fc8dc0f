// SPDX-License-Identifier: BSL-1.0
#include "several.hpp"

#include <tlspp/x509/verify_chain.hpp>

/// Certificates in DER, one after the other, the last of which is trusted: what `x509::verify` accepts must be good.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fuzz;
    auto const all = certificates_of(bytes(data, size));
    static const auto name = server_name::parse("a.example");
    if (all.empty()) {
        return 0;
    }
    auto const trust = trust_store::from_der(all.back().der());
    if (!trust) {
        touch(trust.error());
        return 0;
    }
    constexpr unix_seconds time = 1'800'000'000;
    x509::verify_options const options{.name = &*name, .purpose = x509::purpose::server, .time = time};
    auto const verdict = x509::verify(all, *trust, options);
    if (!verdict) {
        touch(verdict.error());
        return 0;
    }
    const certificate& leaf = all.front();
    require(x509::matches_name(*leaf.native_handle(), detail::peer_name::of(*name)), "what was accepted has the name");
    require(leaf.not_before() <= time && leaf.not_after() >= time, "what was accepted is valid at that time");
    // Whoever changes what is signed of the leaf breaks its signature.
    auto changed = std::vector<std::byte>(leaf.der().begin(), leaf.der().end());
    auto const offset = static_cast<std::size_t>(leaf.tbs().data() - leaf.der().data()) + leaf.tbs().size() / 2;
    changed[offset] ^= std::byte{1};
    if (auto const other = certificate::from_der(changed); other && all.size() > 1) {
        auto others = all;
        others.front() = *other;
        require(!x509::verify(others, *trust, options), "a changed certificate is not accepted");
    }
    return 0;
}
