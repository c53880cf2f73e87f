// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// maxIdleConnections matches Terraform's default parallelism.
	maxIdleConnections = 10
	// maxHeaderBytes is far more than the platform sends, and far less than
	// net/http's default of 10 MB.
	maxHeaderBytes = 256 << 10
)

var errNotCertificates = errors.New("must contain only PEM-encoded certificates")

// ParseCACert parses PEM-encoded CA certificates, and returns a pool of these
// and the system's. Its errors never include the text, which may be a private
// key pasted by mistake.
func ParseCACert(text string) (*x509.CertPool, error) {
	if text != "" && !strings.Contains(text, "\n") {
		return nil, errors.New(`must contain PEM-encoded certificates, not the path of a file. In a configuration, use file("ca.pem")`)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, errors.New("cannot be combined with the system's CA certificates, because those cannot be read")
	}
	added := 0
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if block.Type != "CERTIFICATE" || err != nil {
			return nil, errNotCertificates
		}
		pool.AddCert(certificate)
		added++
	}
	// Decode skips truncated and garbled blocks. Fail instead of ignoring a
	// certificate that the user wants to trust.
	if added == 0 || added != strings.Count(text, "-----BEGIN ") {
		return nil, errNotCertificates
	}
	return pool, nil
}

// connections is the connection pool of one HTTP transport.
type connections struct{ http.RoundTripper }

// transport holds a client's connections, and replaces them if they die.
type transport struct {
	fresh func() http.RoundTripper

	mu      sync.Mutex
	current *connections
}

func newTransport(roots *x509.CertPool, timeout time.Duration) *transport {
	return transportOf(func() http.RoundTripper { return newHTTPTransport(roots, timeout) })
}

func transportOf(fresh func() http.RoundTripper) *transport {
	return &transport{fresh: fresh, current: &connections{fresh()}}
}

// newHTTPTransport returns a transport that trusts the roots. net/http goes on
// connecting after an attempt has timed out, so connecting needs the time limit
// too.
func newHTTPTransport(roots *x509.CertPool, timeout time.Duration) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkProxy,
		DialContext:            (&net.Dialer{Timeout: timeout}).DialContext,
		TLSHandshakeTimeout:    timeout,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           maxIdleConnections,
		MaxIdleConnsPerHost:    maxIdleConnections,
		IdleConnTimeout:        90 * time.Second,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: cipherSuites(), RootCAs: roots},
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

// use returns the connections for the next request.
func (t *transport) use() *connections {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.current
}

// renew makes later requests use new connections, unless the used ones have
// already been replaced. Requests in flight keep theirs.
func (t *transport) renew(used *connections) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current == used {
		(&http.Client{Transport: used.RoundTripper}).CloseIdleConnections()
		t.current = &connections{t.fresh()}
	}
}

// cipherSuites returns the suites that Go considers secure. GODEBUG could add
// others to the default.
func cipherSuites() []uint16 {
	var ids []uint16
	for _, suite := range tls.CipherSuites() {
		ids = append(ids, suite.ID)
	}
	return ids
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
func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return errors.New("proxyconnect: " + response.Status)
	}
	return nil
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
