// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// providerConfigurations is the list endpoint, Get All Provider Configurations.
// Without the last slash of its path, the platform redirects.
var providerConfigurations = endpoint[ProviderConfiguration]{
	path: apiPath + "/telephony/providers-configurations/",
	id:   func(c ProviderConfiguration) int64 { return c.ID },
}

// ProviderConfiguration is one set of credentials of the organization at a
// telephony provider. A field is nil if the API's response has null there, or
// no such field.
type ProviderConfiguration struct {
	// ID identifies the configuration, to a bridge above all. API: data[].id
	ID int64
	// Provider is the provider's slug, such as twilio, or its number on an
	// older platform. API: data[].provider
	Provider *string
	// AccountSID is the account at the provider. A SIP carrier's configuration
	// may have none, an older platform's never has. API: data[].account_sid
	AccountSID *string
	// CreatedAt is a timestamp as the API writes it, documented as RFC 3339.
	// API: data[].created_at
	CreatedAt *string
}

// UnmarshalJSONFrom implements [json.UnmarshalerFrom]. It drops all but the
// four fields: an older platform sends API keys and secrets among the others.
func (c *ProviderConfiguration) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	var element struct {
		ID         once[int64]  `json:"id"`
		Provider   once[slug]   `json:"provider"`
		AccountSID once[string] `json:"account_sid"`
		CreatedAt  once[string] `json:"created_at"`
	}
	if err := json.UnmarshalDecode(decoder, &element); err != nil {
		return err
	}
	if !element.ID.there || element.ID.null {
		return problem("has no id")
	}
	*c = ProviderConfiguration{
		element.ID.value, (*string)(element.Provider.pointer()), element.AccountSID.pointer(), element.CreatedAt.pointer(),
	}
	return nil
}
