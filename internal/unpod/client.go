// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package unpod is the client of the Unpod platform's API, as far as this
// provider reads it. It knows HTTP and nothing of Terraform, but for its log.
package unpod

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Options says how a [Client] reaches the platform. Every field must be set,
// but for RootCAs.
type Options struct {
	// BaseURL is what [ParseBaseURL] returned.
	BaseURL *url.URL
	// Token is sent as the Authorization header.
	Token Token
	// OrgHandle is sent as the Org-Handle header: an organization's
	// domain_handle.
	OrgHandle string
	// RequestTimeout bounds one attempt, from connecting to the last byte of
	// the body.
	RequestTimeout time.Duration
	// MaxRetries is how many attempts may follow the first.
	MaxRetries int
	// RootCAs are the certificates to trust, the system's own where it is nil.
	RootCAs *x509.CertPool
	// UserAgent is sent as the User-Agent header.
	UserAgent string
}

// Client reads from the Unpod platform as one organization. It is safe for
// concurrent use.
type Client struct {
	options   Options
	transport http.RoundTripper
	throttle  throttle
	gatherer  gatherer
}

// New returns a client. It sends nothing.
func New(options Options) *Client {
	return &Client{
		options:   options,
		transport: newTransport(options.RootCAs, options.RequestTimeout),
		gatherer:  gatherer{window: gatherTime},
	}
}

// ProviderConfigurations returns every telephony provider configuration of the
// organization, sorted by ID, each ID once. The list is whole, or there is an
// error: a [*CallError]. The list is shared with other reads, and must not be
// changed.
//
// Source: GET /api/v2/platform/telephony/providers-configurations/
func (c *Client) ProviderConfigurations(ctx context.Context) ([]ProviderConfiguration, error) {
	shared := c.gatherer.join(ctx, c.readProviderConfigurations)
	if !c.gatherer.wait(ctx, shared) {
		return nil, newCall(c, providerConfigurationsPath).failed(ctx, ctx.Err())
	}
	return shared.configurations, shared.err
}

// readProviderConfigurations makes the call.
func (c *Client) readProviderConfigurations(ctx context.Context) ([]ProviderConfiguration, error) {
	call := newCall(c, providerConfigurationsPath)
	configurations, err := call.providerConfigurations(ctx)
	if err != nil {
		return nil, call.failed(ctx, err)
	}
	slices.SortFunc(configurations, byID)
	return configurations, nil
}
