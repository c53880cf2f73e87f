// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

// The descriptions of a provider configuration's fields.
const (
	idDescription         = "Identifier of the configuration. A bridge is given it to use this telephony provider."
	providerDescription   = "Slug of the telephony provider, for example `twilio` or `plivo`."
	accountSIDDescription = "Account SID at the telephony provider. Null where the configuration has none, as a SIP carrier's may."
	createdAtDescription  = "When the configuration was created, as the API writes it: RFC 3339, for example `2026-02-07T10:00:00Z`."
)

// reservedDescription says why an attribute is not named as the API's field.
const reservedDescription = " (Terraform reserves the name `provider` itself.)"

// providerConfigurationState is a provider configuration in state: msgpack has
// the names of a list's element, tfsdk those of the look-up's attributes. What
// the API leaves out is null; an empty text stays one.
type providerConfigurationState struct {
	ID         int64   `msgpack:"id"          tfsdk:"id"`
	Provider   *string `msgpack:"provider"    tfsdk:"provider_slug"`
	AccountSID *string `msgpack:"account_sid" tfsdk:"account_sid"`
	CreatedAt  *string `msgpack:"created_at"  tfsdk:"created_at"`
}

// conditions are what a provider configuration is looked for by. One that is
// null is none.
type conditions struct {
	id           types.Int64
	providerSlug types.String
	accountSID   types.String
}

// keep returns those that hold to every condition, in their order.
func (c conditions) keep(configurations []unpod.ProviderConfiguration) []unpod.ProviderConfiguration {
	var kept []unpod.ProviderConfiguration
	for _, configuration := range configurations {
		if c.hold(configuration) {
			kept = append(kept, configuration)
		}
	}
	return kept
}

// hold says whether every condition holds. A field that is null holds to none,
// not to the empty text either.
func (c conditions) hold(configuration unpod.ProviderConfiguration) bool {
	return (c.id.IsNull() || c.id.ValueInt64() == configuration.ID) &&
		(c.providerSlug.IsNull() || c.providerSlug.Equal(types.StringPointerValue(configuration.Provider))) &&
		(c.accountSID.IsNull() || c.accountSID.Equal(types.StringPointerValue(configuration.AccountSID)))
}
