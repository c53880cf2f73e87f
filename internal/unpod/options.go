// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"crypto/x509"
	"net/url"
	"time"
)

// Options says how a [Client] reaches the platform. Every field except RootCAs
// must be set.
type Options struct {
	// BaseURL comes from [ParseBaseURL].
	BaseURL *url.URL
	// Token is sent as the Authorization header.
	Token Token
	// OrgHandle is sent as the Org-Handle header: an organization's
	// domain_handle.
	OrgHandle string
	// RequestTimeout bounds one attempt, from connecting to the last byte of
	// the body.
	RequestTimeout time.Duration
	// MaxRetries is the maximum number of retries of one request.
	MaxRetries int
	// RootCAs are the trusted certificates. Nil means the system's.
	RootCAs *x509.CertPool
	// UserAgent is sent as the User-Agent header.
	UserAgent string
}

// deadline returns how long one read may take, with all its retries and pages. No
// plan lasts as long as the timeout that caps it.
func (o Options) deadline() time.Duration {
	return time.Duration(o.MaxRetries+1) * (min(o.RequestTimeout, 1000*time.Hour) + time.Minute)
}
