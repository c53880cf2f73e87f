// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"crypto/x509"
	"net/url"
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
}

// deadline returns the time limit of one read, including its retries and pages.
// It caps RequestTimeout so that the limit cannot overflow.
func (o Options) deadline() time.Duration {
	return time.Duration(o.MaxRetries+1) * (min(o.RequestTimeout, 1000*time.Hour) + time.Minute)
}
