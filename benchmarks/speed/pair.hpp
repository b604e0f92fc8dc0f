// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <cstddef>
#include <memory>
#include <string>

/// What is measured: a client and a server in one program, which hand each other their bytes in memory.
namespace speed {

struct settings {
    bool tls1_3 = true;
    int suite = 0x1301;  ///< its number: TLS_AES_128_GCM_SHA256
    bool resume = false; ///< each connection but the first resumes a session
};

/// In PEM.
struct credentials {
    std::string root;
    std::string certificate;
    std::string key;
};

class pair {
public:
    virtual ~pair() = default;
    /// Drops the connection that is there, and makes one, chain and name verified.
    virtual void connect() = 0;
    virtual bool resumed() const = 0;
    /// The client writes, the server reads all of it.
    virtual void ask(std::size_t size) = 0;
    /// The other way.
    virtual void answer(std::size_t size) = 0;
};

std::unique_ptr<pair> make_tlspp(const settings& settings, const credentials& own);
std::unique_ptr<pair> make_openssl(const settings& settings, const credentials& own);

[[noreturn]] void give_up(const std::string& why);
} // namespace speed
