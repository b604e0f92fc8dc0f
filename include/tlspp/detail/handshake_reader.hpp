// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/handshake_facts.hpp>
#include <tlspp/protocol.hpp>

/// \file
/// Follows the handshake messages of one flow while they are in the clear. It reads, and never judges what Mbed TLS
/// judges: a message that it cannot follow is passed over.
namespace tlspp::inline TLSPP_ABI::detail {

/// Reads the messages that one side sends, in whatever pieces they come; keeps at most one field of a message.
class handshake_reader {
public:
    /// What the outside is told of a message: once, as soon as its type is known.
    struct seen {
        handshake_type type;
        std::uint32_t length;
    };

    explicit handshake_reader(role sender) noexcept : sender_(sender) {}

    /// Bytes of handshake records. `tell(seen)` is called for each message that begins.
    template <class Tell>
    void read(handshake_facts& facts, const std::byte* data, std::size_t size, Tell&& tell) noexcept {
        while (size != 0) {
            std::size_t const wanted = skip_ != 0 ? skip_ : need_ - have_;
            auto const part = size < wanted ? size : wanted;
            if (skip_ != 0) {
                skip_ -= static_cast<std::uint32_t>(part);
            } else {
                for (std::size_t i = 0; i != part; ++i) {
                    field_[have_ + i] = static_cast<std::uint8_t>(data[i]);
                }
                have_ = static_cast<std::uint8_t>(have_ + part);
            }
            data += part;
            size -= part;
            while (skip_ == 0 && have_ == need_) { // each turn goes on in the message, or ends it
                have_ = 0;
                step(facts, tell);
            }
        }
    }
    /// The flaw of what was read; it stays.
    hello_flaw flaw() const noexcept { return flaw_; }

private:
    enum class at : std::uint8_t {
        header,
        end,
        hello,
        session_id,
        suites_size,
        suite,
        compressions_size,
        compression,
        choice,
        extensions_size,
        extension,
        versions_size,
        version,
        formats_size,
        format,
        shares_size,
        share,
        share_end,
        chosen_version,
        chosen_share,
        chosen_key,
        extension_end,
        hint_size,
        hint_end,
        curve,
        point,
        point_end,
        scheme,
        answered_point,
    };

    // ---- fields ----------------------------------------------------------------------------------------------

    std::uint16_t number(std::size_t i) const noexcept {
        return static_cast<std::uint16_t>(field_[i] << 8 | field_[i + 1]);
    }
    /// Goes on with `size` bytes of the message as the field of `next`.
    void want(std::size_t size, at next) noexcept {
        if (size > left_) {
            return pass_over();
        }
        left_ -= static_cast<std::uint32_t>(size);
        need_ = static_cast<std::uint8_t>(size);
        at_ = next;
    }
    void skip(std::size_t size, at next) noexcept {
        if (size > left_) {
            return pass_over();
        }
        left_ -= static_cast<std::uint32_t>(size);
        skip_ = static_cast<std::uint32_t>(size);
        need_ = 0;
        at_ = next;
    }
    void skip_rest() noexcept { skip(left_, at::end); }
    /// The message cannot be followed: Mbed TLS will refuse it, and what was against it does not count.
    void pass_over() noexcept {
        pending_ = hello_flaw::none;
        judged_ = false;
        skip_rest();
    }
    void found(hello_flaw flaw) noexcept {
        if (pending_ == hello_flaw::none || flaw < pending_) {
            pending_ = flaw;
        }
    }

    // ---- messages --------------------------------------------------------------------------------------------

    template <class Tell>
    void step(handshake_facts& facts, Tell& tell) noexcept {
        switch (at_) {
        case at::header:
            return begin(facts, tell);
        case at::hello:
            return hello(facts, tell);
        case at::end:
            return finish(facts);
        default:
            return go_on(facts);
        }
    }

