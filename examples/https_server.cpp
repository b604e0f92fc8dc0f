// SPDX-License-Identifier: BSL-1.0

// A page over HTTPS that says how it came: version, suite, group and ALPN protocol of the very connection. Without a
// certificate it makes a CA for this run, and says where that is and what to open.
#include "command_line.hpp"

#include <tlspp/dev.hpp>
#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <iostream>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
using namespace tlspp;
using namespace std::chrono_literals;
using command_line::stop;
using command_line::write_file;

namespace {

constexpr std::string_view usage = R"(usage: https_server [option ...]

Serves one page over HTTPS, which says how it came.

  --port N            the port to listen on; 0 (the default): one that the system chooses
  --cert FILE         the certificate, followed by its intermediates (PEM); with --key
  --key FILE          its private key (PEM)
  --ca-file FILE      without --cert: where to write the CA certificate that is made for this run
                      (tlspp-demo-ca.pem unless it is given)
  --port-file FILE    write the port into this file when browsers may come
  --help              this text

Listens on this machine's loopback addresses only. Runs until it is ended by a signal.
)";

struct arguments {
    std::uint16_t port = 0;
    std::string certificate;
    std::string key;
    std::string ca_file = "tlspp-demo-ca.pem";
    std::string port_file;
};

arguments parse(int argc, char** argv) {
    arguments out;
    for (int i = 1; i < argc; i += 2) {
        std::string_view const name = argv[i];
        if (i + 1 == argc) {
            throw stop{command_line::wrong_usage, "nothing stands behind " + std::string(name)};
        }
        std::string_view const value = argv[i + 1];
        if (name == "--port") {
            auto const [end, failure] = std::from_chars(value.data(), value.data() + value.size(), out.port);
            if (failure != std::errc{} || end != value.data() + value.size()) {
                throw stop{command_line::wrong_usage, "not a port: " + std::string(value)};
            }
        } else if (name == "--cert") {
            out.certificate = value;
        } else if (name == "--key") {
            out.key = value;
        } else if (name == "--ca-file") {
            out.ca_file = value;
        } else if (name == "--port-file") {
            out.port_file = value;
        } else {
            throw stop{command_line::wrong_usage, "unknown option " + std::string(name) + ", see --help"};
        }
    }
    if (out.certificate.empty() != out.key.empty()) {
        throw stop{command_line::wrong_usage, "--cert and --key belong together"};
    }
    return out;
}

identity own_identity(const arguments& given) {
    if (!given.certificate.empty()) {
        return or_throw(identity::from_files(given.certificate, given.key));
    }
    auto const ca = or_throw(dev::authority::create({.common_name = "tlspp demo CA, good for one run"}));
    write_file(given.ca_file, ca.certificate_pem());
    return or_throw(ca.issue({.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1", "::1"}}));
}

std::string page_for(connection& conn) {
    auto const group = conn.group();
    auto const row = [](std::string_view what, std::string_view value) {
        return "<tr><th>" + std::string(what) + "<td>" + std::string(value) + "\n";
    };
    return "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>tlspp</title>\n"
           "<style>body{font:18px/1.5 system-ui,sans-serif;max-width:36em;margin:3em auto;padding:0 1em}"
           "th{text-align:left;padding-right:2em}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}"
           "</style>\n<h1>Hello over TLS</h1>\n<p>This page came through tlspp, and this is how:\n<table>\n" +
           row("protocol", conn.cipher().protocol) + row("cipher suite", conn.cipher().name) +
           row("key agreement", group ? name(*group) : "none") + row("ALPN", conn.alpn().value_or("none")) +
           row("resumed", conn.session_reused() ? "yes" : "no") + "</table>\n</html>\n";
}

/// The request's head, of bounded length; nothing where the browser closes without one.
std::optional<std::string> read_head(connection& conn) {
    constexpr std::size_t longest = 16384;
    std::string head;
    std::array<char, 4096> buffer;
    while (head.find("\r\n\r\n") == std::string::npos) {
        std::size_t const n = or_throw(conn.read_some(buffer));
        if (n == 0 || head.size() > longest) {
            return std::nullopt;
        }
        head.append(buffer.data(), n);
    }
    return head;
}

void answer(connection& conn) {
    auto const head = read_head(conn);
    if (!head) {
        return;
    }
    bool const get = head->starts_with("GET ");
    std::string_view const target = std::string_view(*head).substr(4, head->find(' ', 4) - 4);
    bool const found = get && target == "/";
    auto const body = found ? page_for(conn) : "<!doctype html>\n<title>Not here</title>\n<p>There is only one page.\n";
    auto const status = found ? "200 OK" : get ? "404 Not Found" : "405 Method Not Allowed";
    or_throw(conn.write_all("HTTP/1.1 " + std::string(status) +
                            "\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
                            "Connection: close\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body));
    or_throw(conn.shutdown(deadline{5s})); // until the browser has closed too: then it has read everything
}

void log(const std::string& line) {
    static std::mutex one_at_a_time;
    std::lock_guard const lock(one_at_a_time);
    std::cout << line << std::endl;
}

void serve(const server_context& context, bsd_socket socket) try {
    socket.set_timeout(30s); // for each read and write
    auto conn = or_throw(context.wrap(std::move(socket)));
    conn.transport().set_deadline(deadline{10s}); // for the whole handshake
    or_throw(conn.handshake());
    conn.transport().clear_deadline();
    answer(conn);
} catch (const std::exception& e) {
    log(e.what()); // a browser that does not trust us, or has changed its mind: the next one is served
}
} // namespace

int main(int argc, char** argv) try {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
        std::cout << usage;
        return 0;
    }
    auto const given = parse(argc, argv);
    auto const context = or_throw(server_context::create({
        .identities = {own_identity(given)},
        .alpn = {"http/1.1"},
    }));
    auto listener = or_throw(bsd_listener::bind("localhost", given.port));
    auto const port = std::to_string(listener.port());
    if (!given.port_file.empty()) {
        write_file(given.port_file, port + "\n");
    }
    std::string hint;
    if (given.certificate.empty()) {
        hint =
            "  (its CA is " + given.ca_file + ": curl --cacert " + given.ca_file + " ..., or let the browser trust it)";
    }
    log("open https://localhost:" + port + "/" + hint);

    static std::counting_semaphore<64> seats(64); // at a time; the others wait in the listener's queue
    for (;;) {
        seats.acquire();
        auto socket = listener.accept();
        if (!socket) {
            log(to_string(socket.error()));
            seats.release();
            continue;
        }
        std::thread([context, client = std::move(*socket)]() mutable {
            serve(context, std::move(client));
            seats.release();
        }).detach();
    }
} catch (const stop& why) {
    std::cerr << "https_server: " << why.text << '\n';
    return why.status;
} catch (const std::exception& e) {
    std::cerr << "https_server: " << e.what() << '\n';
    return 1;
}
