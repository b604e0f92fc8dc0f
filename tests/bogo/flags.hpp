// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

/// The command line of BoGo's shims (ssl/test/PORTING.md of BoringSSL).
namespace bogo {

/// What tells the runner that a test asks for something that is not there.
[[noreturn]] inline void unimplemented(std::string_view what) {
    std::cerr << "not implemented: " << what << '\n';
    std::exit(89);
}

/// What one connection is about.
struct flags {
    std::uint16_t port = 0;
    std::uint64_t shim_id = 0;
    unsigned resume_count = 0;
    std::string certificate;
    std::string key;
    std::uint16_t minimum = 0;
    std::uint16_t maximum = 0;
    std::vector<std::uint16_t> curves;
    std::vector<std::uint16_t> signing_schemes;
    std::vector<std::uint16_t> verified_schemes;
    std::string suites;
    std::string host_name;
    std::string psk;
    std::string psk_identity;
    std::string advertise_alpn; ///< as on the wire
    std::string select_alpn;
    std::string export_label;
    std::string export_context;
    unsigned export_size = 0;
    unsigned read_size = 512;
    std::string expect_alpn;
    std::string expect_server_name;
    std::uint16_t expect_version = 0;
    std::uint16_t expect_curve = 0;
    std::uint16_t expect_scheme = 0;
    std::uint16_t expect_suite = 0;
    bool ipv6 = false;
    bool server = false;
    bool async = false;
    bool no_tls1_3 = false;
    bool no_tls1_2 = false;
    bool no_ticket = false;
    bool verify_peer = false;
    bool verify_fail = false;
    bool require_certificate = false;
    bool reject_alpn = false;
    bool decline_alpn = false;
    bool use_export_context = false;
    bool tls_unique = false;
    bool implicit_handshake = false;
    bool handshake_twice = false;
    bool shim_writes_first = false;
    bool shim_shuts_down = false;
    bool check_close_notify = false;
    bool different_record_sizes = false;
    bool refuse_hello = false;
    bool expect_session_miss = false;
    bool expect_no_session = false;
    bool expect_session_id = false;
    bool expect_no_session_id = false;
    bool expect_extended_master_secret = false;
    bool expect_retry = false;
    bool expect_no_retry = false;
    std::string parameters; ///< all flags that are about contexts, in one text
    bool ignored = false;   ///< of flags about what is the same here whether they are given or not
};

namespace detail {
template <class T>
struct row {
    std::string_view name;
    T flags::* field;
};

inline constexpr row<bool> switches[] = {
    {"-ipv6", &flags::ipv6},
    {"-server", &flags::server},
    {"-async", &flags::async},
    {"-no-tls13", &flags::no_tls1_3},
    {"-no-tls12", &flags::no_tls1_2},
    {"-no-ticket", &flags::no_ticket},
    {"-verify-peer", &flags::verify_peer},
    {"-verify-fail", &flags::verify_fail},
    {"-require-any-client-certificate", &flags::require_certificate},
    {"-reject-alpn", &flags::reject_alpn},
    {"-decline-alpn", &flags::decline_alpn},
    {"-use-export-context", &flags::use_export_context},
    {"-tls-unique", &flags::tls_unique},
    {"-implicit-handshake", &flags::implicit_handshake},
    {"-no-op-extra-handshake", &flags::handshake_twice},
    {"-handshake-twice", &flags::handshake_twice},
    {"-shim-writes-first", &flags::shim_writes_first},
    {"-shim-shuts-down", &flags::shim_shuts_down},
    {"-check-close-notify", &flags::check_close_notify},
    {"-write-different-record-sizes", &flags::different_record_sizes},
    {"-fail-early-callback", &flags::refuse_hello},
    {"-expect-session-miss", &flags::expect_session_miss},
    {"-expect-no-session", &flags::expect_no_session},
    {"-expect-session-id", &flags::expect_session_id},
    {"-expect-no-session-id", &flags::expect_no_session_id},
    {"-expect-extended-master-secret", &flags::expect_extended_master_secret},
    {"-expect-hrr", &flags::expect_retry},
    {"-expect-no-hrr", &flags::expect_no_retry},
    // no such version, callback of another kind, optimisation, or comparison with another process: no difference here
    {"-no-tls1", &flags::ignored},
    {"-no-tls11", &flags::ignored},
    {"-use-custom-verify-callback", &flags::ignored},
    {"-use-old-client-cert-callback", &flags::ignored},
    {"-use-early-callback", &flags::ignored},
    {"-allow-hint-mismatch", &flags::ignored},
    {"-server-preference", &flags::ignored},
    {"-partial-write", &flags::ignored},
    {"-expect-verify-result", &flags::ignored},
};
inline constexpr row<std::string> texts[] = {
    {"-cert-file", &flags::certificate},
    {"-key-file", &flags::key},
    {"-cipher", &flags::suites},
    {"-host-name", &flags::host_name},
    {"-psk", &flags::psk},
    {"-psk-identity", &flags::psk_identity},
    {"-advertise-alpn", &flags::advertise_alpn},
    {"-select-alpn", &flags::select_alpn},
    {"-expect-alpn", &flags::expect_alpn},
    {"-expect-server-name", &flags::expect_server_name},
    {"-export-label", &flags::export_label},
    {"-export-context", &flags::export_context},
};
inline constexpr row<std::uint16_t> numbers[] = {
    {"-port", &flags::port},
    {"-min-version", &flags::minimum},
    {"-max-version", &flags::maximum},
    {"-expect-version", &flags::expect_version},
    {"-expect-curve-id", &flags::expect_curve},
    {"-expect-peer-signature-algorithm", &flags::expect_scheme},
    {"-expect-cipher", &flags::expect_suite},
};
inline constexpr row<unsigned> counts[] = {
    {"-resume-count", &flags::resume_count},
    {"-export-keying-material", &flags::export_size},
    {"-read-size", &flags::read_size},
};
inline constexpr row<std::vector<std::uint16_t>> lists[] = {
    {"-curves", &flags::curves},
    {"-signing-prefs", &flags::signing_schemes},
    {"-verify-prefs", &flags::verified_schemes},
};

template <class T>
T flags::* find(std::string_view name, const row<T>* rows, std::size_t count) {
    for (std::size_t i = 0; i != count; ++i) {
        if (rows[i].name == name) {
            return rows[i].field;
        }
    }
    return nullptr;
}
template <class T, std::size_t N>
T flags::* find(std::string_view name, const row<T> (&rows)[N]) {
    return find(name, rows, N);
}

template <class T>
T to_number(std::string_view text) {
    T out{};
    if (std::from_chars(text.data(), text.data() + text.size(), out).ptr != text.data() + text.size() || text.empty()) {
        unimplemented(text);
    }
    return out;
}

/// Takes the flag at `at` into `out`, and its value. \return how many arguments those are.
inline int take(flags& out, std::string_view name, int at, int argc, char** argv) {
    bool const about_contexts = !name.starts_with("-expect-") && name != "-verify-fail";
    out.parameters.append(about_contexts ? name : "").append(about_contexts ? "\n" : "");
    if (auto const field = find(name, switches)) {
        out.*field = true;
        return 1;
    }
    std::string_view const value = at + 1 < argc ? argv[at + 1] : "";
    out.parameters.append(about_contexts ? value : "").append(about_contexts ? "\n" : "");
    if (auto const field = find(name, texts)) {
        out.*field = value;
    } else if (auto const small = find(name, numbers)) {
        out.*small = to_number<std::uint16_t>(value);
    } else if (auto const count = find(name, counts)) {
        out.*count = to_number<unsigned>(value);
    } else if (auto const list = find(name, lists)) {
        (out.*list).push_back(to_number<std::uint16_t>(value));
    } else if (name == "-shim-id") {
        out.shim_id = to_number<std::uint64_t>(value);
    } else if (name == "-handshaker-path") { // for the shims of BoringSSL's own split handshakes
        out.ignored = true;
    } else {
        unimplemented(name);
    }
    return 2;
}
} // namespace detail

/// The flags of the first connection and of those behind it.
struct plan {
    flags first;
    flags resumed;
};

inline plan parse(int argc, char** argv) {
    plan out;
    for (int i = 1; i < argc;) {
        std::string_view name = argv[i];
        bool for_first = true;
        bool for_resumed = true;
        if (name.starts_with("-on-shim-")) { // this is the shim, and there is no other process
            name.remove_prefix(8);
        } else if (name.starts_with("-on-handshaker-")) {
            i += detail::find(name.substr(14), detail::switches) != nullptr ? 1 : 2;
            continue;
        }
        if (name.starts_with("-on-initial-")) {
            name.remove_prefix(11);
            for_resumed = false;
        } else if (name.starts_with("-on-resume-")) {
            name.remove_prefix(10);
            for_first = false;
        } else if (name.starts_with("-on-retry-")) {
            unimplemented(name); // about refused early data
        }
        int taken = 1;
        if (for_first) {
            taken = detail::take(out.first, name, i, argc, argv);
        }
        if (for_resumed) {
            taken = detail::take(out.resumed, name, i, argc, argv);
        }
        i += taken;
    }
    return out;
}
} // namespace bogo
