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
