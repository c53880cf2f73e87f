// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"strings"
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

var errNotCertificates = errors.New("must be the PEM text of one or more certificates, and nothing else")

// ParseCACert reads the PEM text of one or more certificates and returns a pool
// of the system's certificates and these. Its errors do not show the text,
// which may be a private key pasted by mistake.
func ParseCACert(text string) (*x509.CertPool, error) {
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

// newTransport returns a transport of the client's own: the standard one's proxy
// variables and HTTP/2, with the roots given. An attempt's time limit covers all
// its steps, but net/http goes on connecting without it, for attempts to come,
// and so has to be told the limit as well.
func newTransport(roots *x509.CertPool, timeout time.Duration) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: timeout}).DialContext,
		TLSHandshakeTimeout:    timeout,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           maxIdleConnections,
		MaxIdleConnsPerHost:    maxIdleConnections,
		IdleConnTimeout:        90 * time.Second,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
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
	return alert || errors.As(err, &verification) || errors.As(err, &record) ||
		errors.Is(err, http.ErrSchemeMismatch) || strings.HasPrefix(withoutURL(err).Error(), "tls: ")
}