    template <class Tell>
    void begin(handshake_facts& facts, Tell& tell) noexcept {
        type_ = static_cast<handshake_type>(field_[0]);
        length_ = left_ = static_cast<std::uint32_t>(field_[1]) << 16 | number(2);
        pending_ = hello_flaw::none;
        judged_ = false;
        bool const client = sender_ == role::client;
        if (type_ == handshake_type::server_hello && !client && left_ >= 35) {
            return want(35, at::hello); // told when it is known which of the two it is
        }
        tell(seen{type_, length_});
        if (type_ == handshake_type::client_hello && client) {
            return want(35, at::hello);
        }
        bool const exchange =
            type_ == (client ? handshake_type::client_key_exchange : handshake_type::server_key_exchange);
        if (exchange && is_ecdhe_psk(facts.suite)) {
            return want(2, at::hint_size);
        }
        if (exchange && is_ecdhe(facts.suite)) {
            return want_key();
        }
        if (type_ == handshake_type::server_hello_done && !client) {
            facts.full = true;
        }
        skip_rest();
    }

    template <class Tell>
    void hello(handshake_facts& facts, Tell& tell) noexcept {
        judged_ = true;
        no_uncompressed_ = retry_ = false;
        extensions_ = {};
        if (sender_ == role::client) {
            facts.asked = {};
            facts.offers_tls1_3 = facts.offers_ticket = false;
        } else {
            retry_ = is_retry();
            tell(seen{retry_ ? handshake_type::hello_retry_request : type_, length_});
            facts.retried = facts.retried || retry_;
            facts.version = 0x0303; // until supported_versions tells otherwise
            facts.psk = facts.extended_master_secret = facts.id_echoed = false;
            facts.group = 0;
        }
        auto const size = field_[34];
        return size > 32 ? pass_over() : want(size, at::session_id);
    }

    void go_on(handshake_facts& facts) noexcept;
    void begin_extension(handshake_facts& facts) noexcept;
    void finish(handshake_facts& facts) noexcept;

    /// SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3).
    bool is_retry() const noexcept {
        static constexpr std::uint8_t magic[32] = {0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
                                                   0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
                                                   0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};
        return same(field_ + 2, magic, sizeof magic);
    }
    static bool same(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) noexcept {
        for (std::size_t i = 0; i != size; ++i) {
            if (a[i] != b[i]) {
                return false;
            }
        }
        return true;
    }

    void read_session_id(handshake_facts& facts) noexcept {
        auto const size = need_;
        if (sender_ == role::server) {
            facts.id_echoed = size != 0 && size == facts.id_size && same(field_, facts.id, size);
            return want(3, at::choice);
        }
        facts.id_size = size;
        for (std::size_t i = 0; i != size; ++i) {
            facts.id[i] = field_[i];
        }
        want(2, at::suites_size);
    }

    /// The next entry of a list whose entries have `size` bytes, or what comes behind it.
    bool next_of_list(std::size_t size, at entry) noexcept {
        if (list_ == 0) {
            return false;
        }
        if (list_ < size) {
            pass_over();
            return true;
        }
        list_ = static_cast<std::uint16_t>(list_ - size);
        want(size, entry);
        return true;
    }
    void next_suite() noexcept {
        if (!next_of_list(2, at::suite)) {
            want(1, at::compressions_size);
        }
    }
    void next_compression() noexcept {
        if (!next_of_list(1, at::compression)) {
            if (missing_) {
                found(hello_flaw::no_null_compression);
            }
            want_extensions();
        }
    }
    void next_share() noexcept {
        if (list_ == 0) {
            return end_extension();
        }
        (void)next_of_list(4, at::share);
    }
    void read_share(const handshake_facts& facts) noexcept {
        auto const group = number(0);
        auto const size = number(2);
        if (size > list_) {
            return end_extension(); // as below
        }
        if (!shares_.add(group)) {
            found(hello_flaw::duplicate_key_share);
        }
        if (facts.retried && facts.group != 0 && group != facts.group) {
            found(hello_flaw::other_key_share);
        }
        list_ = static_cast<std::uint16_t>(list_ - size);
        skip(size, at::share_end);
    }
    /// Mbed TLS does not look behind the extensions of a ClientHello of TLS 1.3.
    void trail() noexcept {
        pass_over();
        found(hello_flaw::trailing_bytes);
    }
    void want_extensions() noexcept { return left_ == 0 ? skip_rest() : want(2, at::extensions_size); }
    void next_extension() noexcept { return left_ == 0 ? skip_rest() : want(4, at::extension); }
    void end_extension() noexcept { return skip(left_ - after_, at::extension_end); }

