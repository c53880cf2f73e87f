// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

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

// The types of the values below. Made interfaces once, as making them so for
// each value would double what a value costs.
var numberType, stringType tftypes.Type = tftypes.Number, tftypes.String

// stateMapper maps provider configurations of the API to state. What the API
// leaves out is null; an empty text stays one.
//
// It makes Terraform's own values. The usual choice, the framework's, would be
// taken apart by reflection, and a list of 10,000 would take three times as
// long, which is most of its plan.
type stateMapper struct {
	// slugs are the values of provider so far: they are few, and used again.
	slugs map[string]tftypes.Value
}

// values returns the values by the API's names.
func (m *stateMapper) values(configuration *unpod.ProviderConfiguration) map[string]tftypes.Value {
	return map[string]tftypes.Value{
		"id":          tftypes.NewValue(numberType, &configuration.ID),
		"provider":    m.slug(configuration.Provider),
		"account_sid": tftypes.NewValue(stringType, configuration.AccountSID),
		"created_at":  tftypes.NewValue(stringType, configuration.CreatedAt),
	}
}

func (m *stateMapper) slug(slug *string) tftypes.Value {
	if slug == nil {
		return tftypes.NewValue(stringType, nil)
	}
	if _, known := m.slugs[*slug]; !known {
		if m.slugs == nil {
			m.slugs = map[string]tftypes.Value{}
		}
		m.slugs[*slug] = tftypes.NewValue(stringType, *slug)
	}
	return m.slugs[*slug]
}

// setState makes state of a data block's configuration and of what was read.
func setState(ctx context.Context, state *tfsdk.State, config tfsdk.Config, read map[string]tftypes.Value) diag.Diagnostics {
	var configured map[string]tftypes.Value
	if err := config.Raw.As(&configured); err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected data block", err.Error()+". This is a fault of the provider; please report it.")}
	}
	values := maps.Clone(configured) // It is the configuration's own map.
	maps.Copy(values, read)
	return state.Set(ctx, tftypes.NewValue(config.Raw.Type(), values))
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
