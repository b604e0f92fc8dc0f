// SPDX-License-Identifier: BSL-1.0

// Fetches an https URL: the request goes out only to a server that has proved its name, and an answer that was cut
// short is never taken for a whole one.
#include "tls_arguments.hpp"

#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
using namespace tlspp;
using namespace std::chrono_literals;
using command_line::host_and_port;
using command_line::parse_authority;
using command_line::stop;

namespace {

constexpr std::string_view usage = R"(usage: get [option ...] URL

Fetches an https URL and writes what the server answers to standard output.

  --ca FILE             trust the CA certificates of this file (PEM) instead of the system's
  --name NAME           the name that the certificate must carry, where it is not the URL's host
  --connect HOST:PORT   where to connect to, where it is not the URL's host and port
  --cert FILE           a certificate for the server, where it asks for one, followed by its intermediates (PEM)
  --key FILE            its private key (PEM)
  --resume              fetch it twice, the second time with the session of the first (one answer is written)
  --verbose             tell on standard error about the connection and the answer's headers
  --help                this text
)";
constexpr std::string_view usage_end = R"(
With --psk the first key of the file is offered; where --ca is not given, nothing but that key proves who the server is.
The system's CA certificates are those of the distribution's bundle, or what the environment variables SSL_CERT_FILE
and SSL_CERT_DIR name. Nothing is sent before the server's certificate has been verified. Redirections are not followed.

Exit status:
  0   the answer is there, and its status is 2xx
  1   the server answered with another status; the body was written all the same
  2   wrong usage, a URL that is none, or a CA file that cannot be read
  3   no connection: the name has no address, nobody listens, or connecting took too long
  4   the server's certificate was refused: nothing was sent
  5   TLS failed in another way, or the connection broke off or stood still
  6   what the server sent is not HTTP, or not complete
  7   standard output could not be written
  8   the session was not resumed, though --resume asked for it
)";

int status_of(const error& why) {
    switch (why.code()) {
    case errc::resolve:
        return 3;
    case errc::timed_out:
        return why.why() == reason::io_deadline ? 5 : 3;
    case errc::transport:
        return why.why() == reason::connect_failed ? 3 : 5;
    case errc::certificate_rejected:
        return 4;
    case errc::invalid_name:
    case errc::invalid_argument:
    case errc::file:
    case errc::malformed:
    case errc::no_trust:
        return 2;
    default:
        return 5;
    }
}
template <class T>
T value_of(result<T>&& r) {
    if (!r) {
        throw stop{status_of(r.error()), to_string(r.error())};
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*r);
    }
}

struct url {
    host_and_port where;
    std::string authority; ///< as the Host header has it
    std::string target;    ///< path and query
};

url parse_url(std::string_view text) {
    constexpr std::string_view scheme = "https://";
    if (!text.starts_with(scheme)) {
        throw stop{2, "the URL must begin with https://"};
    }
    for (char c : text) {
        if (c <= ' ' || c >= 0x7F) { // a line end here would be one in the request
            throw stop{2, "a URL has no spaces, control characters or letters beyond ASCII: escape them with %"};
        }
    }
    text = text.substr(scheme.size(), text.find('#') - scheme.size());
    auto const end = text.find_first_of("/?");
    url out;
    out.authority = text.substr(0, end);
    if (out.authority.find('@') != std::string::npos) {
        throw stop{2, "user names in URLs are not supported"};
    }
    out.where = parse_authority(out.authority, 443);
    out.target = end == std::string_view::npos ? "" : text.substr(end);
    if (!out.target.starts_with('/')) {
        out.target.insert(0, "/");
    }
    return out;
}

/// The server's answer, read piece by piece.
class answer {
public:
    /// \param kept goes to standard output; otherwise it is thrown away.
    answer(connection& conn, bool kept) : conn_(conn), kept_(kept) {}

