// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// The descriptions of a telephony provider configuration's fields.
const (
	idDescription         = "ID of the configuration. For example, pass it to a bridge."
	providerDescription   = "Slug of the telephony provider, for example `twilio` or `plivo`. Older platforms return a number, for example `3`."
	accountSIDDescription = "Account SID at the telephony provider. Null if the configuration has no account, as with some SIP carriers and on older platforms."
	createdAtDescription  = "Creation time, as the API returns it, for example `2026-02-07T10:00:00Z`. Null on older platforms."
	// reservedDescription says why an attribute is not named as the API's field.
	reservedDescription = " Terraform reserves the API's name, `provider`."
)

// telephonyProviderConfigurationState is a configuration in state: msgpack names
// the attributes of a list's element, tfsdk those of the look-up. What the API
// leaves out is null. Empty text stays empty.
type telephonyProviderConfigurationState struct {
	ID         int64   `msgpack:"id"          tfsdk:"id"`
	Provider   *string `msgpack:"provider"    tfsdk:"provider_slug"`
	AccountSID *string `msgpack:"account_sid" tfsdk:"account_sid"`
	CreatedAt  *string `msgpack:"created_at"  tfsdk:"created_at"`
}

// int64Validator refuses a number that is not a whole one of 64 bits. The
// framework's Int64 would call it a bug in the provider.
type int64Validator struct{}

// Description says what a number must be.
func (int64Validator) Description(context.Context) string {
	return "must be a whole number from -9223372036854775808 to 9223372036854775807"
}

// MarkdownDescription is the same text.
func (v int64Validator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateNumber checks a number that is known.
func (v int64Validator) ValidateNumber(ctx context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, accuracy := req.ConfigValue.ValueBigFloat().Int64(); accuracy != big.Exact {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+req.Path.String(), req.Path.String()+" "+v.Description(ctx)+".")
	}
}
