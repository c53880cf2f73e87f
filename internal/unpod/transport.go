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
	"net/url"
	"strings"
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

// newTransport returns a transport that trusts the roots. net/http goes on
// connecting after an attempt has timed out, so connecting needs the time limit
// too. Pings find out if an HTTP/2 connection has died silently, in time for the
// retries of that attempt.
func newTransport(roots *x509.CertPool, timeout time.Duration) *http.Transport {
	ping := min(max(timeout/3, time.Second), 10*time.Second)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkProxy,
		DialContext:            (&net.Dialer{Timeout: timeout}).DialContext,
		TLSHandshakeTimeout:    timeout,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           maxIdleConnections,
		MaxIdleConnsPerHost:    maxIdleConnections,
		IdleConnTimeout:        90 * time.Second,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: ping, PingTimeout: ping},
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

// proxyOf returns the proxy for a URL, nil if there is none.
func proxyOf(address *url.URL) *url.URL {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: address})
	if err != nil {
		return nil // Requests fail with the same error.
	}
	return proxy
}

// checkProxy reports a proxy's refusal by its status. By default, net/http
// reports the proxy's own text.
func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return errors.New("proxyconnect: " + answer.Status)
	}
	return nil
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

// isTLS reports whether an error is about a TLS certificate or the TLS protocol,
// which a retry cannot fix.
func isTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		operation    *net.OpError
	)
	// crypto/tls has no error type for an alert or an unsupported protocol, only
	// names.
	alert := errors.As(err, &operation) && (operation.Op == "remote error" || operation.Op == "local error")
	return alert || errors.As(err, &verification) || errors.As(err, &record) || strings.HasPrefix(err.Error(), "tls: ")
}

// isPlainHTTP reports whether a server answered a TLS handshake in plain HTTP.
func isPlainHTTP(err error) bool {
	record, ok := errors.AsType[tls.RecordHeaderError](err)
	return ok && string(record.RecordHeader[:]) == "HTTP/"
}
