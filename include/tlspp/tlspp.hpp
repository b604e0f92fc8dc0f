// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The whole core, in reading order. Apart from it are the conveniences that cost compile time or memory of their own:
/// `text.hpp` (strings, streams, JSON), `trace_text.hpp` (ladders), `keylog_file.hpp`, `chrono.hpp`, `dev.hpp` (own certificates).
#include <tlspp/config.hpp>
#include <tlspp/version.hpp>

#include <tlspp/alert.hpp>
#include <tlspp/bytes.hpp>
#include <tlspp/capabilities.hpp>
#include <tlspp/early_data.hpp>
#include <tlspp/error.hpp>
#include <tlspp/protocol.hpp>
#include <tlspp/verify_flags.hpp>

#include <tlspp/transport.hpp>
#include <tlspp/transport/callbacks.hpp>
#include <tlspp/transport/memory.hpp>

#include <tlspp/cert_time.hpp>
#include <tlspp/clock.hpp>
#include <tlspp/random.hpp>
#include <tlspp/server_name.hpp>
#include <tlspp/x509/certificate.hpp>
#include <tlspp/x509/certificate_chain.hpp>
#include <tlspp/x509/crl_list.hpp>
#include <tlspp/x509/identity.hpp>
#include <tlspp/x509/on_verify.hpp>
#include <tlspp/x509/pin.hpp>
#include <tlspp/x509/private_key.hpp>
#include <tlspp/x509/signer.hpp>
#include <tlspp/x509/trust_store.hpp>

#include <tlspp/cipher_suite.hpp>
#include <tlspp/client_hello.hpp>
#include <tlspp/keylog.hpp>
#include <tlspp/named_group.hpp>
#include <tlspp/session_stats.hpp>
#include <tlspp/trace.hpp>

#include <tlspp/options.hpp>
#include <tlspp/psk.hpp>
#include <tlspp/record_size.hpp>
#include <tlspp/security_policy.hpp>
#include <tlspp/selection.hpp>
#include <tlspp/session.hpp>
#include <tlspp/session_cache.hpp>
#include <tlspp/signature_scheme.hpp>
#include <tlspp/ticket_keys.hpp>

#include <tlspp/connection.hpp>
#include <tlspp/context.hpp>
#include <tlspp/context_slot.hpp>
#include <tlspp/engine.hpp>
#include <tlspp/starttls.hpp>
#include <tlspp/stream.hpp>

#if TLSPP_SOCKETS
#include <tlspp/accept.hpp>
#include <tlspp/connect.hpp>
#include <tlspp/shared_stream.hpp>
#include <tlspp/transport/bsd_listener.hpp>
#include <tlspp/transport/bsd_socket.hpp>
#endif
