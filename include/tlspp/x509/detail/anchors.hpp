// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/published.hpp>
#include <tlspp/x509/detail/anchor_counts.hpp>
#include <tlspp/x509/detail/anchor_index.hpp>
#include <tlspp/x509/detail/anchor_table.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/certificate_list.hpp>
#include <tlspp/x509/detail/parse_error.hpp>
#include <tlspp/x509/detail/public_pem.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// The block behind a `trust_store`: the certificates in DER, found by their subjects, and, once somebody needs it, the
/// whole list in Mbed TLS's form. It is complete before it is shared, and constant after that but for what `published`
/// makes safe.
struct anchors {
    anchors() noexcept = default;
    anchors(const anchors&) = delete;
    anchors& operator=(const anchors&) = delete;
    ~anchors() { mbedtls_free(later); }

    ref_count references;
    anchor_index index;             ///< what was read
    anchor_table table;             ///< or, for a table in flash, where it is
    anchor_counts shapeless;        ///< what was left out while reading: no base64, no DER, no certificate by its shape
    const anchors* first = nullptr; ///< while reading: names that this one has are passed over
    published<mbedtls_x509_crt, &free_certificates> list;
    published<anchor_counts, &destroy_object<anchor_counts>> counts;

    /// What is only read when a name is needed that is not in here, and adds names that are not in here: a text, and
    /// how to read it.
    char* later = nullptr;
    result<void> (*read_later)(anchors& to, const char* later) noexcept = nullptr;
    published<anchors, &destroy_object<anchors>> more;

    // Reading. Only out of memory ends a walk and is returned; all else is counted in `shapeless`.
    result<void> add(bytes data) noexcept;
    result<void> add_der(bytes der) noexcept;
    /// Done with reading: whether there is a certificate that can be parsed; `otherwise` where there is none.
    result<void> finish(const error& otherwise) const noexcept;

    // What is there. `each(bytes der, std::size_t copies) -> bool` is called until it answers false.
    template <class Each>
    result<void> each_certificate(Each& each) const noexcept;
    template <class Each>
    result<void> each_named(bytes name, Each& each) const noexcept;
    bool has_name(bytes name) const noexcept;

    // Parsing.
    /// Parses all, and keeps the list (`list`) as well as the counts where `keep`, else the counts alone.
    result<anchor_counts> parse_all(bool keep) const noexcept;
    /// Parses the table and keeps the list; nothing may fail. `otherwise` where there is nothing in it.
    result<void> parse_table(const error& otherwise) const noexcept;
    /// The list of all; null where there is no memory.
    mbedtls_x509_crt* whole_list() const noexcept;
    anchor_counts count() const noexcept;
    /// Those that may have issued `child`, best first, as a new list.
    int find_issuers(const mbedtls_x509_crt& child, mbedtls_x509_crt*& out) const noexcept;
    /// The same as an `mbedtls_x509_crt_ca_cb_t`.
    static int supply(void* self, const mbedtls_x509_crt* child, mbedtls_x509_crt** out) noexcept {
        return static_cast<const anchors*>(self)->find_issuers(*child, *out);
    }

private:
    /// Whether it has the shape of a certificate, and nothing behind it; else it is counted.
    bool is_shaped(bytes der, bytes& subject) noexcept;
    /// What was left for later; null where there is nothing.
    result<const anchors*> rest() const noexcept;
};

inline result<const anchors*> anchors::rest() const noexcept {
    if (!build::files || later == nullptr) { // only files are ever left for later
        return nullptr;
    }
    if (const anchors* const known = more.get()) {
        return known;
    }
    auto* const made = create_object<anchors>(0);
    if (made == nullptr) {
        return no_memory();
    }
    made->first = this;
    if (auto const read = read_later(*made, later); !read && read.error() == errc::out_of_memory) {
        destroy_object(made);
        return passed_on{read.error()};
    }
    made->first = nullptr;
    made->index.trim();
    return more.publish(made);
}

