// SPDX-License-Identifier: BSL-1.0
#include "touch.hpp"

#include <tlspp/detail/record_watch.hpp>

#include <vector>

/// Records of both sides, as they come over the wire, and how they are cut: the first byte says who watches, then
/// pieces follow, each with a byte for its length and its direction. It ends with the same flows in one piece, and must
/// have seen the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fuzz;
    if (size == 0) {
        return 0;
    }
    auto const own = (data[0] & 1U) != 0 ? role::server : role::client;
    std::vector<std::byte> flows[2];
    detail::record_watch cut(own);
    auto const seen = [](const detail::record_watch& w) {
        auto const& f = w.inside().facts();
        require(f.group == 0 || f.version != 0, "a group comes after a ServerHello");
        require(!f.resumed() || f.version != 0, "nothing is resumed before a ServerHello");
        sink = sink + f.group + f.scheme + f.suite;
        return f;
    };
    bool alive = true;
    for (std::size_t at = 1; alive && at < size;) {
        auto const length = static_cast<std::size_t>(data[at] >> 1U);
        bool const received = (data[at] & 1U) != 0;
        ++at;
        auto const part = length < size - at ? length : size - at;
        auto const* const bytes_of = reinterpret_cast<const std::byte*>(data) + at;
        if (part != 0) {
            auto& flow = flows[received ? 0 : 1];
            flow.insert(flow.end(), bytes_of, bytes_of + part);
            if (received) {
                alive = cut.received(bytes_of, part);
            } else {
                alive = cut.sending(bytes_of, part);
                cut.sent(bytes_of, part, part);
            }
        }
        at += part;
        (void)seen(cut);
    }
    // one side alone does not depend on how it was cut
    if (flows[1].empty() && !flows[0].empty()) {
        detail::record_watch whole(own);
        bool const fine = whole.received(flows[0].data(), flows[0].size());
        require(fine == alive, "the verdict does not depend on the pieces");
        auto const a = seen(cut);
        auto const b = seen(whole);
        require(!alive || (a.group == b.group && a.scheme == b.scheme && a.version == b.version && a.psk == b.psk &&
                           a.extended_master_secret == b.extended_master_secret && a.full == b.full),
                "what is seen does not depend on the pieces");
        require(cut.inside().flaw() == whole.inside().flaw(), "neither do the flaws");
    }
    return 0;
}
