// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// providerConfigurations is the endpoint that Unpod's docs call Get All Provider
// Configurations. Without the trailing slash, the platform redirects.
var providerConfigurations = endpoint[ProviderConfiguration]{
	path: apiPath + "/telephony/providers-configurations/",
	// The code that was public in February 2026 has only this one.
	otherPath: apiPath + "/telephony/provider-configurations/",
	id:        func(c ProviderConfiguration) int64 { return c.ID },
}

// ProviderConfiguration holds what identifies an organization's credentials at
// one telephony provider. A field is nil if it is null or missing in the
// response.
type ProviderConfiguration struct {
	// ID identifies the configuration, for example to a bridge. API: data[].id
	ID int64
	// Provider is the provider's slug, such as twilio, or its number on some
	// platforms. API: data[].provider
	Provider *string
	// AccountSID is the account at the provider. It may be nil for a SIP
	// carrier, and always is on some platforms. API: data[].account_sid
	AccountSID *string
	// CreatedAt is the timestamp as the API sends it, documented as RFC 3339.
	// API: data[].created_at
	CreatedAt *string
	// ProviderName is the provider's name, sanitized, for messages. It is usually
	// empty. API: data[].provider_details.name
	ProviderName string
}

// UnmarshalJSONFrom implements [json.UnmarshalerFrom]. It drops all other
// fields, since some platforms send API keys and secrets in them.
func (c *ProviderConfiguration) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	var element struct {
		ID         once[int64]  `json:"id"`
		Provider   once[slug]   `json:"provider"`
		AccountSID once[string] `json:"account_sid"`
		CreatedAt  once[string] `json:"created_at"`
		Details    detailsName  `json:"provider_details"`
		OwnedBy    ownedBy      `json:"org_handle"`
	}
	if err := json.UnmarshalDecode(decoder, &element); err != nil {
		return err
	}
	if element.ID.value == nil {
		return problem("has no id")
	}
	*c = ProviderConfiguration{
		*element.ID.value, (*string)(element.Provider.value), element.AccountSID.value, element.CreatedAt.value, string(element.Details),
	}
	return nil
}
