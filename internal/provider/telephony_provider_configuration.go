// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

// Both data sources share these descriptions.
const (
	idDescription         = "ID of the configuration. For example, pass it to a bridge."
	providerDescription   = "Slug of the telephony provider, for example `twilio` or `plivo`. On some platforms, this is a number as a string, for example `\"3\"`."
	accountSIDDescription = "Account SID at the telephony provider. Null if the configuration has no account, as with some SIP carriers and on some platforms."
	createdAtDescription  = "Creation time, as the API returns it, for example `2026-02-07T10:00:00Z`. Null on some platforms."
	// reservedDescription explains why an attribute is not named like the API's
	// field.
	reservedDescription = " In list elements, this is `provider`, a name that Terraform reserves in data blocks."
)

// element is a configuration in state. The msgpack tags name the attributes of a
// list element, the tfsdk tags those of the singular data source. Fields that the
// API leaves out are null. Empty text stays empty.
type element struct {
	ID         int64   `msgpack:"id"          tfsdk:"id"`
	Provider   *string `msgpack:"provider"    tfsdk:"provider_slug"`
	AccountSID *string `msgpack:"account_sid" tfsdk:"account_sid"`
	CreatedAt  *string `msgpack:"created_at"  tfsdk:"created_at"`
}

// notEmpty rejects empty text, which no configuration is meant to have: a variable
// that should be null, more often than not.
var notEmpty = []validator.String{stringvalidator.LengthAtLeast(1)}

func newElement(c unpod.ProviderConfiguration) element {
	return element{ID: c.ID, Provider: c.Provider, AccountSID: c.AccountSID, CreatedAt: c.CreatedAt}
}

// int64Validator rejects numbers that are not 64-bit integers. The framework's
// Int64 would report them as a bug in the provider.
type int64Validator struct{}

// Description describes the valid numbers.
func (int64Validator) Description(context.Context) string {
	return "must be a whole number from -9223372036854775808 to 9223372036854775807"
}

// MarkdownDescription returns the same text.
func (v int64Validator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateNumber checks a number unless it is null or unknown.
func (v int64Validator) ValidateNumber(ctx context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, accuracy := req.ConfigValue.ValueBigFloat().Int64(); accuracy != big.Exact {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+req.Path.String(), req.Path.String()+" "+v.Description(ctx)+".")
	}
}
