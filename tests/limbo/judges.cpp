// SPDX-License-Identifier: BSL-1.0
#include "judges.hpp"

#include "support/pair.hpp"

#include <tlspp/context.hpp>
#include <tlspp/dev.hpp>
#include <tlspp/text.hpp>
#include <tlspp/x509/verify_chain.hpp>

using namespace tlspp;

namespace limbo {
namespace {

std::string join(const std::vector<std::string>& parts) {
    std::string out;
    for (auto const& one : parts) {
        out += one + "\n";
    }
    return out;
}

x509::oid purpose_of(const std::string& name) {
    return name == "serverAuth"        ? x509::oids::server_auth
           : name == "clientAuth"      ? x509::oids::client_auth
           : name == "codeSigning"     ? x509::oids::code_signing
           : name == "emailProtection" ? x509::oids::email_protection
           : name == "timeStamping"    ? x509::oids::time_stamping
           : name == "OCSPSigning"     ? x509::oids::ocsp_signing
                                       : x509::oids::any_extended_key_usage;
}

/// What both ways of judging need; a sentence where it cannot be read, and then nobody can accept the chain.
struct material {
    trust_store trust;
    std::vector<certificate> chain;
    crl_list crls;
    std::string failure;
};

material read_material(const test_case& c) {
    material out;
    if (auto const trust = trust_store::from_pem(join(c.anchors))) {
        out.trust = *trust;
    } else {
        out.failure = "anchor: " + to_string(trust.error());
    }
    if (auto const leaf = certificate::from_pem(c.leaf)) {
        out.chain.push_back(*leaf);
    } else {
        out.failure = "leaf: " + to_string(leaf.error());
    }
    for (auto const& one : c.intermediates) {
        if (auto const read = certificate::from_pem(one)) {
            out.chain.push_back(*read);
        }
    }
    if (!c.crls.empty()) {
        if (auto const lists = crl_list::from_pem(join(c.crls))) {
            out.crls = *lists;
        } else {
            out.failure = "CRL: " + to_string(lists.error());
        }
    }
    return out;
}

std::string sentences(verify_flags flags) {
    std::string out;
    for (unsigned bit = 0; bit != 64; ++bit) {
        if ((flags.bits() >> bit & 1U) != 0) {
            out += (out.empty() ? "" : "; ") + std::string(describe(static_cast<verify_flag>(1ULL << bit)));
        }
    }
    return out;
}

verdict verdict_of(const result<void>& r) {
    if (r) {
        return verdict::accept();
    }
    bool const rejected = r.error() == errc::certificate_rejected;
    return rejected ? verdict::refused(r.error().flags()) : verdict::refused(to_string(r.error()));
}
} // namespace

verdict verdict::refused(verify_flags flags) { return {.why = sentences(flags), .flags = flags}; }

verdict by_verify(const test_case& c, tlspp::profile rules) {
    auto const all = read_material(c);
    if (!all.failure.empty()) {
        return verdict::refused(all.failure);
    }
    std::vector<x509::oid> purposes;
    for (auto const& one : c.purposes) {
        if (auto const id = purpose_of(one); id != x509::oids::any_extended_key_usage) {
            purposes.push_back(id);
        }
    }
    x509::verify_options options;
    options.purpose = c.of_client ? x509::purpose::client : x509::purpose::server;
    options.profile = rules;
    options.time = c.time;
    options.policy.further_purposes = purposes;
    if (c.depth) {
        options.policy.max_intermediates = *c.depth;
    }
    options.policy.crls = all.crls;
    options.policy.revocation = c.crls.empty() ? revocation::off : revocation::chain;
    if (auto const has = all.chain[0].key_usage(); has && (c.usages.bits() & ~has->bits()) != 0) {
        return verdict::refused("keyUsage");
    }
    auto const names = c.names.empty() ? std::vector<peer_name>(1) : c.names;
    for (auto const& wanted : names) {
        std::optional<server_name> name;
        options.name = nullptr;
        options.email = {};
        if (wanted.kind == "RFC822") {
            options.email = wanted.value;
        } else if (!wanted.kind.empty()) {
            auto const parsed = server_name::parse(wanted.value);
            if (!parsed) {
                return verdict::refused(to_string(parsed.error()));
            }
            options.name = &name.emplace(*parsed);
        }
        if (auto const v = verdict_of(x509::verify(all.chain, all.trust, options)); !v.accepted) {
            return v;
        }
    }
    return verdict::accept();
}

verdict by_handshake(const test_case& c, tlspp::profile rules) {
    auto const all = read_material(c);
    if (!all.failure.empty()) {
        return verdict::left_out(all.failure);
    }
    bool const by_name = c.of_client ? c.names.empty() : c.names.size() < 2;
    bool const usual =
        c.purposes.empty() || (c.purposes.size() == 1 && c.purposes[0] == (c.of_client ? "clientAuth" : "serverAuth"));
    if (c.key.empty() || c.depth || !c.usages.empty() || !usual || !by_name) {
        return verdict::left_out("no key, or an option that contexts do not have");
    }
    auto const own = identity::from_pem(c.leaf + "\n" + join(c.intermediates), c.key);
    if (!own) {
        return verdict::left_out("identity: " + to_string(own.error()));
    }
    static dev::authority const ca = or_throw(dev::authority::create());
    static identity const localhost = or_throw(ca.issue({.dns_names = {"localhost"}}));

    unix_seconds time = c.time.value_or(0);
    clock_source clock;
    if (c.time) {
        clock = {[](void* at) -> std::int64_t { return *static_cast<unix_seconds*>(at); }, &time};
    }
    client_options client;
    server_options server;
    auto const judged_by = [&](auto& options) {
        options.trust = all.trust;
        options.profile = rules;
        options.clock = clock;
        options.crls = all.crls;
        options.revocation = c.crls.empty() ? revocation::off : revocation::chain;
    };
    if (c.of_client) {
        client.trust = or_throw(ca.trust());
        client.identity = *own;
        server.identities = {localhost};
        server.client_auth = client_auth::required;
        judged_by(server);
    } else {
        judged_by(client);
        server.identities = {*own};
    }
    auto const client_side = client_context::create(client);
    auto const server_side = server_context::create(server);
    if (!client_side || !server_side) {
        return verdict::refused(to_string(client_side ? server_side.error() : client_side.error()));
    }
    auto const name = c.of_client ? "localhost" : c.names.empty() ? "" : c.names[0].value;
    auto near = name.empty() ? client_side->wrap(memory_transport{}, insecure_any_name)
                             : client_side->wrap(memory_transport{}, name);
    auto far = server_side->wrap(memory_transport{});
    if (!near || !far) {
        return verdict::refused(to_string(near ? far.error() : near.error()));
    }
    auto const done = test::shake_hands(*near, *far);
    return verdict_of(c.of_client ? done.server : done.client);
}

namespace {
/// Mbed TLS's lists, freed in the end.
struct native {
    native() {
        mbedtls_x509_crt_init(&chain);
        mbedtls_x509_crt_init(&anchors);
        mbedtls_x509_crl_init(&crls);
    }
    native(const native&) = delete;
    native& operator=(const native&) = delete;
    ~native() {
        mbedtls_x509_crt_free(&chain);
        mbedtls_x509_crt_free(&anchors);
        mbedtls_x509_crl_free(&crls);
    }
    static bool parse(mbedtls_x509_crt& into, const std::string& pem) {
        return mbedtls_x509_crt_parse(&into, reinterpret_cast<const unsigned char*>(pem.c_str()), pem.size() + 1) == 0;
    }
    static bool parse(mbedtls_x509_crl& into, const std::string& pem) {
        return mbedtls_x509_crl_parse(&into, reinterpret_cast<const unsigned char*>(pem.c_str()), pem.size() + 1) == 0;
    }

