// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"testing"
	"time"
)

// Start serves the API over plain HTTP until the test ends.
func Start(tb testing.TB, api *API) *Server {
	tb.Helper()
	server, err := api.Listen(tb.Context(), "127.0.0.1:0")
	return started(tb, server, err)
}

// StartTLS serves the API over TLS and HTTP/2 until the test ends. It makes a
// certificate for 127.0.0.1 and these names.
func StartTLS(tb testing.TB, api *API, names ...string) *Server {
	tb.Helper()
	server, err := listenTLS(tb.Context(), api, NewCertificate(tb, names...))
	return started(tb, server, err)
}

// started closes the server when the test ends, or fails the test if it did not
// start.
func started(tb testing.TB, server *Server, err error) *Server {
	tb.Helper()
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
// 127.0.0.1 and these names.
func NewCertificate(tb testing.TB, names ...string) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:              names,
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