    /// One line without its end.
    std::string line() {
        for (;;) {
            if (auto const end = held_.find('\n'); end != std::string::npos) {
                std::string out = held_.substr(0, end != 0 && held_[end - 1] == '\r' ? end - 1 : end);
                held_.erase(0, end + 1);
                return out;
            }
            if (held_.size() > longest_line) {
                throw stop{6, "the server's answer has a line that is too long"};
            }
            if (!more()) {
                throw stop{6, "the server's answer ends within its headers"};
            }
        }
    }
    /// So many bytes to standard output.
    void copy(std::size_t count) {
        while (count != 0) {
            if (held_.empty() && !more()) {
                throw stop{6, "the server's answer is shorter than it said"};
            }
            count -= write(std::min(count, held_.size()));
        }
    }
    /// Everything up to the close_notify of the server: without that, more may have been to come.
    void copy_rest() {
        do {
            write(held_.size());
        } while (more());
    }
    void copy_chunks() { // RFC 9112 §7.1
        for (;;) {
            std::string const head = line();
            std::size_t size = 0;
            auto const [end, failure] = std::from_chars(head.data(), head.data() + head.size(), size, 16);
            bool const whole = end == head.data() + head.size() || *end == ';' || *end == ' ';
            if (failure != std::errc{} || !whole) {
                throw stop{6, "the server's answer has a chunk without length"};
            }
            if (size == 0) {
                while (!line().empty()) { // trailers
                }
                return;
            }
            copy(size);
            if (!line().empty()) {
                throw stop{6, "the server's answer has a chunk that is longer than it said"};
            }
        }
    }

private:
    static constexpr std::size_t longest_line = 65536;

    bool more() {
        std::array<char, 16384> buffer;
        std::size_t const n = value_of(conn_.read_some(buffer));
        held_.append(buffer.data(), n);
        return n != 0;
    }
    std::size_t write(std::size_t count) {
        if (kept_ && std::fwrite(held_.data(), 1, count, stdout) != count) {
            throw stop{7, "cannot write to standard output"};
        }
        held_.erase(0, count);
        return count;
    }

