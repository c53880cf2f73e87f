// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
)

// providerConfigurationsPath is the list endpoint, Get All Provider
// Configurations. Without its last slash the platform redirects.
const providerConfigurationsPath = "/api/v2/platform/telephony/providers-configurations/"

const (
	// pageSize is the most that the platform's paginator gives at once.
	pageSize = 100
	// maxPages bounds how often a list is asked for: 100,000 configurations, or
	// fewer where the server gives smaller pages.
	maxPages = 1000
	// maxConfigurations bounds a list, whether it is in pages or not. It keeps
	// what a plan needs for it below a gigabyte, and is a thousand times what
	// organizations have.
	maxConfigurations = maxPages * pageSize
)

// ProviderConfiguration is one set of credentials of the organization at a
// telephony provider. A nil field is null, or missing, in the API's answer.
type ProviderConfiguration struct {
	// ID is what a bridge is given to use the configuration. API: data[].id
	ID int64
	// Provider is the provider's slug, such as twilio. API: data[].provider
	Provider *string
	// AccountSID is the account at the provider; a SIP carrier's configuration
	// may have none. API: data[].account_sid
	AccountSID *string
	// CreatedAt is a timestamp as the API writes it, RFC 3339 by its
	// documentation. API: data[].created_at
	CreatedAt *string
}

func tooMany() *TooLargeError {
	return &TooLargeError{Limit: fmt.Sprintf("%d provider configurations", maxConfigurations)}
}

func byID(a, b ProviderConfiguration) int { return cmp.Compare(a.ID, b.ID) }

// page is one answer of the list endpoint.
type page struct {
	configurations []ProviderConfiguration
	// count is the total over all pages, nil where the server sends none: then
	// the answer is the whole list.
	count *int64
}

// providerConfigurations reads the list, in one request where the server does
// not divide it into pages.
func (c *call) providerConfigurations(ctx context.Context) ([]ProviderConfiguration, error) {
	first, err := c.page(ctx, nil)
	if err != nil {
		return nil, err
	}
	received := len(first.configurations)
	switch {
	case first.count == nil:
		return first.configurations, nil
	case *first.count < 0:
		return nil, &ShapeError{Place: "count", Problem: "is negative"}
	case *first.count > maxConfigurations:
		return nil, tooMany()
	}
	total := int(*first.count)
	switch {
	case total == received:
		return first.configurations, nil
	case total < received:
		return nil, &IncompleteError{Received: received, Total: total}
	}
	return c.allPages(ctx, total)
}

// allPages reads the list page by page until as many configurations have come
// as the server announced. Where the total changes on the way, the pages no
// longer fit together, and a configuration may have slipped from one that is
// still to come into one that was read.
func (c *call) allPages(ctx context.Context, total int) ([]ProviderConfiguration, error) {
	var (
		all  []ProviderConfiguration
		seen = map[int64]bool{}
	)
	for number := range maxPages {
		next, err := c.page(ctx, url.Values{
			"page":      {strconv.Itoa(number + 1)},
			"page_size": {strconv.Itoa(pageSize)},
		})
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, configuration := range next.configurations {
			if !seen[configuration.ID] {
				seen[configuration.ID] = true
				all = append(all, configuration)
			}
		}
		switch {
		case next.count == nil || *next.count != int64(total) || len(all) > total || len(all) == before:
			return nil, &IncompleteError{Received: len(all), Total: total}
		case len(all) == total:
			return all, nil
		}
	}
	return nil, &TooLargeError{Limit: fmt.Sprintf("%d pages", maxPages)}
}

// page reads one answer of the list endpoint.
func (c *call) page(ctx context.Context, query url.Values) (page, error) {
	answer, err := c.get(ctx, query)
	if err != nil {
		return page{}, err
	}
	contents, err := c.parseEnvelope(answer)
	if err != nil {
		return page{}, err
	}
	configurations, err := parseProviderConfigurations(contents.Data)
	if err != nil {
		return page{}, err
	}
	if err := c.refuseToken(configurations); err != nil {
		return page{}, err
	}
	return page{configurations: configurations, count: contents.Count.value}, nil
}

// refuseToken finds the token in what would go into state, where a server that
// gives back what it was sent would put it.
func (c *call) refuseToken(configurations []ProviderConfiguration) error {
	token := c.client.options.Token
	if token.isShort() {
		return nil // It is in other texts by chance.
	}
	for i, configuration := range configurations {
		for _, field := range []struct {
			name string
			text *string
		}{
			{"provider", configuration.Provider},
			{"account_sid", configuration.AccountSID},
			{"created_at", configuration.CreatedAt},
		} {
			if field.text != nil && token.mask(*field.text) != *field.text {
				return &TokenReturnedError{Place: fmt.Sprintf("data[%d].%s", i, field.name)}
			}
		}
	}
	return nil
}