template <class Each>
result<void> anchors::each_certificate(Each& each) const noexcept {
    for (std::size_t i = 0; i != table.size(); ++i) {
        if (!each(table.der(i), std::size_t{1})) {
            return {};
        }
    }
    for (std::size_t i = 0; i != index.size(); ++i) {
        if (!each(index.der(i), index.copies(i))) {
            return {};
        }
    }
    auto const others = rest();
    return !others ? std::unexpected(others.error()) : *others ? (*others)->each_certificate(each) : result<void>();
}

template <class Each>
result<void> anchors::each_named(bytes name, Each& each) const noexcept {
    bool found = false;
    auto counting = [&](bytes der) noexcept {
        found = true;
        return each(der);
    };
    table.each_named(name, counting);
    index.each_named(name, counting);
    if (found) {
        return {};
    }
    auto const others = rest();
    return !others ? std::unexpected(others.error()) : *others ? (*others)->each_named(name, each) : result<void>();
}

inline bool anchors::has_name(bytes name) const noexcept {
    bool found = false;
    auto note = [&](bytes) noexcept {
        found = true;
        return false;
    };
    index.each_named(name, note);
    return found;
}

inline bool anchors::is_shaped(bytes der, bytes& subject) noexcept {
    std::size_t const object = der_object_size(der);
    if (object != 0 && object < der.size()) {
        shapeless.skip(error(errc::malformed, reason::trailing_bytes));
        return false;
    }
    subject = subject_of(der);
    if (subject.empty()) {
        shapeless.skip(error(errc::malformed, reason::certificate_malformed));
        return false;
    }
    return first == nullptr || !first->has_name(subject);
}

inline result<void> anchors::add_der(bytes der) noexcept {
    do { // one certificate, or several behind each other
        std::size_t const size = der_object_size(der);
        bool const followed = size != 0 && size < der.size() && der_object_size(der.without_first(size)) != 0;
        bytes const one = followed ? der.first(size) : der;
        der = der.without_first(one.size());
        bytes subject;
        if (is_shaped(one, subject)) {
            if (!index.reserve(1, one.size())) {
                return no_memory();
            }
            std::memcpy(index.room(), one.data(), one.size());
            index.keep(one.size(), subject);
        }
    } while (!der.empty());
    return {};
}

inline result<void> anchors::add(bytes data) noexcept {
#if defined(MBEDTLS_PEM_PARSE_C)
    if (pem_cursor::looks_like_pem(data) && der_object_size(data) != data.size()) {
        std::size_t certificates = 0;
        std::size_t size = 0;
        pem_block block;
        for (pem_cursor blocks(data); blocks.next(block);) {
            if (block.label == "CERTIFICATE") {
                ++certificates;
                size += public_bound(block);
            }
        }
        if (certificates != 0 && !index.reserve(certificates, size)) {
            return no_memory();
        }
        for (pem_cursor blocks(data); blocks.next(block);) {
            if (block.label == "CERTIFICATE") {
                bytes const der(index.room(), decode_public(block, index.room(), index.room_size()));
                bytes subject;
                if (is_shaped(der, subject)) {
                    index.keep(der.size(), subject);
                }
            }
        }
        return {};
    }
#endif
    return add_der(data);
}

inline result<void> anchors::finish(const error& otherwise) const noexcept {
    if constexpr (!build::trusted_certificate_callback) {
        auto const all = parse_all(true); // Mbed TLS will ask for the whole list
        return !all ? std::unexpected(all.error()) : all->parsed == 0 ? std::unexpected(otherwise) : result<void>();
    }
    bool usable = false;
    int code = 0;
    auto try_it = [&](bytes der, std::size_t) noexcept {
        mbedtls_x509_crt* const crt = certificate_list::parse(der, code);
        usable = crt != nullptr;
        free_certificates(crt);
        return !usable && !is_out_of_memory(code);
    };
    auto const walked = each_certificate(try_it);
    if (!walked || (!usable && is_out_of_memory(code))) {
        return no_memory();
    }
    return usable ? result<void>() : std::unexpected(otherwise);
}