    connection& conn_;
    bool kept_;
    std::string held_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

struct headers {
    int status = 0;
    bool chunked = false;
    std::optional<std::size_t> length;
};

headers read_headers(answer& from, bool verbose) {
    headers out;
    auto const tell = [verbose](std::string_view line) {
        if (verbose) {
            for (char c : line) {
                std::cerr << (c >= ' ' && c < 0x7F ? c : '?'); // nothing that a terminal would obey
            }
            std::cerr << '\n';
        }
    };
    std::string const first = from.line();
    tell(first);
    if (!first.starts_with("HTTP/1.") || first.size() < 12 ||
        std::from_chars(first.data() + 9, first.data() + 12, out.status).ptr != first.data() + 12) {
        throw stop{6, "the server does not speak HTTP"};
    }
    for (std::string line = from.line(); !line.empty(); line = from.line()) {
        tell(line);
        auto const colon = line.find(':');
        std::string_view const name = std::string_view(line).substr(0, colon);
        std::string_view value = colon == std::string::npos ? "" : std::string_view(line).substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
        value = value.substr(0, value.find_last_not_of(" \t") + 1);
        if (equal_ignoring_case(name, "transfer-encoding")) {
            if (!equal_ignoring_case(value, "chunked")) {
                throw stop{6, "the server's answer is encoded in a way that this program does not know"};
            }
            out.chunked = true;
        } else if (equal_ignoring_case(name, "content-length")) {
            std::size_t length = 0;
            auto const [end, failure] = std::from_chars(value.data(), value.data() + value.size(), length);
            if (failure != std::errc{} || end != value.data() + value.size() || out.length.value_or(length) != length) {
                throw stop{6, "the server's answer has a length that is no number"};
            }
            out.length = length;
        }
    }
    return out;
}

struct arguments {
    std::string ca;
    std::string name;
    std::string connect;
    std::string certificate;
    std::string key;
    std::string url;
    bool resume = false;
    bool verbose = false;
    command_line::tls_arguments tls;
};

std::optional<arguments> parse(int argc, char** argv) {
    arguments out;
    for (int i = 1; i < argc; ++i) {
        std::string_view const argument = argv[i];
        std::string* value = argument == "--ca"        ? &out.ca
                             : argument == "--name"    ? &out.name
                             : argument == "--connect" ? &out.connect
                             : argument == "--cert"    ? &out.certificate
                             : argument == "--key"     ? &out.key
                                                       : nullptr;
        if (value != nullptr && i + 1 < argc) {
            *value = argv[++i];
        } else if (argument == "--verbose" || argument == "--resume") {
            (argument == "--verbose" ? out.verbose : out.resume) = true;
        } else if (value == nullptr && !argument.starts_with('-') && out.url.empty()) {
            out.url = argument;
        } else if (i + 1 < argc && out.tls.take(argument, argv[i + 1])) {
            ++i;
        } else {
            return std::nullopt;
        }
    }
    return out.url.empty() || out.certificate.empty() != out.key.empty() ? std::nullopt : std::optional(out);
}

client_context make_context(const arguments& given) {
    client_options options{.alpn = {"http/1.1"}};
    if (!given.ca.empty()) {
        options.trust = value_of(trust_store::from_file(given.ca));
    }
    if (!given.certificate.empty()) {
        options.identity = value_of(identity::from_files(given.certificate, given.key));
    }
    if (given.tls.has_keys()) {
        options.psk = given.tls.client_keys();
    }
    if (given.resume) {
        options.session_cache = value_of(session_cache::create());
    }
    return value_of(client_context::create(given.tls.applied_to(std::move(options))));
}

/// The answer's status; its body goes to standard output.
int fetch(const arguments& given, const client_context& context, bool resumed, bool write) {
    url const what = parse_url(given.url);
    auto const where = given.connect.empty() ? what.where : parse_authority(given.connect, what.where.port);
    auto conn = value_of(
        connect(context, given.name.empty() ? what.where.host : given.name, where.port, {.address = where.host}));
    conn.transport().set_timeout(60s); // for each read and write
    if (resumed && !conn.session_reused()) {
        throw stop{8, "the server did not resume the session"};
    }
    if (auto const exported = given.tls.exported(conn); !exported.empty()) {
        std::cerr << exported << '\n';
    }
    if (given.verbose) {
        std::cerr << "connected to " << conn.transport().peer_endpoint().address() << " port " << where.port << ", "
                  << conn.cipher() << ", " << conn.server_name() << " verified\n";
        if (auto const peer = conn.peer_certificate()) { // there is none where a key stood in for it
            std::cerr << *peer << '\n';
        }
    }

    value_of(conn.write_all("GET " + what.target + " HTTP/1.1\r\nHost: " + what.authority +
                            "\r\nUser-Agent: tlspp-get\r\nAccept: */*\r\nConnection: close\r\n\r\n"));
    answer from(conn, write);
    headers found = read_headers(from, given.verbose);
    while (found.status >= 100 && found.status < 200) { // interim answers (RFC 9110 §15.2)
        found = read_headers(from, given.verbose);
    }
    if (found.status != 204 && found.status != 304) {
        if (found.chunked) {
            from.copy_chunks();
        } else if (found.length) {
            from.copy(*found.length);
        } else {
            from.copy_rest();
        }
    }
    if (std::fflush(stdout) != 0) {
        throw stop{7, "cannot write to standard output"};
    }
    (void)conn.shutdown(); // everything is there: a server that is gone already is no failure
    return found.status;
}
} // namespace

int main(int argc, char** argv) try {
    if (std::find_if(argv + 1, argv + argc, [](std::string_view a) { return a == "--help"; }) != argv + argc) {
        std::cout << usage << command_line::tls_arguments::usage << usage_end;
        return 0;
    }
    auto const given = parse(argc, argv);
    if (!given) {
        std::cerr << usage << command_line::tls_arguments::usage << usage_end;
        return 2;
    }
    auto const context = make_context(*given);
    if (given->resume) {
        fetch(*given, context, false, false);
    }
    int const status = fetch(*given, context, given->resume, true);
    if (status < 200 || status > 299) {
        throw stop{1, "the server answered with status " + std::to_string(status)};
    }
} catch (const stop& s) {
    std::cerr << "get: " << s.text << '\n';
    return s.status;
} catch (const std::exception& e) {
    std::cerr << "get: " << e.what() << '\n';
    return 5;
}
