// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package unpod is a client for the part of the Unpod API that the provider
// reads. It knows HTTP, but nothing about Terraform except its logger.
//
// A read passes through the files in this order: client, flight, throttle, list,
// request, transport.
package unpod

import "context"

// Client reads from the Unpod API as one organization. It is safe for concurrent
// use.
type Client struct {
	providerConfigurations *flights[ProviderConfiguration]
}

// New returns a client. It sends no requests.
func New(options Options) *Client {
	r := newRequester(options)
	return &Client{
		providerConfigurations: &flights[ProviderConfiguration]{requester: r, endpoint: providerConfigurations},
	}
}

// ProviderConfigurations returns every telephony provider configuration of the
// organization, sorted by ID and without duplicates. It returns the whole list
// or a [*CallError]. Other reads share the list: do not change it.
//
// Source: GET /api/v2/platform/telephony/providers-configurations/
func (c *Client) ProviderConfigurations(ctx context.Context) ([]ProviderConfiguration, error) {
	return c.providerConfigurations.read(ctx)
}