    // ---- key exchanges of TLS 1.2 ----------------------------------------------------------------------------

    static bool is_between(std::uint16_t suite, std::uint16_t low, std::uint16_t high) noexcept {
        return suite >= low && suite <= high;
    }
    static bool is_ecdhe_psk(std::uint16_t suite) noexcept {
        return is_between(suite, 0xC033, 0xC03B) || suite == 0xCCAC || is_between(suite, 0xD001, 0xD005);
    }
    /// Signed ECDHE; the static ECDH suites in between have no ServerKeyExchange.
    static bool is_ecdhe(std::uint16_t suite) noexcept {
        return is_between(suite, 0xC006, 0xC014) || is_between(suite, 0xC023, 0xC032) ||
               is_between(suite, 0xC0AC, 0xC0AF) || is_between(suite, 0xCCA8, 0xCCA9);
    }
    void want_key() noexcept { return sender_ == role::server ? want(4, at::curve) : want(2, at::answered_point); }
    /// The points of these curves begin with a byte that tells their form; 4 is uncompressed.
    void check_point(std::uint16_t group, std::uint8_t first) noexcept {
        if (is_between(group, 0x0017, 0x001C) && first != 4) {
            found(hello_flaw::compressed_point);
        }
    }

    std::uint8_t field_[35];
    std::uint8_t have_ = 0;
    std::uint8_t need_ = 4;
    at at_ = at::header;
    role sender_;
    handshake_type type_{};
    hello_flaw pending_ = hello_flaw::none;
    hello_flaw flaw_ = hello_flaw::none;
    bool judged_ = false;          ///< a hello message that could be followed so far
    bool retry_ = false;           ///< a HelloRetryRequest
    bool missing_ = false;         ///< what a list must have has not come yet
    bool no_uncompressed_ = false; ///< ec_point_formats
    std::uint16_t list_ = 0;       ///< bytes left of a list inside
    std::uint32_t skip_ = 0;       ///< bytes to pass over before the next field
    std::uint32_t left_ = 0;       ///< bytes of the message that no field has asked for yet
    std::uint32_t after_ = 0;      ///< bytes of the message behind the extension
    std::uint32_t length_ = 0;     ///< of the message
    extension_set extensions_;
    extension_set shares_; ///< groups of the client's key shares
};

inline void handshake_reader::go_on(handshake_facts& facts) noexcept {
    switch (at_) {
    case at::session_id:
        return read_session_id(facts);
    case at::suites_size:
        list_ = number(0);
        return next_suite();
    case at::suite:
        if (number(0) == 0x00FF) { // TLS_EMPTY_RENEGOTIATION_INFO_SCSV asks for the extension (RFC 5746 §3.3)
            facts.asked.add(static_cast<std::uint16_t>(extension::renegotiation_info));
        }
        return next_suite();
    case at::compressions_size:
        list_ = field_[0];
        missing_ = true;
        return next_compression();
    case at::compression:
        missing_ = missing_ && field_[0] != 0;
        return next_compression();
    case at::choice:
        facts.suite = number(0);
        return want_extensions();
    case at::extensions_size:
        return number(0) == left_ ? next_extension() : number(0) < left_ ? trail() : pass_over();
    case at::extension:
        return begin_extension(facts);
    case at::extension_end:
        return next_extension();
    case at::shares_size:
        list_ = number(0);
        shares_ = {};
        // a server of TLS 1.2 does not look into it: what else is wrong with the message counts
        return list_ == left_ - after_ ? next_share() : end_extension();
    case at::share:
        return read_share(facts);
    case at::share_end:
        return next_share();
    case at::versions_size:
    case at::formats_size:
        list_ = field_[0];
        missing_ = true;
        if (list_ != left_ - after_) {
            return pass_over();
        }
        break;
    case at::version:
        facts.offers_tls1_3 = facts.offers_tls1_3 || number(0) == 0x0304;
        break;
    case at::format:
        missing_ = missing_ && field_[0] != 0;
        break;
    case at::chosen_version:
        facts.version = number(0);
        return end_extension();
    case at::chosen_key:
        check_point(number(0), field_[4]);
        [[fallthrough]];
    case at::chosen_share:
        facts.group = number(0);
        return end_extension();
    case at::hint_size:
        return skip(number(0), at::hint_end);
    case at::hint_end:
        return want_key();
    case at::curve: // its kind, its number, the size of the point
        if (field_[0] != 3 || field_[3] == 0) {
            return pass_over();
        }
        facts.group = number(1);
        list_ = field_[3];
        return want(1, at::point);
    case at::point:
        check_point(facts.group, field_[0]);
        return skip(list_ - 1U, at::point_end);
    case at::point_end:
        return is_ecdhe_psk(facts.suite) ? skip_rest() : want(2, at::scheme);
    case at::scheme:
        facts.scheme = number(0);
        return skip_rest();
    case at::answered_point:
        check_point(facts.group, field_[1]);
        return skip_rest();
    default:
        return pass_over();
    }
    // the lists inside of extensions
    bool const versions = at_ == at::versions_size || at_ == at::version;
    if (versions ? !next_of_list(2, at::version) : !next_of_list(1, at::format)) {
        no_uncompressed_ = no_uncompressed_ || (!versions && missing_);
        end_extension();
    }
}

inline void handshake_reader::begin_extension(handshake_facts& facts) noexcept {
    auto const id = static_cast<extension>(number(0));
    std::uint32_t const size = number(2);
    if (size > left_) {
        return pass_over();
    }
    after_ = left_ - size;
    if (!extensions_.add(number(0))) {
        found(hello_flaw::duplicate_extension);
    }
    if (id == extension::ec_point_formats && size != 0) {
        return want(1, at::formats_size);
    }
    if (sender_ == role::client) {
        facts.asked.add(number(0));
        if (id == extension::supported_versions && size != 0) {
            return want(1, at::versions_size);
        }
        if (id == extension::key_share && size != 0) {
            return want(2, at::shares_size);
        }
        facts.offers_ticket = facts.offers_ticket || (id == extension::session_ticket && size != 0);
        return end_extension();
    }
    if (!facts.asked.contains(id) && !(retry_ && id == extension::cookie)) {
        found(hello_flaw::unsolicited_extension);
    }
    switch (id) {
    case extension::extended_master_secret:
        facts.extended_master_secret = true;
        return end_extension();
    case extension::pre_shared_key:
        facts.psk = true;
        return end_extension();
    case extension::supported_versions:
        return size == 2 ? want(2, at::chosen_version) : end_extension();
    case extension::key_share: // of a HelloRetryRequest the group alone
        return size > 4 ? want(5, at::chosen_key) : size == 2 ? want(2, at::chosen_share) : end_extension();
    default:
        return end_extension();
    }
}

inline void handshake_reader::finish(handshake_facts& facts) noexcept {
    if (judged_ && sender_ == role::client) {
        if (no_uncompressed_ && !facts.offers_tls1_3) { // TLS 1.3 has no such choice, and ignores the extension
            found(hello_flaw::compressed_point);
        }
    } else if (judged_ && facts.is_tls1_2()) {
        facts.legacy = !extensions_.contains(extension::renegotiation_info);
        if (no_uncompressed_) {
            found(hello_flaw::compressed_point);
        }
        if (facts.id_echoed && !facts.offers_session()) {
            found(hello_flaw::session_id_echo);
        }
        if (facts.id_echoed && !facts.extended_master_secret) {
            found(hello_flaw::resumption_without_extended_master_secret);
        }
    }
    if (flaw_ == hello_flaw::none) {
        flaw_ = pending_;
    }
    left_ = 4;
    want(4, at::header);
}
} // namespace tlspp::inline TLSPP_ABI::detail