inline result<anchor_counts> anchors::parse_all(bool keep) const noexcept {
    anchor_counts all = shapeless;
    certificate_list parsed;
    bool memory_left = true;
    auto parse_it = [&](bytes der, std::size_t copies) noexcept {
        int code = 0;
        mbedtls_x509_crt* const crt = certificate_list::parse(der, code);
        if (crt != nullptr) {
            ++all.distinct;
            all.parsed += copies;
            keep ? parsed.append(*crt) : free_certificates(crt);
        } else if (is_out_of_memory(code)) {
            memory_left = false;
        } else {
            all.skip(parse_error(code), copies);
        }
        return memory_left;
    };
    auto const walked = each_certificate(parse_it);
    if (!walked || !memory_left) {
        return no_memory();
    }
    if (const anchors* const others = more.get()) {
        all.skipped += others->shapeless.skipped;
        all.first_error = all.first_error ? all.first_error : others->shapeless.first_error;
    }
    if (auto* const counted = create_object<anchor_counts>(0, all); counted != nullptr) {
        counts.publish(counted);
    }
    if (!parsed.empty()) {
        list.publish(parsed.release());
    }
    return all;
}

inline result<void> anchors::parse_table(const error& otherwise) const noexcept {
    certificate_list parsed;
    for (std::size_t i = 0; i != table.size(); ++i) {
        int code = 0;
        mbedtls_x509_crt* const crt = certificate_list::parse(table.der(i), code);
        if (crt == nullptr) {
            return std::unexpected(is_out_of_memory(code) ? error(errc::out_of_memory) : parse_error(code));
        }
        parsed.append(*crt);
        if (crt->raw.len != table.der(i).size()) { // Mbed TLS does not mind what follows
            return refused{errc::malformed, reason::trailing_bytes};
        }
    }
    if (parsed.empty()) {
        return std::unexpected(otherwise);
    }
    list.publish(parsed.release());
    return {};
}

inline mbedtls_x509_crt* anchors::whole_list() const noexcept {
    if (list.get() == nullptr) {
        (void)parse_all(true);
    }
    return list.get();
}

inline anchor_counts anchors::count() const noexcept {
    if (const anchor_counts* const known = counts.get()) {
        return *known;
    }
    if (auto const all = parse_all(false)) {
        return *all;
    }
    anchor_counts none = shapeless;
    none.skip(error(errc::out_of_memory), table.size() + index.size());
    return none;
}

inline int anchors::find_issuers(const mbedtls_x509_crt& child, mbedtls_x509_crt*& out) const noexcept {
    bytes const wanted = bytes_of(child.authority_key_id.keyIdentifier);
    certificate_list likely;
    certificate_list others;
    int failure = 0;
    auto take = [&](bytes der) noexcept {
        int code = 0;
        mbedtls_x509_crt* const crt = certificate_list::parse(der, code);
        if (crt == nullptr) {
            failure = is_out_of_memory(code) ? code : 0; // what cannot be parsed is not there
            return failure == 0;
        }
        if (same_bytes(der, bytes_of(child.raw))) {
            // The peer's own certificate is trusted, and its own issuer. From a list, Mbed TLS takes it as it is; what
            // a callback gives has to be a CA, unless it is older than version 3, which knows CAs.
            crt->version = 1;
            likely.append(*crt);
        } else if (!wanted.empty() && same_bytes(wanted, bytes_of(crt->subject_key_id))) {
            likely.append(*crt); // saves checking the signature with keys that are another's
        } else {
            others.append(*crt);
        }
        return true;
    };
    bytes const issuer = bytes_of(child.issuer_raw);
    if constexpr (build::trusted_certificate_callback) {
        if (auto const walked = each_named(issuer, take); !walked) {
            failure = MBEDTLS_ERR_X509_ALLOC_FAILED;
        }
    } else { // everything was parsed when the store was made
        for (const mbedtls_x509_crt* one = list.get(); one != nullptr && failure == 0; one = one->next) {
            if (compare_names(bytes_of(one->subject_raw), issuer) == 0) {
                (void)take(bytes_of(one->raw));
            }
        }
    }
    if (failure == 0) {
        likely.append_all(others);
        out = likely.release();
    }
    return failure;
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
