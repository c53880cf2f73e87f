// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"unicode"
)

// handshake watches how one attempt connects.
type handshake struct {
	// started counts the TLS handshakes: with a proxy over TLS, there are two.
	started atomic.Int32
	// heard is set when a byte arrives after the last handshake has started.
	heard atomic.Bool
	// asked is set if the server asks for a client certificate.
	asked atomic.Bool
	// connected is set once there is a connection to send the request on.
	connected atomic.Bool
	// answered is set when the first byte of a response arrives.
	answered atomic.Bool
}

// handshakeKey is the context key for the handshake of an attempt, which net/http
// keeps when it connects.
type handshakeKey struct{}

func handshakeOf(ctx context.Context) *handshake { return ctx.Value(handshakeKey{}).(*handshake) } //nolint:errcheck,forcetypeassert // All requests have one.

// watch returns the context for an attempt whose handshake it watches.
func (h *handshake) watch(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, handshakeKey{}, h)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// net/http calls it again if an idle connection turns out to be closed.
		GetConn:           func(string) { h.connected.Store(false); h.started.Store(0); h.asked.Store(false) },
		TLSHandshakeStart: func() { h.heard.Store(false); h.asked.Store(false); h.started.Add(1) },
		GotConn: func(got httptrace.GotConnInfo) {
			h.connected.Store(true)
			if secure, ok := got.Conn.(*tls.Conn); ok { // It may be from an earlier attempt.
				if watched, ok := secure.NetConn().(watchedConn); ok && watched.handshake.asked.Load() {
					h.asked.Store(true)
				}
			}
		},
		GotFirstResponseByte: func() { h.answered.Store(true) },
	})
}

// silent reports whether the server sent nothing since the handshake started, unless
// the request was sent on another connection.
func (h *handshake) silent() bool {
	return h.started.Load() > 0 && !h.heard.Load() && !h.connected.Load()
}

// atProxy reports whether an attempt failed before a proxy had connected it to the
// server.
func (h *handshake) atProxy(overTLS bool) bool {
	own := int32(0) // the proxy's handshake
	if overTLS {
		own = 1
	}
	return !h.connected.Load() && h.started.Load() <= own
}

// sendNoCertificate answers a server that asks for a client certificate.
func sendNoCertificate(request *tls.CertificateRequestInfo) (*tls.Certificate, error) {
	handshakeOf(request.Context()).asked.Store(true)
	return new(tls.Certificate), nil
}

// watchedConn tells the handshake of the attempt that opened it when a byte arrives.
type watchedConn struct {
	net.Conn

	handshake *handshake
}

// Read implements [net.Conn].
func (c watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.handshake.heard.CompareAndSwap(false, n > 0)
	return n, err
}

// classifyTLS returns the cause and the reason of an error that is about a
// certificate or the TLS protocol, which a retry cannot fix.
func classifyTLS(err error, askedForCertificate bool) (cause TLSCause, reason string, ok bool) {
	reason = err.Error()
	if certificate, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		cause, reason = classifyCertificate(certificate.Err, reason)
		return cause, reason, true
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		if isText(record.RecordHeader[:]) {
			cause = TLSPlainHTTP
		}
		return cause, reason, true
	}
	// crypto/tls has no error type for an alert or an unsupported protocol, only
	// names.
	operation, ok := errors.AsType[*net.OpError](err)
	alert := ok && (operation.Op == "remote error" || operation.Op == "local error")
	switch {
	case !alert && !strings.HasPrefix(reason, "tls: "):
		return 0, "", false
	case strings.Contains(reason, "protocol version"):
		cause = TLSVersion
	case alert && askedForCertificate && operation.Op == "remote error":
		cause = TLSClientCertificate
	}
	return cause, reason, true
}

// classifyCertificate returns why a certificate is not trusted. If it is for another
// host, the reason has the names that it is for.
func classifyCertificate(err error, reason string) (TLSCause, string) {
	if host, ok := errors.AsType[x509.HostnameError](err); ok {
		names := host.Certificate.DNSNames
		for _, ip := range host.Certificate.IPAddresses {
			names = append(names, ip.String())
		}
		if len(names) == 0 {
			return TLSNoName, reason
		}
		return TLSOtherName, fmt.Sprintf("the certificate is for %s, not for %s", strings.Join(names, ", "), host.Host)
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return TLSExpired, reason
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return TLSUnknownAuthority, reason
	}
	return TLSCertificate, reason
}

// isText reports whether the first bytes from a server are text, as they are if it
// speaks HTTP without TLS.
func isText(header []byte) bool {
	return !strings.ContainsFunc(string(header), func(c rune) bool { return c > unicode.MaxASCII || !unicode.IsPrint(c) && !unicode.IsSpace(c) })
}

// brokeEarly reports whether a connection broke, as opposed to a stream on it or its
// end. HTTP/2 says only that it could not be established.
func brokeEarly(err error) bool {
	_, ok := errors.AsType[*net.OpError](err)
	return ok || strings.Contains(err.Error(), "could not be established")
}
