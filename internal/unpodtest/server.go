// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"testing"
	"time"
)

// Server is an API that listens on a port.
type Server struct {
	*API

	// URL is the base URL, without a trailing slash.
	URL string
	// CACertPEM is the PEM-encoded certificate to trust. It is empty for plain
	// HTTP.
	CACertPEM string

	http     *http.Server
	listener net.Listener
}

// Listen serves an API over HTTP at an address such as 127.0.0.1:3001, or
// 127.0.0.1:0 for a free port, until Close.
func Listen(ctx context.Context, api *API, address string) (*Server, error) {
	return listen(ctx, api, address, nil)
}

// listen serves an API over HTTP, or over TLS if there is a configuration for it.
func listen(ctx context.Context, api *API, address string, config *tls.Config) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("starting the local Unpod: %w", err)
	}
	inner := &http.Server{Handler: api, ReadHeaderTimeout: 10 * time.Second, TLSConfig: config}
	scheme, serve := "http://", inner.Serve
	if config != nil {
		scheme, serve = "https://", func(l net.Listener) error { return inner.ServeTLS(l, "", "") }
		// Otherwise net/http logs every client that does not trust the certificate.
		inner.ErrorLog = log.New(io.Discard, "", 0)
	}
	go func() { _ = serve(listener) }() // It returns ErrServerClosed after Close.
	return &Server{API: api, URL: scheme + listener.Addr().String(), http: inner, listener: listener}, nil
}

// Close stops listening and drops every connection.
func (s *Server) Close() error {
	err := s.http.Close()
	_ = s.listener.Close() // If Serve has not started yet, http.Server does not close it.
	return err
}

// Start serves the API over plain HTTP until the test ends.
func Start(tb testing.TB, api *API) *Server {
	tb.Helper()
	return start(tb, api, nil)
}

// StartTLS serves the API over TLS and HTTP/2 until the test ends. It makes a
// certificate for 127.0.0.1 and these names.
func StartTLS(tb testing.TB, api *API, names ...string) *Server {
	tb.Helper()
	certificate := NewCertificate(tb, func(c *x509.Certificate) { c.DNSNames = names })
	server := start(tb, api, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}})
	server.CACertPEM = CertificatePEM(certificate)
	return server
}

func start(tb testing.TB, api *API, config *tls.Config) *Server {
	tb.Helper()
	server, err := listen(tb.Context(), api, "127.0.0.1:0", config)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := server.Close(); err != nil {
			tb.Errorf("closing the local Unpod: %s", err)
		}
	})
	return server
}

// NewCertificate makes a CA certificate that is also a server certificate for
// 127.0.0.1, with these changes.
func NewCertificate(tb testing.TB, changes ...func(*x509.Certificate)) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	for _, change := range changes {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// CertificatePEM encodes a certificate as PEM, without its key.
func CertificatePEM(certificate tls.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}))
}
