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

// providerConfigurationModel is a provider configuration in state.
type providerConfigurationModel struct {
	ID         types.Int64  `tfsdk:"id"`
	Provider   types.String `tfsdk:"provider"`
	AccountSID types.String `tfsdk:"account_sid"`
	CreatedAt  types.String `tfsdk:"created_at"`
}

// newProviderConfigurationModel maps a provider configuration of the API to
// state. What the API leaves out is null; an empty text stays one.
func newProviderConfigurationModel(configuration unpod.ProviderConfiguration) providerConfigurationModel {
	return providerConfigurationModel{
		ID:         types.Int64Value(configuration.ID),
		Provider:   types.StringPointerValue(configuration.Provider),
		AccountSID: types.StringPointerValue(configuration.AccountSID),
		CreatedAt:  types.StringPointerValue(configuration.CreatedAt),
	}
}

// conditions are what a provider configuration is looked for by. One that is
// null is none.
type conditions struct {
	id           types.Int64
	providerSlug types.String
	accountSID   types.String
}

// keep returns those that hold to every condition, in their order, and never
// nil: a nil list would be null in state, where none is [].
func (c conditions) keep(configurations []unpod.ProviderConfiguration) []providerConfigurationModel {
	kept := []providerConfigurationModel{}
	for _, configuration := range configurations {
		if model := newProviderConfigurationModel(configuration); c.hold(model) {
			kept = append(kept, model)
		}
	}
	return kept
}

// hold says whether every condition holds. A field that is null holds to none,
// not to the empty text either.
func (c conditions) hold(model providerConfigurationModel) bool {
	return (c.id.IsNull() || c.id.Equal(model.ID)) &&
		(c.providerSlug.IsNull() || c.providerSlug.Equal(model.Provider)) &&
		(c.accountSID.IsNull() || c.accountSID.Equal(model.AccountSID))
}
