// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"
)

const (
	// maxIdleConnections matches Terraform's default parallelism.
	maxIdleConnections = 10
	// maxHeaderBytes is far more than the platform sends, and far less than
	// net/http's default of 10 MB.
	maxHeaderBytes = 256 << 10
)

// newTransport returns a transport without a proxy. net/http goes on connecting after
// an attempt has timed out, so connecting needs the time limit too. Pings find out
// if an HTTP/2 connection has died silently, in time for the retries of that
// attempt.
func newTransport(roots *x509.CertPool, timeout time.Duration, dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Transport {
	ping := min(max(timeout/3, time.Second), 10*time.Second)
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			connection, err := dial(ctx, network, address)
			return watchedConn{connection, handshakeOf(ctx)}, err
		},
		TLSHandshakeTimeout:    timeout,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           maxIdleConnections,
		MaxIdleConnsPerHost:    maxIdleConnections,
		IdleConnTimeout:        90 * time.Second,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, GetClientCertificate: sendNoCertificate},
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: ping, PingTimeout: ping},
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

// isTimeout reports whether an attempt reached its time limit, which its context,
// the dialer and the TLS handshake have. The limits of a resolver and of the
// operating system are different ones.
func isTimeout(err error) bool {
	if resolver, ok := errors.AsType[*net.DNSError](err); ok {
		_, toServer := errors.AsType[*net.OpError](resolver.UnwrapErr)
		return errors.Is(resolver.UnwrapErr, context.DeadlineExceeded) && !toServer
	}
	limit, ok := errors.AsType[net.Error](err)
	_, system := errors.AsType[syscall.Errno](err)
	return ok && limit.Timeout() && !system
}
