// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package unpod is the client of the Unpod platform's API, as far as this
// provider reads it. It knows HTTP, and of Terraform only its log.
//
// A read goes one way through the package's files: client, batch,
// provider_configurations, list, request, transport.
package unpod

import "context"

// Client reads from the Unpod platform as one organization. It is safe for
// concurrent use.
type Client struct {
	providerConfigurations *batcher[ProviderConfiguration]
}

// New returns a client. It sends nothing.
func New(options Options) *Client {
	requester := newRequester(options)
	return &Client{
		providerConfigurations: newBatcher(requester, providerConfigurations),
	}
}

// ProviderConfigurations returns every telephony provider configuration of the
// organization, sorted by ID, each ID once. The list is whole, or there is an
// error: a [*CallError]. The list is shared with other reads: do not change it.
//
// Source: GET /api/v2/platform/telephony/providers-configurations/
func (c *Client) ProviderConfigurations(ctx context.Context) ([]ProviderConfiguration, error) {
	return c.providerConfigurations.read(ctx)
}
