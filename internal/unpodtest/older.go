// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import "strconv"

// APIKey and APISecret are the secrets that an older platform sends with each
// configuration. They are made up: wherever one shows up, it has leaked.
const (
	APIKey    = "sk_canary-api-key-5d0c7b1e9f3a4826"    //nolint:gosec // It is not a secret.
	APISecret = "canary-api-secret-8e2f6a0b4c7d4931bd5" //nolint:gosec // It is not a secret.
)

// olderConfiguration is a configuration as an older platform sends it.
type olderConfiguration struct {
	ID              int64         `json:"id"`
	Name            string        `json:"name"`
	Provider        *int64        `json:"provider"`
	ProviderDetails olderProvider `json:"provider_details"`
	OrgHandle       string        `json:"org_handle"`
	MetaJSON        []olderMeta   `json:"meta_json"`
	Active          bool          `json:"active"`
	APIKey          string        `json:"api_key"`
	APISecret       string        `json:"api_secret"`
	BaseURL         *string       `json:"base_url"`
	SIPURL          string        `json:"sip_url"`
}

type olderProvider struct {
	ID          *int64 `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Icon        string `json:"icon"`
}

type olderMeta struct {
	Key   string `json:"meta_key"`
	Value string `json:"meta_value"`
}

// older returns the configurations as an older platform sends them.
func older(configurations []Configuration, orgHandle string) []olderConfiguration {
	all := make([]olderConfiguration, len(configurations))
	for i, configuration := range configurations {
		number, name := providerNumber(configuration.Provider), "unknown"
		if configuration.Provider != nil {
			name = *configuration.Provider
		}
		all[i] = olderConfiguration{
			ID:              configuration.ID,
			Name:            name + " " + strconv.FormatInt(configuration.ID, 10),
			Provider:        number,
			ProviderDetails: olderProvider{number, name, "Calls through " + name, "https://unpod.example/" + name + ".png"},
			OrgHandle:       orgHandle,
			MetaJSON:        []olderMeta{{"region", "us"}},
			Active:          true,
			APIKey:          APIKey,
			APISecret:       APISecret,
		}
	}
	return all
}

// providerNumber returns the number of a slug. A slug of digits is its own
// number, and an unknown slug is 0.
func providerNumber(slug *string) *int64 {
	if slug == nil {
		return nil
	}
	if number, err := strconv.ParseInt(*slug, 10, 64); err == nil {
		return &number
	}
	return new(map[string]int64{"twilio": 3, "plivo": 4}[*slug])
}
