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
	// maxIdleConnections keeps as many connections as Terraform reads with at
	// once by default.
	maxIdleConnections = 10
	// maxHeaderBytes is many times what the platform sends, and a fraction of
	// the 10 MB that net/http would take from a hostile server.
	maxHeaderBytes = 256 << 10
)

var errNotCertificates = errors.New("must be PEM-encoded certificates and nothing else")

// ParseCACert reads the PEM text of one or more certificates and returns a pool
// of the system's certificates and these. Its errors do not show the text,
// which may be a private key pasted by mistake.
func ParseCACert(text string) (*x509.CertPool, error) {
	if text != "" && !strings.Contains(text, "\n") {
		return nil, errors.New(`must be PEM-encoded certificates, not the path of a file. In a configuration, write file("ca.pem")`)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, errors.New("cannot be added to the system's certificates, because those cannot be read")
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
	// Decode passes over a block that is cut short or garbled, but a
	// certificate that was meant to be trusted must not be left out in silence.
	if added == 0 || added != strings.Count(text, "-----BEGIN ") {
		return nil, errNotCertificates
	}
	return pool, nil
}

// connections are those of one HTTP transport.
type connections struct{ http.RoundTripper }

// transport holds a client's connections: those of the standard transport, with
// its proxy variables and HTTP/2.
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

// newHTTPTransport returns a transport that trusts the roots. An attempt's time
// limit covers all its steps, but net/http goes on connecting without it, for
// attempts to come, and so needs the limit as well.
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

// renew has later requests made over new connections, unless those that were used
// have been replaced already. Requests under way keep theirs.
func (t *transport) renew(used *connections) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current == used {
		(&http.Client{Transport: used.RoundTripper}).CloseIdleConnections()
		t.current = &connections{t.fresh()}
	}
}

// cipherSuites are the ones that Go calls secure. The default could be widened
// from outside, by GODEBUG.
func cipherSuites() []uint16 {
	var ids []uint16
	for _, suite := range tls.CipherSuites() {
		ids = append(ids, suite.ID)
	}
	return ids
}

// proxyOf returns the proxy of an address, nil if it has none.
func proxyOf(address *url.URL) *url.URL {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: address})
	if err != nil {
		return nil // Requests fail with the same error.
	}
	return proxy
}

// checkProxy tells a proxy's refusal by its status. Without it, all that is told
// is the text that the proxy wrote.
func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return errors.New("proxyconnect: " + response.Status)
	}
	return nil
}

// isTLS says whether an error is about the certificate or the protocol of a
// TLS connection, which no retry changes.
func isTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		operation    *net.OpError
	)
	// crypto/tls has no type for an alert of either side, nor for a protocol
	// that it does not speak, but names.
	alert := errors.As(err, &operation) && (operation.Op == "remote error" || operation.Op == "local error")
	return alert || errors.As(err, &verification) || errors.As(err, &record) || strings.HasPrefix(err.Error(), "tls: ")
}

// isPlainHTTP says whether a server answered a TLS handshake in plain HTTP.
func isPlainHTTP(err error) bool {
	record, ok := errors.AsType[tls.RecordHeaderError](err)
	return ok && string(record.RecordHeader[:]) == "HTTP/"
}