    mbedtls_x509_crt chain;
    mbedtls_x509_crt anchors;
    mbedtls_x509_crl crls;
};

/// Mbed TLS knows the system's time only: its own judgement of dates, made again for the time of the case.
int judge_dates(void* at, mbedtls_x509_crt* crt, int, std::uint32_t* flags) {
    auto const now = *static_cast<const unix_seconds*>(at);
    *flags &= ~static_cast<std::uint32_t>(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
    *flags |= now > detail::to_unix(crt->valid_to) ? MBEDTLS_X509_BADCERT_EXPIRED : 0;
    *flags |= now < detail::to_unix(crt->valid_from) ? MBEDTLS_X509_BADCERT_FUTURE : 0;
    return 0;
}
} // namespace

verdict by_mbedtls(const test_case& c) {
    if (c.depth) {
        return verdict::left_out("it has no limit of its own");
    }
    native all;
    if (!native::parse(all.chain, c.leaf)) {
        return verdict::refused("the leaf cannot be parsed");
    }
    for (auto const& one : c.intermediates) {
        (void)native::parse(all.chain, one);
    }
    for (auto const& one : c.anchors) {
        if (!native::parse(all.anchors, one)) {
            return verdict::refused("an anchor cannot be parsed");
        }
    }
    for (auto const& one : c.crls) {
        if (!native::parse(all.crls, one)) {
            return verdict::refused("a CRL cannot be parsed");
        }
    }
    bool const named = !c.names.empty() && c.names[0].kind != "RFC822";
    unix_seconds at = c.time.value_or(0);
    std::uint32_t flags = 0;
    int const code = mbedtls_x509_crt_verify(&all.chain, &all.anchors, c.crls.empty() ? nullptr : &all.crls,
                                             named ? c.names[0].value.c_str() : nullptr, &flags,
                                             c.time ? &judge_dates : nullptr, &at);
    if (code != 0) {
        return verdict::refused(verify_flags(std::uint64_t{flags}));
    }
    auto purposes = c.purposes;
    purposes.emplace_back(c.of_client ? "clientAuth" : "serverAuth");
    for (auto const& one : purposes) {
        auto const id = purpose_of(one).der();
        if (one != "anyExtendedKeyUsage" &&
            mbedtls_x509_crt_check_extended_key_usage(&all.chain, id.data(), id.size())) {
            return verdict::refused("extendedKeyUsage");
        }
    }
    constexpr unsigned native_usages[] = {
        MBEDTLS_X509_KU_DIGITAL_SIGNATURE, MBEDTLS_X509_KU_NON_REPUDIATION, MBEDTLS_X509_KU_KEY_ENCIPHERMENT,
        MBEDTLS_X509_KU_DATA_ENCIPHERMENT, MBEDTLS_X509_KU_KEY_AGREEMENT,   MBEDTLS_X509_KU_KEY_CERT_SIGN,
        MBEDTLS_X509_KU_CRL_SIGN,          MBEDTLS_X509_KU_ENCIPHER_ONLY,   MBEDTLS_X509_KU_DECIPHER_ONLY};
    for (unsigned i = 0; i != std::size(native_usages); ++i) {
        if ((c.usages.bits() >> i & 1U) != 0 && mbedtls_x509_crt_check_key_usage(&all.chain, native_usages[i]) != 0) {
            return verdict::refused("keyUsage");
        }
    }
    return verdict::accept();
}

std::string excuse(const test_case& c) {
    if (auto const stricter = by_verify(c, profile::webpki); stricter.applies && !stricter.accepted) {
        return stricter.why;
    }
    verify_policy policy;
    policy.profile = profile::webpki;
    std::string found;
    for (auto const& pem : c.anchors) {
        auto const anchor = certificate::from_pem(pem);
        if (!anchor) {
            continue;
        }
        // once as an issuer, whose issuer is not known: a root need not name it
        auto const* const native = anchor->native_handle();
        const mbedtls_x509_crt* const twice[] = {native, native};
        policy.insecure_no_authority_key = x509::is_self_issued(*native);
        policy.insecure_no_end_entity = policy.insecure_no_alternative_names = true;
        found += sentences(x509::check_form({twice, 2, false}, policy));
        if (x509::find_extension(*native, x509::oids::extended_key_usage)) {
            found += "a root has extendedKeyUsage";
        }
        if (auto const limits = x509::find_extension(*native, x509::oids::name_constraints);
            limits && !limits->critical) {
            found += "name constraints are not critical";
        }
    }
    return found.empty() ? std::string() : "in the anchor: " + found;
}
} // namespace limbo
