// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"fmt"
	"net/url"
	"strconv"
)

// The platform's paginator returns ten elements by default, and a hundred at
// most.
const (
	defaultPageSize = 10
	maxPageSize     = 100
)

// Configuration is a telephony provider configuration as the API sends it. A nil
// field is sent as null.
type Configuration struct {
	ID         int64   `json:"id"`
	Provider   *string `json:"provider"`
	AccountSID *string `json:"account_sid"`
	CreatedAt  *string `json:"created_at"`
}

// Documented returns the two configurations in the API's documentation.
func Documented() []Configuration {
	return []Configuration{
		{42, new("twilio"), new("ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), new("2026-02-07T10:00:00Z")},
		{43, new("plivo"), new("MAyyyyyyyyyyyyyyyyyyyyyyy"), new("2026-02-10T09:00:00Z")},
	}
}

// Many returns this number of configurations, each as long as the documented
// ones.
func Many(number int) []Configuration {
	many := make([]Configuration, number)
	for i := range many {
		many[i] = Configuration{int64(i + 1), new("twilio"), new(fmt.Sprintf("AC%032d", i+1)), new("2026-02-07T10:00:00Z")}
	}
	return many
}

// APIKey and APISecret are the secrets that some platforms send with each
// configuration. They are made up: wherever one shows up, it has leaked.
const (
	APIKey    = "sk_canary-api-key-5d0c7b1e9f3a4826"    //nolint:gosec // It is not a secret.
	APISecret = "canary-api-secret-8e2f6a0b4c7d4931bd5" //nolint:gosec // It is not a secret.
)

// page returns the query's page of the list. A page past the end is empty.
func page(configurations []Configuration, query url.Values) []Configuration {
	size := min(positive(query.Get("page_size"), defaultPageSize), maxPageSize)
	before := positive(query.Get("page"), 1) - 1
	if before > len(configurations)/size {
		return nil
	}
	return configurations[before*size : min((before+1)*size, len(configurations))]
}

// positive parses a positive number, or returns the fallback.
func positive(text string, fallback int) int {
	if number, err := strconv.Atoi(text); err == nil && number > 0 {
		return number
	}
	return fallback
}

// ofPublicCode returns a configuration as the public code sends it, with a number as
// its provider.
func ofPublicCode(configuration Configuration, orgHandle string) map[string]any {
	slug, owner := *configuration.Provider, &orgHandle
	if orgHandle == "" {
		owner = nil
	}
	provider := map[string]any{"id": map[string]int{"twilio": 3, "plivo": 4}[slug], "name": slug, "description": "A carrier", "icon": "https://unpod.example/icon.png"}
	return map[string]any{
		"id":               configuration.ID,
		"name":             provider["name"],
		"provider":         provider["id"],
		"provider_details": provider,
		"org_handle":       owner,
		"meta_json":        []map[string]string{{"meta_key": "region", "meta_value": "us"}},
		"active":           true,
		"api_key":          APIKey,
		"api_secret":       APISecret,
		"base_url":         nil,
		"sip_url":          "",
	}
}
