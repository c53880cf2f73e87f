// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Options configures a [Client]. Every field except RootCAs is required.
type Options struct {
	// BaseURL is the result of [ParseBaseURL].
	BaseURL *url.URL
	// Token is sent as the Authorization header.
	Token Token
	// OrgHandle is the organization's domain_handle, sent as the Org-Handle
	// header.
	OrgHandle string
	// RequestTimeout limits one attempt, from connecting to the last byte of the
	// body.
	RequestTimeout time.Duration
	// MaxRetries is the maximum number of retries of one request.
	MaxRetries int
	// RootCAs are the trusted CA certificates. Nil means the system's.
	RootCAs *x509.CertPool
	// UserAgent is sent as the User-Agent header.
	UserAgent string
	// Getenv returns the environment variables that name a proxy.
	Getenv func(string) string
}

// deadline returns the time limit of one read, including its retries and pages.
// It caps RequestTimeout so that the limit cannot overflow.
func (o Options) deadline() time.Duration {
	return time.Duration(o.MaxRetries+1) * (min(o.RequestTimeout, 1000*time.Hour) + time.Minute)
}

var (
	errEmpty           = errors.New("must not be empty")
	errNotCertificates = errors.New("must contain only PEM-encoded certificates")
)

// MaxRetriesLimit caps Options.MaxRetries. With ten retries, a read fails after two to
// four minutes if each connection fails at once.
const MaxRetriesLimit = 10

// ParseRequestTimeout parses a positive duration such as 1m30s.
func ParseRequestTimeout(text string) (time.Duration, error) {
	limit, err := time.ParseDuration(text)
	if err != nil || limit <= 0 {
		return 0, errors.New(`must be a positive duration such as "30s" or "1m30s"`)
	}
	return limit, nil
}

// ParseMaxRetries parses a number from 0 to [MaxRetriesLimit].
func ParseMaxRetries(text string) (int, error) {
	number, err := strconv.Atoi(text)
	if err != nil || number < 0 || number > MaxRetriesLimit {
		return 0, fmt.Errorf("must be a whole number from 0 to %d", MaxRetriesLimit)
	}
	return number, nil
}

// ParseOrgHandle validates an organization's domain_handle. Its errors never
// include the text, since people paste tokens here by mistake.
func ParseOrgHandle(text string) (string, error) {
	switch {
	case text == "":
		return "", errEmpty
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }), strings.ContainsAny(text, `"'\`):
		return "", errors.New("must contain only visible ASCII characters, without spaces, quotes or backslashes")
	}
	return text, nil
}

// ParseCACert parses PEM-encoded CA certificates, and returns a pool of these
// and the system's. Its errors never include the text, which may be a private
// key pasted by mistake.
func ParseCACert(text string) (*x509.CertPool, error) {
	if !strings.Contains(text, "\n") {
		if text != "" && !strings.Contains(text, "-----BEGIN ") {
			return nil, errors.New(`must contain PEM-encoded certificates, not the path of a file. In a configuration, use file("ca.pem")`)
		}
		// HCP Terraform's environment variables cannot have line breaks.
		text = strings.NewReplacer(`\r\n`, "\n", `\n`, "\n").Replace(text)
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
