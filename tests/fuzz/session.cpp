// SPDX-License-Identifier: BSL-1.0
#include "touch.hpp"

#include <tlspp/context.hpp>
#include <tlspp/dev.hpp>
#include <tlspp/engine.hpp>
#include <tlspp/session.hpp>

#include <algorithm>
#include <string>

/// A sealed session as it comes from a file; and what would be in it, read as if the seal were right, which only those
/// can make who have the key.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fuzz;
    bytes const input(data, size);
    static std::string const key(32, 'k');
    if (auto const opened = session::unseal(key, input); !opened) {
        touch(opened.error());
    } else {
        require(false, "nobody can seal without the key");
    }

    auto const record = detail::read_record(input);
    if (!record) {
        return 0;
    }
    (void)detail::read_session(record->native);
    detail::secure_buffer held;
    if (!held.allocate(size)) {
        return 0;
    }
    std::copy_n(data, size, held.data());
    session s(std::move(held));
    touch(s.id());
    touch(s.server_name());
    touch(s.alpn());
    require(s.timeout() >= 0, "no session lasts less than no time");
    sink = sink + (s.has_ticket() ? 1U : 0U) + static_cast<unsigned>(s.time()) + s.lifetime_hint().value_or(0);
    if (auto const certificate = s.peer_certificate()) {
        touch(certificate->der());
    } else {
        touch(certificate.error());
    }
    static auto const ca = or_throw(dev::authority::create());
    static auto const context = or_throw(client_context::create({.trust = or_throw(ca.trust())}));
    auto conn = or_throw(context.wrap(memory_transport{}, "localhost"));
    if (auto const taken = conn.resume(std::move(s)); !taken) {
        touch(taken.error());
    }
    return 0;
}
